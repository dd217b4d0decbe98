"""Words, names, paths and sentences that fill the templates, split by hash into training and held-out halves."""

from __future__ import annotations

import gzip
import json
import lzma
import random
import zlib
from collections import Counter
from pathlib import Path
from zoneinfo import available_timezones

import regex

NAMES = (
    "Anna Ben Carla David Elena Farid Grace Hassan Ingrid Jonas Karim Laura Mehmet Nadia Oliver Priya Quentin Rosa Sven "
    "Tomas Uma Viktor Wei Xenia Yusuf Zoe Alice Bob Charlie Dana Emma Felix Gina Henrik Isla Jack Kate Liam Mia Noah "
    "Olga Paul Ruth Sam Tina Vera Will Mum Dad Marta Lukas Amira Chen Diego Fatima Igor Jin Leila Marco"
).split()
EXTENSIONS = (
    "txt md txt md txt md json yaml yml csv log py java xml html toml ini cfg sh js ts sql properties rst tex".split()
)
FOLDERS = (
    "docs src notes logs data config scripts tests images reports drafts archive tmp backup photos music projects work "
    "private public assets lib bin build target recipes letters invoices plans meetings sources examples templates"
).split()
STEMS = (
    "readme notes todo plan report summary config settings draft letter recipe invoice budget schedule agenda minutes "
    "changelog license index main app server client data results output input log list shopping ideas journal contacts "
    "report-2024 team roadmap meeting release story chapter intro guide manual faq hello test example sample"
).split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
VERBS = (
    "buy|order|pick up|return|fix|clean|check|call about|ask about|pay for|send|book|cancel|renew|water|paint|sell|print|"
    "sign|review|update|wash|repair|collect|move|prepare|write up|look at|try out|read up on|feed|charge|measure|replace"
).split("|")
ADJECTIVES = "new old red blue green small big cheap broken late early important private ready empty full heavy quiet warm".split()
STOP = set(
    "the and for you that this with have from are was can what when how out get any all not but new its has will".split()
)


def held_out(text: str) -> bool:
    """One in eight values is kept for evaluation."""
    return zlib.crc32(text.lower().encode()) % 8 == 0


class World:
    """Draws values. `evaluation` chooses the held-out half of every list that is large enough to split."""

    def __init__(self, data: Path, evaluation: bool = False):
        self.evaluation = evaluation
        tools = data / "tools"
        self.slots = [*read_lines(tools / "snips_train.jsonl.gz"), *read_lines(tools / "hwu64_train.jsonl.gz")]
        clinc = json.loads(lzma.open(tools / "clinc150.json.xz").read())
        self.out_of_scope = [q for q, _ in clinc["oos_train"]]
        self.sentences = [s["query"] for s in self.slots] + [q for q, _ in clinc["train"]]
        self.catalogue = [t for t in read_lines(tools / "mcp_tool_catalogue_toucan.jsonl.gz") if usable(t)]
        self.prose = []
        for tool in self.catalogue:
            for sentence in regex.split(r"(?<=[.!?])\s+", tool["description"].strip()):
                sentence = sentence.lstrip("-*# ")
                if 20 < len(sentence) < 160 and "\n" not in sentence:
                    self.prose.append(sentence)
        counts = Counter(w for s in self.sentences + self.prose for w in regex.findall(r"\b[a-z]{3,11}\b", s))
        self.words = self.mine([w for w, n in counts.items() if n >= 2 and w not in STOP])
        self.sentences = self.mine(self.sentences)
        self.prose = self.mine(sorted(set(self.prose)))
        self.catalogue = [t for t in self.catalogue if held_out(t["name"]) == evaluation]
        self.zones = sorted(
            z for z in available_timezones() if "/" in z and not z.startswith(("Etc", "posix", "right"))
        )
        areas = ("Africa", "America", "Asia", "Australia", "Europe", "Atlantic", "Pacific")
        self.cities = sorted({z.split("/")[-1].replace("_", " ") for z in self.zones if z.split("/")[0] in areas})
        self.zone_of = {z.split("/")[-1].replace("_", " "): z for z in self.zones if z.split("/")[0] in areas}

    def mine(self, values: list[str]) -> list[str]:
        return [v for v in values if held_out(v) == self.evaluation]

    def word(self, r: random.Random) -> str:
        """A dictionary word, now and then an invented one, so that copying cannot lean on the vocabulary."""
        if r.random() < 0.06:
            return "".join(r.choice("bdfgklmnprstvz") + r.choice("aeiou") for _ in range(r.randint(2, 4)))
        return r.choice(self.words)

    def name(self, r) -> str:
        return r.choice(NAMES)

    def stem(self, r) -> str:
        pick = r.random()
        if pick < 0.3 and not self.evaluation:
            return r.choice(STEMS)
        if pick < 0.65:
            return self.word(r)
        if pick < 0.75:
            return f"{self.word(r)}{r.randint(1, 99)}"
        if pick < 0.8:
            return self.word(r).capitalize()
        return self.word(r) + r.choice("_-_-.") + r.choice([self.word(r), str(r.randint(1, 2030)), self.word(r)])

    def file(self, r) -> str:
        """A relative path of a file."""
        name = f"{self.stem(r)}.{r.choice(EXTENSIONS)}"
        if r.random() < 0.05:
            name = r.choice(
                "README.md LICENSE Makefile Dockerfile NOTICE TODO.md CHANGELOG.md pom.xml package.json".split()
            )
        return f"{self.folder(r)}/{name}" if r.random() < 0.4 else name

    def folder(self, r) -> str:
        one = lambda: r.choice(FOLDERS) if r.random() < 0.45 else self.word(r)
        path = one()
        while r.random() < 0.25 and path.count("/") < 3:
            path += "/" + one()
        return path

    def absolute(self, r, path: str) -> str:
        root = r.choice(
            ["/home/" + self.word(r), "/tmp", "/work", "/data", "/srv/" + self.word(r), "/var/" + self.word(r)]
        )
        return f"{root}/{path}"

    def city(self, r) -> str:
        common = "Tokyo Paris London Berlin Madrid Rome Sydney Moscow Cairo Toronto Chicago Denver Lisbon Oslo Vienna".split()
        if r.random() < 0.25:
            return r.choice(common)
        return r.choice(self.cities)

    def date(self, r) -> str:
        return r.choice(
            [
                r.choice(DAYS),
                f"{r.randint(1, 28)} {r.choice(MONTHS)}",
                f"{r.choice(MONTHS)} {r.randint(1, 28)}",
                "tomorrow",
            ]
        )

    def noun_phrase(self, r) -> str:
        w = self.word(r)
        return r.choice(
            [
                f"the {w}",
                f"{r.choice(ADJECTIVES)} {w}",
                w,
                f"a {w}",
                f"{r.randint(2, 40)} {w}",
                f"the {r.choice(ADJECTIVES)} {w}",
            ]
        )

    def verb_phrase(self, r) -> str:
        """Something to do: `buy the blue paint on Friday`."""
        base = r.choice(
            [
                f"{r.choice(VERBS)} {self.noun_phrase(r)}",
                f"call {self.name(r)}",
                f"call {self.name(r)} about {self.noun_phrase(r)}",
                f"{r.choice(VERBS)} {self.noun_phrase(r)} for {self.name(r)}",
                f"email {self.name(r)} {self.noun_phrase(r)}",
                f"{r.choice(VERBS)} {self.word(r)} and {self.word(r)}",
                f"meet {self.name(r)} at {r.randint(1, 12)}:{r.choice(['00', '15', '30', '45'])}",
            ]
        )
        return base + (
            f" on {r.choice(DAYS)}" if r.random() < 0.15 else f" by {self.date(r)}" if r.random() < 0.1 else ""
        )

    def clause(self, r) -> str:
        """A statement worth noting: `the meeting is on Friday`."""
        n, w = self.name(r), self.word(r)
        return r.choice(
            [
                f"{self.noun_phrase(r)} is {r.choice(ADJECTIVES)}",
                f"the {w} is on {self.date(r)}",
                f"the {w} {self.word(r)} is {r.randint(10, 9999)}",
                f"{n} likes {self.noun_phrase(r)}",
                f"{n} is coming on {self.date(r)}",
                f"{n}'s {w} is {self.word(r)}",
                f"my {w} is {self.word(r)}{r.randint(0, 99)}",
                f"we need {self.noun_phrase(r)}",
                f"{n} has {self.noun_phrase(r)}",
                f"the {w} costs {r.randint(1, 500)} euros",
                f"I left {self.noun_phrase(r)} at {n}'s",
                f"the {w} closes at {r.randint(1, 12)} on {r.choice(DAYS)}",
            ]
        )

    def phrase(self, r) -> str:
        """Any short text, from one word to a sentence."""
        pick = r.random()
        if pick < 0.15:
            return " ".join(self.word(r) for _ in range(r.randint(1, 4)))
        if pick < 0.35:
            return self.verb_phrase(r)
        if pick < 0.55:
            return self.clause(r)
        if pick < 0.7:
            return r.choice(self.prose)
        if pick < 0.74:
            return r.choice(
                [
                    "hello",
                    "Hello, world!",
                    "hi there",
                    "done",
                    "hello world",
                    "test",
                    "good morning",
                    "ok",
                    "Grüße aus Köln",
                    "café",
                    "naïve",
                    "42",
                    "3.14",
                ]
            )
        return r.choice(self.sentences)

    def document(self, r) -> str:
        """The content of a file, short: lines of prose, of items, or of settings."""
        pick = r.random()
        if pick < 0.4:
            return r.choice([self.phrase(r), self.clause(r).capitalize() + ".", r.choice(self.prose)])
        if pick < 0.6:
            return "\n".join(f"- {self.verb_phrase(r)}" for _ in range(r.randint(2, 4)))
        if pick < 0.8:
            return "\n".join(f"{k}: {v}" for k, v in self.settings(r))
        return "\n".join(self.clause(r) for _ in range(r.randint(2, 3)))

    def settings(self, r) -> list[tuple[str, str]]:
        value = lambda: r.choice(
            [str(r.randint(1, 9999)), self.word(r), self.name(r), self.date(r), f"{self.word(r)} {self.word(r)}"]
        )
        return [(self.word(r), value()) for _ in range(r.randint(2, 4))]


def usable(tool: dict) -> bool:
    """A catalogue entry with a flat, short schema and a description in plain ASCII."""
    schema = tool.get("inputSchema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict) or len(properties) > 5 or not tool.get("description"):
        return False
    if not regex.fullmatch(r"[A-Za-z0-9_-]{1,50}", tool["name"]) or not tool["description"].isascii():
        return False
    return all(isinstance(s, dict) and isinstance(s.get("type", "string"), str) for s in properties.values())


def read_lines(path: Path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]

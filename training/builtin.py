"""Requests for the eight built-in tools, each with its call, a made-up result and a grounded answer."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import phrases
from arithmetic import draw_sum
from world import DAYS, World


def function(name: str, description: str, properties: dict, required=()) -> dict:
    """An OpenAI tool definition; a property is given by its type name or its schema."""
    schema = {k: {"type": v} if isinstance(v, str) else v for k, v in properties.items()}
    parameters = {"type": "object", "properties": schema, "required": list(required), "additionalProperties": False}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


TOOLS = [
    function("list_files", "List the files and folders in a folder.", {"path": "string"}),
    function("read_file", "Read a text file.", {"path": "string"}, ["path"]),
    function(
        "write_file",
        "Write text to a file, replacing what it held.",
        {"path": "string", "content": "string"},
        ["path", "content"],
    ),
    function("search_files", "Find the files that contain a text.", {"query": "string", "path": "string"}, ["query"]),
    function("calculate", "Work out an arithmetic expression.", {"expression": "string"}, ["expression"]),
    function(
        "get_time", "Tell the current date and time, in a time zone or city if one is given.", {"timezone": "string"}
    ),
    function("add_note", "Save a note.", {"text": "string"}, ["text"]),
    function("find_notes", "List the saved notes, or those that contain a text.", {"query": "string"}),
]


@dataclass
class Step:
    """One call with what it returned. `accept` lists, by argument, other values that mean the same."""

    name: str
    arguments: dict
    result: str
    accept: dict = field(default_factory=dict)


@dataclass
class Episode:
    """A request, the calls in rounds (calls of one round are independent), and the final answer."""

    text: str
    rounds: list[list[Step]]
    answer: str
    kind: str = ""


def strip_end(text: str) -> str:
    """Unquoted text in a request loses its closing full stop, which could be the sentence's own."""
    return text.rstrip(".!?;:, ")


def quoted(text: str, r: random.Random, p: float) -> tuple[str, str]:
    """(as shown in the request, as the value)."""
    if "\n" in text:
        return (text, text) if r.random() < 0.5 else (f'"{text}"', text)
    if r.random() < p:
        marks = [m for m in ('""', "''", "“”", "``", '""', "''") if m[0] not in text and m[1] not in text]
        if marks:
            m = r.choice(marks)
            return m[0] + text + m[1], text
    value = strip_end(text)
    return value, value


def first(text: str, limit: int = 90) -> str:
    """The opening of a text, for an answer that quotes it."""
    line = text.strip().split("\n")[0]
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0] + " …"


def quote_file(path: str, content: str) -> str:
    content = content.strip()
    if not content:
        return f"{path} is empty."
    if len(content) <= 160:
        return f"{path} says: {content}"
    return f"{path} begins: {first(content)}"


def join_names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


FAILURES = ["Access denied.", "The file is too large.", "Timed out.", "Not a text file.", "Permission denied."]


def fail(step: Step, r: random.Random, message: str) -> str:
    step.result = f"Error: {message}"
    return f"That did not work: {message[0].lower() + message[1:] if message[1:2].islower() else message}"


class Builtin:
    """Draws episodes. `bare` asks for a clause that can be joined with others into one request."""

    def __init__(self, world: World, r: random.Random):
        self.w, self.r, self.heldout = world, r, world.evaluation

    def say(self, kind, bare, **slots):
        return phrases.phrase(kind, slots, self.r, self.heldout, bare)

    def episode(self, text, step, answer, kind, missing=None) -> Episode:
        if missing and self.r.random() < 0.07:
            answer = fail(step, self.r, missing if self.r.random() < 0.7 else self.r.choice(FAILURES))
        return Episode(text, [[step]], answer, kind)

    def list_files(self, bare=False):
        r, w = self.r, self.w
        here = r.random() < 0.4 and not bare
        path = w.folder(r)
        names = [
            w.file(r).split("/")[-1] if r.random() < 0.75 else w.word(r) + "/"
            for _ in range(r.choice([0, 1, 2, 2, 3, 3, 4, 5, 6]))
        ]
        names = sorted(set(names))
        shown = path + "/" if r.random() < 0.1 else path
        args = {} if here else {"path": shown}
        text = self.say("list_here", bare) if here else self.say("list_path", bare, path=shown)
        place = "This folder" if here else path
        answer = f"{place} contains {join_names(names)}." if names else f"{place} is empty."
        step = Step(
            "list_files",
            args,
            "\n".join(names) or "(empty)",
            {"path": [path, path + "/"]} if not here else {"path": ["", ".", "./"]},
        )
        return self.episode(text, step, answer, "list_files", None if here else f"No such folder: {path}")

    def read_file(self, bare=False):
        r, w = self.r, self.w
        path = w.file(r)
        if r.random() < 0.3 and not bare:
            return self.ask_file(path)
        content = w.document(r)
        shown, _ = quoted(path, r, 0.1)
        step = Step("read_file", {"path": path}, content)
        return self.episode(
            self.say("read", bare, path=shown), step, quote_file(path, content), "read_file", f"No such file: {path}"
        )

    def ask_file(self, path):
        pairs = self.w.settings(self.r)
        key, value = self.r.choice(pairs)
        content = "\n".join(f"{k}: {v}" for k, v in pairs)
        step = Step("read_file", {"path": path}, content)
        return self.episode(
            self.say("ask_file", False, path=path, key=key),
            step,
            f"The {key} is {value}.",
            "read_file",
            f"No such file: {path}",
        )

    def write_file(self, bare=False):
        r, w = self.r, self.w
        path = w.file(r)
        shown, text = quoted(w.document(r) if r.random() < 0.15 else w.phrase(r), r, 0.6)
        step = Step("write_file", {"path": path, "content": text}, f"Wrote {len(text.encode())} bytes to {path}.")
        return self.episode(
            self.say("write", bare, path=path, text=shown), step, step.result, "write_file", f"Cannot write {path}"
        )

    def search_files(self, bare=False):
        r, w = self.r, self.w
        query = (
            w.word(r)
            if r.random() < 0.45
            else r.choice(
                [
                    " ".join(w.word(r) for _ in range(2)),
                    " ".join(w.word(r) for _ in range(3)),
                    w.name(r),
                    w.word(r).upper(),
                    "TODO",
                    "FIXME",
                    w.word(r) + "_" + w.word(r),
                    w.word(r) + w.word(r).capitalize(),
                    str(r.randint(10, 9999)),
                    f"{w.word(r)} {r.randint(1, 99)}",
                    f"@{w.word(r)}",
                    f"{w.word(r)}()",
                ]
            )
        )
        shown, query = quoted(query, r, 0.35)
        inside = r.random() < 0.35
        path = w.folder(r)
        lines, files = [], []
        for _ in range(r.choice([0, 1, 1, 2, 2, 3])):
            name = (path + "/" if inside else "") + w.file(r).split("/")[-1]
            lines.append(f"{name}:{r.randint(1, 120)}: {w.word(r)} {query} {w.word(r)}")
            files.append(f"{name} (line {lines[-1].split(':')[1]})")
        args = {"query": query, "path": path} if inside else {"query": query}
        text = (
            self.say("search_path", bare, query=shown, path=path) if inside else self.say("search", bare, query=shown)
        )
        answer = f"{query} is in {join_names(files)}." if files else f"No file contains {query}."
        return self.episode(text, Step("search_files", args, "\n".join(lines) or "No matches."), answer, "search_files")

    def calculate(self, bare=False):
        shown, expression, value = draw_sum(self.r)
        answer = f"{expression} = {value}."
        squeezed = expression.replace(" ", "")
        step = Step("calculate", {"expression": expression}, value, {"expression": [expression, squeezed]})
        return self.episode(self.say("calculate", bare, sum=shown), step, answer, "calculate", None)

    def get_time(self, bare=False):
        r, w = self.r, self.w
        here = r.random() < 0.3 and not bare
        city = w.city(r)
        zone = w.zone_of.get(city, "Asia/Tokyo")
        asked = city
        if not here and r.random() < 0.12:
            asked = r.choice([zone, zone, "UTC"])
        if r.random() < 0.08:
            asked = asked.lower()
        stamp = f"20{r.randint(24, 29)}-{r.randint(1, 12):02}-{r.randint(1, 28):02} {r.randint(0, 23):02}:{r.randint(0, 59):02}:{r.randint(0, 59):02} {r.choice(DAYS)}"
        offset = r.choice(["+0", "+1", "+2", "+3", "-5", "-8", "+9", "+5:30", "+10", "-3", "+8"])
        zone = "UTC" if asked.upper() == "UTC" else w.zone_of.get(city, zone)
        result = f"{stamp}, {zone} (UTC{'+0' if zone == 'UTC' else offset})"
        text = self.say("time_here", bare) if here else self.say("time_city", bare, city=asked)
        day, clock, weekday = stamp.split()
        place = "" if here else f" in {asked}"
        wants_date = any(word in text.lower() for word in ("date", " day", "weekday", "year", "month"))
        answer = f"It is {weekday}, {day}{place}." if wants_date else f"It is {clock[:5]}{place}."
        step = Step(
            "get_time",
            {} if here else {"timezone": asked},
            result,
            {} if here else {"timezone": [asked, city, zone, asked.title(), city.lower()]},
        )
        return self.episode(text, step, answer, "get_time", None if here else f"Unknown time zone: {asked}")

    def add_note(self, bare=False):
        r, w = self.r, self.w
        kind = r.choice(["note_any", "note_any", "note_clause", "note_do"])
        text = {"note_any": w.phrase, "note_clause": w.clause, "note_do": w.verb_phrase}[kind](r)
        shown, text = quoted(text, r, 0.35 if kind == "note_any" else 0)
        number = r.randint(1, 60)
        step = Step(
            "add_note",
            {"text": text},
            f"Saved note {number}.",
            {"text": [text, text + ".", text[0].upper() + text[1:]]},
        )
        return self.episode(
            self.say(kind, bare, text=shown),
            step,
            f"Saved as note {number}: {text}" if len(text) < 40 else f"Saved as note {number}.",
            "add_note",
        )

    def find_notes(self, bare=False):
        r, w = self.r, self.w
        everything = r.random() < 0.4 and not bare
        query = (
            w.word(r)
            if r.random() < 0.6
            else r.choice([f"the {w.word(r)}", w.name(r), f"{w.word(r)} {w.word(r)}", str(r.randint(10, 999))])
        )
        shown, value = quoted(query, r, 0.2)
        if shown == value and value.startswith("the "):
            value = value[4:]
        notes = []
        for i in range(r.choice([0, 1, 1, 2, 2, 3])):
            notes.append(
                f"{r.randint(1, 9) + 10 * i}: {w.verb_phrase(r) if everything else r.choice([f'{w.word(r)} {value}', f'{value} {w.verb_phrase(r)}'])}"
            )
        text = self.say("notes_all", bare) if everything else self.say("notes_query", bare, query=shown)
        said = "; ".join(n.split(": ", 1)[1] for n in notes)
        answer = (
            f"You have {'one note' if len(notes) == 1 else f'{len(notes)} notes'}: {said}."
            if notes
            else ("You have no notes." if everything else f"You have no notes about {value}.")
        )
        args = {} if everything else {"query": value}
        step = Step(
            "find_notes",
            args,
            "\n".join(notes) or "No notes.",
            {"query": [value, query]} if not everything else {"query": [""]},
        )
        return self.episode(text, step, answer, "find_notes")

    def draw(self, bare=False, kind: str | None = None) -> Episode:
        weights = {
            "list_files": 10,
            "read_file": 15,
            "write_file": 16,
            "search_files": 13,
            "calculate": 13,
            "get_time": 10,
            "add_note": 14,
            "find_notes": 9,
        }
        kind = kind or self.r.choices(list(weights), list(weights.values()))[0]
        return getattr(self, kind)(bare)

"""Generates tokenised training shards.

A row holds one tool list and several episodes that branch from it: each episode sees the tools and itself, not its
siblings, so the tool list is paid for once and yet every request is the first of its conversation. Some rows are
plain dialogues of several turns instead, and some hold only text. A shard is an .npz of equal-length rows:
ids (uint16), classes (uint8, see chat.py), documents (uint8) and branches (uint8).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from pathlib import Path

import numpy as np

import chat
from builtin import TOOLS, Builtin, Episode
from compose import Composer
from corpora import Corpora
from foreign import EVERYTHING, FILESYSTEM, Foreign
from tokenizer import Tokenizer
from world import World

SYSTEM = [
    "You are a helpful assistant.",
    "You are Stellwerk, an assistant that calls tools.",
    "Answer in one short sentence.",
    "Use the tools when they help.",
    "You are a careful assistant. Use a tool only if it is needed.",
    "Be brief.",
]


def messages_of(episode: Episode, prefix: str = "c") -> list[dict]:
    """Chat messages of an episode."""
    out = [{"role": "user", "content": episode.text}]
    number = 0
    for steps in episode.rounds:
        calls, results = [], []
        for step in steps:
            ident = f"{prefix}{number}"
            number += 1
            calls.append(
                {"id": ident, "type": "function", "function": {"name": step.name, "arguments": step.arguments}}
            )
            results.append({"role": "tool", "tool_call_id": ident, "content": step.result})
        out.append({"role": "assistant", "content": "", "tool_calls": calls})
        out += results
    return out + [{"role": "assistant", "content": episode.answer}]


# Share of single-round episodes cut after the call: answers are easy, and this leaves room for more requests.
CALL_ONLY = 0.6


class Generator:
    """Draws (tools, episodes) groups by the mix of the stage."""

    MIX = {
        "plain": 50,
        "parallel": 6,
        "chain": 8,
        "no_call": 6,
        "subset": 6,
        "filesystem": 7,
        "everything": 3,
        "peers": 6,
        "catalogue": 4,
        "slots": 4,
    }

    def __init__(self, world: World, seed: int):
        self.r = random.Random(seed)
        self.w = world
        self.builtin = Builtin(world, self.r)
        self.composer = Composer(world, self.r)
        self.foreign = Foreign(world, self.r)
        self.corpora = Corpora(world, self.r)

    def group(self) -> tuple[list[dict], list[Episode]]:
        kind = self.r.choices(list(self.MIX), list(self.MIX.values()))[0]
        drawer = next(d for d in (self.foreign, self.corpora, self) if hasattr(type(d), kind))
        return getattr(drawer, kind)()

    def fill(self, tools, draw, n) -> tuple[list[dict], list[Episode]]:
        names = {t["function"]["name"] for t in tools}
        episodes = []
        for _ in range(20 * n):
            episode = draw()
            if all(s.name in names for steps in episode.rounds for s in steps):
                episodes.append(episode)
            if len(episodes) == n:
                break
        return tools, episodes

    def mixed(self) -> Episode:
        """Mostly one call, so that every tool list also shows the other kinds of turn."""
        pick = self.r.random()
        if pick < 0.8:
            return self.builtin.draw()
        if pick < 0.87:
            return self.composer.parallel()
        if pick < 0.95:
            return self.composer.chain()
        return self.talk([t["function"]["name"] for t in TOOLS])

    def talk(self, names) -> Episode:
        pick = self.r.random()
        if pick < 0.4:
            return self.composer.small_talk(names)
        return self.composer.unclear(names) if pick < 0.6 else self.composer.out_of_scope()

    def tools(self) -> list[dict]:
        return TOOLS if self.r.random() < 0.75 else self.r.sample(TOOLS, len(TOOLS))

    def plain(self):
        return self.fill(self.tools(), self.mixed, 9)

    def parallel(self):
        return self.fill(self.tools(), self.composer.parallel, 4)

    def chain(self):
        return self.fill(self.tools(), self.composer.chain, 4)

    def no_call(self):
        if self.r.random() < 0.15:
            return [], [self.composer.small_talk([]) for _ in range(3)]
        tools, episodes = self.fill(self.tools(), self.builtin.draw, 2)
        return tools, episodes + [self.talk([t["function"]["name"] for t in tools]) for _ in range(6)]

    def subset(self):
        """A part of the built-in tools beside foreign ones: the right tool must be found by its line."""
        r = self.r
        tools = r.sample(TOOLS, r.randint(1, 6)) + r.sample(FILESYSTEM[5:] + EVERYTHING, r.randint(0, 3))
        r.shuffle(tools)
        return self.fill(tools, self.builtin.draw, 7)

    def long(self) -> tuple[list[dict], list[Episode]]:
        """Many tools and a dialogue of many turns, for distances that ordinary rows do not reach."""
        r = self.r
        groups = [
            (TOOLS, [self.builtin.draw() for _ in range(20)]),
            self.foreign.filesystem(),
            self.foreign.everything(),
            self.corpora.catalogue(),
            self.corpora.slots(),
        ]
        groups = r.sample(groups, r.randint(2, 5))
        tools = {t["function"]["name"]: t for g, _ in groups for t in g}
        episodes = [e for _, es in groups for e in es]
        lines = list(tools.values())
        r.shuffle(lines)
        r.shuffle(episodes)
        return lines, [e for e in episodes if all(s.name in tools for steps in e.rounds for s in steps)]


class Encoder:
    """Turns groups into rows of a fixed length."""

    def __init__(self, generator: Generator, tokenizer: Tokenizer, length: int, copies: float = 0.0):
        self.g, self.t, self.length, self.copies = generator, tokenizer, length, copies
        self.row: list[tuple[int, int, int, int]] = []
        self.document = 0

    def rows(self):
        """Endless rows [length, 4]."""
        while True:
            self.row, self.document = [], 0
            while len(self.row) < self.length - 60:
                self.add(*(self.g.long() if self.length > 1000 else self.g.group()))
            row = np.zeros((self.length, 4), np.uint16)
            part = np.array(self.row[: self.length], np.uint16)
            row[: len(part)] = part
            yield row

    def put(self, spans, branch: int) -> None:
        ids, classes = self.t.encode_spans(spans)
        self.row += [(i, k, self.document, branch) for i, k in zip(ids, classes)]

    def add(self, tools, episodes) -> None:
        r = self.g.r
        self.document += 1
        if r.random() < self.copies:
            self.add_copies()
            return
        if r.random() < 0.04:
            text = "\n".join(r.choice(self.g.w.prose) for _ in range(4))
            self.put([(text, chat.CONTEXT)], 0)
            return
        self.put(chat.header(tools, r.choice(SYSTEM) if r.random() < 0.12 else None), 0)
        if r.random() < (0.5 if self.length > 1000 else 0.15):
            messages = [m for i, e in enumerate(episodes) for m in messages_of(e, f"e{i}-")]
            self.put(chat.turns(messages), 0)
            return
        for branch, episode in enumerate(episodes, 1):
            if len(self.row) > self.length - 30:
                return
            messages = messages_of(episode)
            if len(episode.rounds) == 1 and r.random() < CALL_ONLY:
                messages = messages[:2]
            self.put(chat.turns(messages), branch)

    def add_copies(self) -> None:
        """Lists of random words, said twice, the second time as JSON strings: copying, the skill that all calls rest
        on, appears several times sooner when early shards hold some of these."""
        r, w = self.g.r, self.g.w
        draws = (w.word, w.name, w.file, w.phrase, w.city, lambda r: str(r.randint(1, 9999)))
        items = [r.choice(draws)(r).replace("\n", " ") for _ in range(r.randint(3, 10))]
        self.put([("\n".join(items) + "\n", chat.CONTEXT)], 0)
        again = items if r.random() < 0.5 else r.sample(items, len(items))
        for item in again:
            self.put(
                [
                    ('{"text":"', chat.CONTEXT),
                    (json.dumps(item, ensure_ascii=False)[1:], chat.VALUE),
                    ("}\n", chat.CONTEXT),
                ],
                0,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("STELLWERK_DATA"), help="folder of source data")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder of shards")
    parser.add_argument("--tokens", type=float, default=2e6, help="tokens a shard")
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--copies", type=float, default=0.0, help="share of copying exercises, for early shards")
    parser.add_argument("--seed", type=int, default=1, help="of the first shard; the next ones count up")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    world, tokenizer = World(Path(options.data)), Tokenizer.load(options.tokenizer)
    for seed in range(options.seed, options.seed + options.shards):
        start = time.time()
        rows = Encoder(Generator(world, seed), tokenizer, options.length, options.copies).rows()
        block = np.stack([next(rows) for _ in range(int(options.tokens / options.length))])
        path = options.out / f"shard-{options.length}-{seed:04}.npz"
        temporary = path.with_suffix(".tmp")
        with open(temporary, "wb") as file:
            np.savez(file, ids=block[..., 0], rest=block[..., 1:].astype(np.uint8))
        temporary.replace(path)
        print(
            f"{path.name}: {block[..., 0].size / 1e6:.1f}M tokens, {(block[..., 1] > 1).mean():.0%} assistant, {(block[..., 1] == 0).mean():.1%} padding, {time.time() - start:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()

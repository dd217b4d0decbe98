"""Trains the tokenizer on generated requests, arguments, results, tool lines and the data folder's sentences."""

from __future__ import annotations

import argparse
import json
import os
import random
from pathlib import Path

import chat
from builtin import TOOLS, Builtin
from tokenizer import Tokenizer, train
from world import World


def corpus(world: World, samples: int, seed: int):
    """Texts. Whole conversations are left out, so that no merge joins `functions.` to a tool's name."""
    r = random.Random(seed)
    builtin = Builtin(world, r)
    yield from world.sentences
    for tool in world.catalogue:
        yield tool["description"]
        yield chat.tool_line({"name": tool["name"], "description": "", "parameters": tool["inputSchema"]})
    for _ in range(50):
        yield "\n".join(chat.tool_line(t["function"]) for t in TOOLS)
        yield "tool_declare system user assistant tool functions Return of ## Return of"
    for _ in range(samples):
        episode = builtin.draw()
        yield episode.text
        yield episode.answer
        for step in episode.rounds[0]:
            yield step.result
            yield json.dumps(step.arguments, separators=(",", ":"), ensure_ascii=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("STELLWERK_DATA"), help="folder of source data")
    parser.add_argument("--out", type=Path, required=True, help="tokenizer file to write")
    parser.add_argument("--samples", type=int, default=25_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    merges = train(corpus(World(Path(options.data)), options.samples, options.seed))
    Tokenizer(merges).save(options.out)
    print(f"{len(merges)} merges -> {options.out}")


if __name__ == "__main__":
    main()

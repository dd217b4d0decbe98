"""Writes the held-out evaluations.

builtin_heldout.jsonl: 25 requests for each built-in tool, from templates of their own and from word lists that training
does not draw from. (Synonyms can bring a training phrasing to a held-out one; models/MODEL_CARD.md says how often.)
other_heldout.jsonl: several calls at once, first steps of chains, no call, other tools; held-out words in training's
phrasings.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from pathlib import Path

from builtin import TOOLS, Builtin, Episode
from generate import Generator
from world import World

OTHERS = ("parallel", "chain", "no_call", "filesystem", "everything", "peer", "catalogue")


def case_of(ident: str, category: str, tools: list[dict], episode: Episode) -> dict:
    """An evaluation case; acceptable values that include "" mean that the argument may be left out."""
    answers = []
    for step in episode.rounds[0] if episode.rounds else []:
        accepted = {
            k: sorted({v, *step.accept.get(k, [])}, key=str) if isinstance(v, str) else [v]
            for k, v in step.arguments.items()
        }
        accepted |= {k: sorted({"", *v}) for k, v in step.accept.items() if k not in step.arguments}
        answers.append({step.name: accepted})
    messages = [{"role": "user", "content": episode.text}]
    return {"id": ident, "category": category, "messages": messages, "tools": tools, "possible_answers": answers}


def builtin_cases(world: World, seed: int):
    builtin = Builtin(world, random.Random(seed))
    for number in range(25):
        for tool in TOOLS:
            name = tool["function"]["name"]
            yield case_of(f"{name}-{number}", name, TOOLS, builtin.draw(kind=name))


def other_cases(world: World, seed: int, each: int = 25):
    world.evaluation = False  # phrasings of training; the words are the held-out ones all the same
    generator = Generator(world, seed)
    left = dict.fromkeys(OTHERS, each)
    while any(left.values()):
        tools, episodes = generator.group()
        for episode in episodes:
            if left.get(episode.kind, 0) > 0 and tools:
                left[episode.kind] -= 1
                yield case_of(f"{episode.kind}-{each - left[episode.kind]}", episode.kind, tools, episode)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("STELLWERK_DATA"), help="folder of source data")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "eval")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, draw in (("builtin", builtin_cases), ("other", other_cases)):
        cases = draw(World(Path(options.data), evaluation=True), options.seed)
        with open(options.out / f"{name}_heldout.jsonl", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)


if __name__ == "__main__":
    main()

"""Writes the held-out evaluation: phrasings and words that training never uses, 25 requests for each built-in tool."""

from __future__ import annotations

import argparse
import json
import os
import random
from pathlib import Path

from builtin import TOOLS, Builtin
from world import World


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("STELLWERK_DATA"), help="folder of source data")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "eval" / "builtin_heldout.jsonl")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    builtin = Builtin(World(Path(options.data), evaluation=True), random.Random(options.seed))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with open(options.out, "w", encoding="utf-8") as file:
        for number in range(25):
            for tool in TOOLS:
                name = tool["function"]["name"]
                episode = builtin.draw(kind=name)
                step = episode.rounds[0][0]
                acceptable = {k: sorted({v, *step.accept.get(k, [])}) for k, v in step.arguments.items()}
                acceptable |= {k: sorted({"", *v}) for k, v in step.accept.items() if k not in step.arguments}
                case = {
                    "id": f"{name}-{number}",
                    "category": name,
                    "messages": [{"role": "user", "content": episode.text}],
                    "tools": TOOLS,
                    "possible_answers": [{name: acceptable}],
                }
                file.write(json.dumps(case, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

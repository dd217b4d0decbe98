"""Draws a training log: losses by class of token, and each layer's busiest expert."""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, nargs="+", required=True, help="logs of a run, in order")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    records = [json.loads(line) for log in options.log for line in log.read_text().splitlines()]
    tokens = [r["tokens"] / 1e6 for r in records]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    for name in ("value", "name", "assistant", "context"):
        left.plot(tokens, [r[name] for r in records], label=f"{name} tokens")
    left.set_yscale("log")
    left.set_ylabel("training loss (nats)")
    for layer, loads in enumerate(zip(*(r["load"] for r in records)), 1):
        right.plot(tokens, loads, label=f"layer {layer}")
    right.set_ylabel("busiest expert's load / mean load")
    right.set_ylim(bottom=1)
    for axis in (left, right):
        axis.set_xlabel("tokens (millions)")
        axis.grid(alpha=0.3)
        axis.legend()
    figure.tight_layout()
    figure.savefig(options.out, dpi=110)


if __name__ == "__main__":
    main()

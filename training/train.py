"""Trains the model for a given time, whatever the machine's speed.

The schedule runs on the clock: warm-up, a plateau, then a linear decay that reaches zero when the time is up. New
shards in the folder are picked up as they appear. A checkpoint and a GGUF are written now and then.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import chat
import evaluate
import export_gguf
import optimiser
from model import Config, Experts, Model
from tokenizer import Tokenizer

WEIGHTS = {chat.ASSISTANT: 1.0, chat.NAME: 2.0, chat.VALUE: 3.5}


class Shards:
    """Random rows from the newest shards of one length."""

    def __init__(self, folder: Path, length: int, keep: int, seed: int):
        self.folder, self.length, self.keep = folder, length, keep
        self.rng = np.random.default_rng(seed)
        self.names: list[str] = []
        self.rows: list[np.ndarray] = []
        self.order = np.zeros(0, np.int64)

    def refresh(self) -> None:
        """Loads the newest `keep` shards if they changed."""
        names = sorted(p.name for p in self.folder.glob(f"shard-{self.length}-*.npz"))[-self.keep :]
        if names == self.names:
            return
        blocks = []
        for name in names:
            file = np.load(self.folder / name)
            blocks.append(np.concatenate((file["ids"][..., None], file["rest"].astype(np.uint16)), -1))
        self.names, self.rows = names, np.concatenate(blocks)
        self.order = np.zeros(0, np.int64)

    def batch(self, size: int) -> np.ndarray:
        """Rows [size, length, 4], each once before any comes again."""
        if len(self.order) < size:
            self.order = self.rng.permutation(len(self.rows))
        take, self.order = self.order[:size], self.order[size:]
        return self.rows[take]


def positions_of(document: np.ndarray, branch: np.ndarray) -> np.ndarray:
    """Position of each token as if its siblings were absent: branches all continue after the header."""
    out = np.zeros(document.shape, np.int64)
    for row in range(len(document)):
        change = np.flatnonzero(np.diff(document[row].astype(np.int64) * 256 + branch[row])) + 1
        header = 0
        for start, end in zip([0, *change], [*change, document.shape[1]]):
            if branch[row, start] == 0:
                header = end - start
                out[row, start:end] = np.arange(end - start)
            else:
                out[row, start:end] = header + np.arange(end - start)
    return out


def tensors_of(rows: np.ndarray, context_share: float, rng) -> dict[str, torch.Tensor]:
    """Model input, attention mask, and the positions that count with their targets and weights."""
    ids, kinds, document, branch = (rows[..., i] for i in range(4))
    doc, br = torch.from_numpy(document.astype(np.int16)), torch.from_numpy(branch.astype(np.int16))
    same = (doc[:, :, None] == doc[:, None, :]) & ((br[:, None, :] == 0) | (br[:, None, :] == br[:, :, None]))
    mask = torch.zeros(same.shape, dtype=torch.bfloat16).masked_fill_(~same.tril(), -30000.0)
    follows = (document[:, :-1] == document[:, 1:]) & (branch[:, :-1] == branch[:, 1:])
    weight = np.zeros(ids.shape, np.float32)
    target = kinds[:, 1:]
    for kind, w in WEIGHTS.items():
        weight[:, :-1][target == kind] = w
    weight[:, :-1][(target == chat.CONTEXT) & (rng.random(target.shape) < context_share)] = 0.5
    weight[:, :-1][~follows] = 0
    flat = np.flatnonzero(weight)
    targets = np.concatenate((ids[:, 1:], ids[:, :1]), 1).reshape(-1)[flat]
    return {
        "ids": torch.from_numpy(ids.astype(np.int64)),
        "positions": torch.from_numpy(positions_of(document, branch)),
        "mask": mask[:, None],
        "chosen": torch.from_numpy(flat),
        "targets": torch.from_numpy(targets.astype(np.int64)),
        "weights": torch.from_numpy(weight.reshape(-1)[flat]),
        "kinds": torch.from_numpy(np.concatenate((kinds[:, 1:], kinds[:, :1]), 1).reshape(-1)[flat].astype(np.int64)),
    }


def loss_of(model: Model, batch: dict) -> tuple[torch.Tensor, torch.Tensor]:
    """Weighted mean loss, and the loss of each counted token."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.hidden(batch["ids"], batch["positions"], batch["mask"]).flatten(0, 1)
        logits = model.logits(hidden.index_select(0, batch["chosen"]))
    each = F.cross_entropy(logits.float(), batch["targets"], reduction="none")
    return (each * batch["weights"]).sum() / batch["weights"].sum(), each.detach()


def balance(model: Model, rate: float) -> list[float]:
    """Moves each router's bias against its load (the aux-loss-free rule); gives each layer's worst relative load."""
    worst = []
    for module in model.modules():
        if isinstance(module, Experts):
            load = module.load / module.load.sum().clamp(min=1) * len(module.load)
            worst.append(round(load.max().item(), 2))
            module.bias -= rate * torch.sign(load - 1)
            module.bias -= module.bias.mean()
            module.load.zero_()
    return worst


def schedule(progress: float, warmup: float, decay: float) -> float:
    """Factor on the learning rates at a fraction of the time."""
    return max(0.0, min(1.0, progress / warmup if warmup else 1.0, (1 - progress) / decay))


def save(path: Path, model: Model, tokens: int, steps: int) -> None:
    temporary = path.with_suffix(".partial")
    torch.save({"config": asdict(model.c), "model": model.state_dict(), "tokens": tokens, "steps": steps}, temporary)
    temporary.replace(path)


def options_of() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=Path, required=True, help="folder of training shards")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint, GGUF and log")
    parser.add_argument("--minutes", type=float, required=True, help="length of the run")
    parser.add_argument("--resume", type=Path, help="checkpoint to continue from (optimiser state is rebuilt by warm-up)")
    parser.add_argument("--held-out", type=Path, help="cases for the quick evaluation during the run")
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--rows", type=int, default=8, help="rows a step")
    parser.add_argument("--keep", type=int, default=6, help="newest shards in use")
    parser.add_argument("--rate", type=float, default=0.02, help="Muon's learning rate")
    parser.add_argument("--adam-rate", type=float, default=3e-3)
    parser.add_argument("--decay", type=float, default=0.5, help="share of the time in which the rates fall to zero")
    parser.add_argument("--warmup", type=float, default=0.01)
    parser.add_argument("--context-share", type=float, default=0.3, help="share of context tokens in the loss at the start")
    parser.add_argument("--long-every", type=int, default=25, help="one step in so many takes rows of 2,048")
    parser.add_argument("--evaluate-minutes", type=float, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    o = options_of()
    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    o.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.load(o.tokenizer)
    model, tokens, steps = Model(Config()), 0, 0
    if o.resume:
        saved = torch.load(o.resume, weights_only=False)
        model = Model(Config(**saved["config"]))
        model.load_state_dict(saved["model"])
        tokens, steps = saved["tokens"], saved["steps"]
    muon, adam = optimiser.build(model)
    short, long = (Shards(o.shards, n, k, o.seed) for n, k in ((o.length, o.keep), (2048, 2)))
    rng = np.random.default_rng(o.seed)
    log = open(o.out / "log.jsonl", "a", encoding="utf-8")
    start = marked = evaluated = time.time()
    marked_tokens = tokens
    sums = np.zeros((5, 2))
    model.train()
    while (progress := (time.time() - start) / 60 / o.minutes) < 1:
        if steps % 50 == 0:
            short.refresh()
            long.refresh()
        takes_long = len(long.names) > 0 and steps % o.long_every == o.long_every - 1
        rows = long.batch(1) if takes_long else short.batch(o.rows)
        batch = tensors_of(rows, max(0.05, o.context_share * (1 - 2 * progress)), rng)
        loss, each = loss_of(model, batch)
        loss.backward()
        factor = schedule(progress, o.warmup, o.decay)
        muon.step(o.rate * factor)
        adam.param_groups[0]["lr"] = o.adam_rate * factor
        adam.step()
        for p in model.parameters():
            p.grad = None
        worst = balance(model, 2e-3 * max(0.1, factor))
        for kind in range(1, 5):
            mine = each[batch["kinds"] == kind]
            sums[kind] += (mine.sum().item(), len(mine))
        tokens += rows[..., 0].size
        steps += 1
        if steps % 50 == 0:
            now = time.time()
            means = [round(float(s / max(n, 1)), 3) for s, n in sums[1:]]
            record = {"step": steps, "tokens": tokens, "minutes": round((now - start) / 60, 2), "rate": round(factor, 3),
                      "context": means[0], "assistant": means[1], "name": means[2], "value": means[3],
                      "load": worst, "speed": round((tokens - marked_tokens) / (now - marked))}  # fmt: skip
            log.write(json.dumps(record) + "\n")
            log.flush()
            marked, marked_tokens, sums = now, tokens, np.zeros((5, 2))
        if time.time() - evaluated > o.evaluate_minutes * 60:
            save(o.out / "checkpoint.pt", model, tokens, steps)
            export_gguf.write(o.out / "model.gguf", model, tokenizer)
            if o.held_out:
                cases = evaluate.load(o.held_out)[:: 3][:64]
                model.eval()
                log.write(json.dumps({"step": steps, "evaluation": evaluate.score(model, tokenizer, cases)["all"]}) + "\n")
                log.flush()
                model.train()
            evaluated = marked = time.time()
            marked_tokens = tokens
    save(o.out / "checkpoint.pt", model, tokens, steps)
    export_gguf.write(o.out / "model.gguf", model.eval(), tokenizer)


if __name__ == "__main__":
    main()

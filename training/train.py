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
import export_gguf
import optimiser
import structure
from model import Config, Experts, Model
from parallel import SIGNALS, Team
from tokenizer import Tokenizer

WEIGHTS = {chat.ASSISTANT: 1.0, chat.NAME: 4.0, chat.VALUE: 3.5}


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
    """Weighted loss, and the loss of each counted token. The divisor is constant, so that the gradients of
    micro-batches add up."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.hidden(batch["ids"], batch["positions"], batch["mask"]).flatten(0, 1)
        logits = model.logits(hidden.index_select(0, batch["chosen"]))
    each = F.cross_entropy(logits.float(), batch["targets"], reduction="none")
    return (each * batch["weights"]).sum() / 1000, each.detach()


def balance(experts: list[Experts], rate: float) -> list[float]:
    """Moves each router's bias against its load (the aux-loss-free rule); gives each layer's worst relative load."""
    worst = []
    for module in experts:
        load = module.load / module.load.sum().clamp(min=1) * len(module.load)
        worst.append(round(load.max().item(), 2))
        if rate:
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
    parser.add_argument(
        "--resume", type=Path, help="checkpoint to continue from (optimiser state is rebuilt by warm-up)"
    )
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--rows", type=int, default=2, help="rows a micro-batch")
    parser.add_argument("--micro", type=int, default=2, help="micro-batches a step")
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    parser.add_argument("--keep", type=int, default=6, help="newest shards in use")
    parser.add_argument("--rate", type=float, default=0.006, help="Muon's learning rate")
    parser.add_argument("--adam-rate", type=float, default=2e-3)
    parser.add_argument("--decay", type=float, default=0.5, help="share of the time in which the rates fall to zero")
    parser.add_argument("--warmup", type=float, default=0.01)
    parser.add_argument(
        "--context-share", type=float, default=0.15, help="share of context tokens in the loss at the start"
    )
    parser.add_argument("--long-every", type=int, default=60, help="one micro-batch in so many is a row of 2,048")
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


class Meter:
    """Losses by class of token since the last record."""

    def __init__(self, log: Path, tokens: int):
        self.file = open(log, "a", encoding="utf-8")
        self.start = self.marked = time.time()
        self.tokens = tokens
        self.sums = np.zeros((5, 2))

    def add(self, each: torch.Tensor, kinds: torch.Tensor) -> None:
        for kind in range(1, 5):
            mine = each[kinds == kind]
            self.sums[kind] += (mine.sum().item(), len(mine))

    def write(self, **record) -> None:
        now = time.time()
        names = ("context", "assistant", "name", "value")
        losses = {n: round(float(s / max(k, 1)), 3) for n, (s, k) in zip(names, self.sums[1:])}
        speed = round((record["tokens"] - self.tokens) / (now - self.marked))
        self.file.write(
            json.dumps(record | losses | {"minutes": round((now - self.start) / 60, 2), "speed": speed}) + "\n"
        )
        self.file.flush()
        self.marked, self.tokens, self.sums = now, record["tokens"], np.zeros((5, 2))


def initial(o: argparse.Namespace) -> tuple[Model, int, int]:
    """(model, tokens seen, steps done)."""
    torch.manual_seed(o.seed)
    if not o.resume:
        model = Model(Config())
        structure.install(model, Tokenizer.load(o.tokenizer))
        return model, 0, 0
    saved = torch.load(o.resume, weights_only=False)
    model = Model(Config(**saved["config"]))
    model.load_state_dict(saved["model"])
    return model, saved["tokens"], saved["steps"]


def work(rank: int, o: argparse.Namespace, team: Team, tokens: int, steps: int, started: float) -> None:
    """One worker's training loop; worker 0 also keeps the clock, logs and saves."""
    torch.set_num_threads(1)
    model, views, owned = team.model, team.bind(rank), team.owned(rank)
    muon, adam = optimiser.build(model, owned)
    short, long = (Shards(o.shards, n, k, o.seed + rank) for n, k in ((o.length, o.keep), (2048, 2)))
    rng = np.random.default_rng(o.seed + rank)
    meter = Meter(o.out / "log.jsonl", tokens) if rank == 0 else None
    experts = [m for m in model.modules() if isinstance(m, Experts)]
    for m in experts:
        m.load = torch.zeros(model.c.experts)  # of this worker; everything else in the model is shared
    mine = team.extras[rank]
    model.train()
    saved_at, progress, micro, goal, factor = time.time(), 0.0, 0, 0, 0.0
    while progress < 1:
        if steps % 50 == 0 or not short.names:
            short.refresh()
            long.refresh()
        goal += o.micro
        mine.zero_()
        while team.take(goal):
            micro += 1
            rows = long.batch(1) if long.names and micro % o.long_every == 0 else short.batch(o.rows)
            batch = tensors_of(rows, max(0.05, o.context_share * (1 - 2 * progress)), rng)
            loss, each = loss_of(model, batch)
            loss.backward()
            mine[0] += rows[..., 0].size
            if meter:
                meter.add(each, batch["kinds"])
        mine[1] = time.time() - started if rank == 0 else 0
        mine[SIGNALS:] = torch.cat([m.load for m in experts])
        team.barrier.wait()
        for p in owned:
            for other in views[p]:
                if other is not p.grad:
                    p.grad += other
        totals = torch.stack(team.extras).sum(0)
        progress = totals[1].item() / 60 / o.minutes  # worker 0's clock, so that all agree when to stop
        factor = schedule(progress, o.warmup, o.decay)
        muon.step(o.rate * factor)
        for group in adam.param_groups:
            group["lr"] = o.adam_rate * group["base"] * factor
        adam.step()
        for m, load in zip(experts, totals[SIGNALS:].split(model.c.experts)):
            m.load.copy_(load)
        worst = balance(experts, 2e-3 * max(0.1, factor) if rank == 0 else 0)
        team.barrier.wait()
        team.gradients[rank].zero_()
        tokens += int(totals[0].item())
        steps += 1
        if meter and steps % 25 == 0:
            meter.write(step=steps, tokens=tokens, rate=round(factor, 3), load=worst)
        if rank == 0 and (time.time() - saved_at > o.save_minutes * 60 or progress >= 1):
            save(o.out / "checkpoint.pt", model, tokens, steps)
            export_gguf.write(o.out / "model.gguf", model, Tokenizer.load(o.tokenizer))
            saved_at = time.time()


def main() -> None:
    o = options_of()
    o.out.mkdir(parents=True, exist_ok=True)
    model, tokens, steps = initial(o)
    team = Team(o.workers, model, (model.c.layers - 1) * model.c.experts)
    torch.multiprocessing.spawn(work, (o, team, tokens, steps, time.time()), o.workers)


if __name__ == "__main__":
    main()

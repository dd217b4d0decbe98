"""Data parallelism between single-threaded processes over shared memory.

Two processes of one thread each train faster on two busy cores than one process of two threads: there is no barrier
inside every matrix product. The weights lie in shared memory, once. A step is a number of micro-batches, and whoever
is free takes the next one, so a core that is lent to something else slows the step instead of stopping it. Then each
worker sums the gradients of the parameters that it owns, and updates those.
"""

from __future__ import annotations

import torch
from torch import multiprocessing

SIGNALS = 2  # beside gradients and router loads: tokens seen, seconds passed


class Team:
    """What the workers share: the model, gradients of each, a barrier, and a counter of micro-batches taken."""

    def __init__(self, workers: int, model: torch.nn.Module, extras: int):
        context = multiprocessing.get_context("spawn")
        self.workers = workers
        self.model = model.share_memory()
        parameters = sum(p.numel() for p in model.parameters())
        self.gradients = [torch.zeros(parameters).share_memory_() for _ in range(workers)]
        self.extras = [torch.zeros(extras + SIGNALS).share_memory_() for _ in range(workers)]
        self.barrier = context.Barrier(workers)
        self.taken = context.Value("q", 0)

    def take(self, goal: int) -> bool:
        """Claims one of the micro-batches up to `goal`, a running total."""
        with self.taken.get_lock():
            if self.taken.value >= goal:
                return False
            self.taken.value += 1
            return True

    def bind(self, rank: int) -> dict[torch.nn.Parameter, list[torch.Tensor]]:
        """Lets this worker's gradients gather in its shared buffer; gives every worker's gradient by parameter."""
        views, at = {}, 0
        for p in self.model.parameters():
            views[p] = [buffer[at : at + p.numel()].view(p.shape) for buffer in self.gradients]
            p.grad = views[p][rank]
            at += p.numel()
        return views

    def owned(self, rank: int) -> set[torch.nn.Parameter]:
        """The parameters that a worker updates: of each shape every other one, so that the work is even."""
        owned, seen = set(), {}
        for p in sorted(self.model.parameters(), key=lambda p: -p.numel()):
            shape = tuple(sorted(p.shape))
            if seen.get(shape, len(seen)) % self.workers == rank:
                owned.add(p)
            seen[shape] = seen.get(shape, len(seen)) + 1
        return owned

"""Muon for matrices, AdamW for the rest.

Muon makes each matrix's momentum orthogonal before the step (Newton-Schulz iteration), which learns more a token than
AdamW does on small models. Matrices of one shape go through the iteration together, as one batch.
"""

from __future__ import annotations

from collections import defaultdict

import torch


@torch.no_grad()
def orthogonalise(g: torch.Tensor, steps: int = 4) -> torch.Tensor:
    """Nearest semi-orthogonal matrices, roughly; g [batch, rows, columns] with rows <= columns."""
    a, b, c = 3.4445, -4.7750, 2.0315  # K. Jordan's quintic: fast rather than exact
    x = g.bfloat16()
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(steps):
        s = x @ x.mT
        x = a * x + (b * s + c * s @ s) @ x
    return x


class Muon:
    """Momentum, orthogonalised; 3-D parameters are stacks of matrices."""

    def __init__(self, parameters, momentum: float = 0.95, decay: float = 0.05):
        self.momentum, self.decay = momentum, decay
        self.groups = defaultdict(list)
        for p in parameters:
            rows, columns = p.shape[-2:]
            self.groups[(min(rows, columns), max(rows, columns))].append(p)
        self.state = {p: torch.zeros_like(p) for group in self.groups.values() for p in group}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        for group in self.groups.values():
            stack = orthogonalise(torch.cat([self.direction(p) for p in group]))
            for p, u in zip(group, stack.split([p.numel() // (p.shape[-1] * p.shape[-2]) for p in group])):
                rows, columns = p.shape[-2:]
                u = u.mT if rows > columns else u
                p.mul_(1 - rate * self.decay)
                p.add_(u.reshape(p.shape), alpha=-rate * max(1.0, rows / columns) ** 0.5)

    def direction(self, p: torch.Tensor) -> torch.Tensor:
        """The Nesterov momentum of a parameter as a stack of wide matrices."""
        m = self.state[p]
        m.mul_(self.momentum).add_(p.grad)
        g = p.grad.add(m, alpha=self.momentum).reshape(-1, *p.shape[-2:]).bfloat16()
        return g.mT if p.shape[-2] > p.shape[-1] else g


def build(model, owned=None):
    """(Muon, AdamW) over a model's parameters, or the owned ones. Embedding and router are matrices too, but rows of them are seen
    rarely or unevenly, which suits AdamW."""
    matrices, embedding, rest = [], [], []
    for name, p in model.named_parameters():
        if owned is not None and p not in owned:
            continue
        if "embed" in name:
            embedding.append(p)
        else:
            (matrices if p.ndim >= 2 and "router" not in name else rest).append(p)
    # Adam's large epsilon for the embedding: tokens that a batch lacks get tiny gradients, all in one direction, and
    # normalising those would make rare tokens look alike.
    groups = [{"params": embedding, "base": 0.5, "eps": 3e-4}, {"params": rest, "base": 1.0, "eps": 1e-8}]
    groups = [g for g in groups if g["params"]]
    return Muon(matrices), torch.optim.AdamW(groups, betas=(0.9, 0.95), weight_decay=0.0, fused=True)

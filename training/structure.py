"""Starting weights that already copy.

Calls are mostly copying: a path or a text goes from the request into JSON. Copying needs an induction pair (an early
head that tells each token its predecessor, a later head that looks for the predecessor's twin and repeats what
followed), and small models spend most of a short training finding one. So one pair is put in by construction, and
training refines it. Tokens that differ by a leading mark (` notes`, `/notes`, `notes`) start as one embedding plus a
vector for the mark, because they are one word to copy.
"""

from __future__ import annotations

import torch

from model import Model
from tokenizer import ALPHABET, Tokenizer

MARKS = [ALPHABET[ord(c)] for c in " /._-"]


@torch.no_grad()
def install(model: Model, tokenizer: Tokenizer) -> None:
    """Overwrites the embedding of marked tokens and head 0 of blocks 0 and 1."""
    tie_marked_words(model, tokenizer)
    share = 0.6 * model.embed.weight.norm(dim=1).mean()
    model.embed.weight[:, 0] = share  # a constant that heads can turn into a fixed position pattern
    previous_token_head(model)
    induction_head(model)


def tie_marked_words(model: Model, tokenizer: Tokenizer) -> None:
    embed = model.embed.weight
    size = embed.norm(dim=1).mean()
    for mark in MARKS:
        shift = torch.randn(embed.shape[1])
        shift *= 0.6 * size / shift.norm()
        for token, i in tokenizer.ids.items():
            bare = tokenizer.ids.get(token[1:])
            if token[0] == mark and bare is not None and not token.startswith("<|"):
                embed[i] = embed[bare] + shift


def previous_token_head(model: Model, strength: float = 8.0) -> None:
    """Block 0, head 0: query and key are constant, turned against each other by one position."""
    c, a = model.c, model.blocks[0].attn
    constant = model.embed.weight[:, 0].mean() / model.embed.weight.square().mean().sqrt()  # after the norm
    frequency = c.theta ** (-torch.arange(0, c.rope, 2).float() / c.rope)
    weight = torch.zeros_like(frequency)
    weight[:4] = torch.tensor([1.0, 1.0, 0.8, 0.8])
    a.q_a.weight[0] = 0
    a.q_a.weight[0, 0] = 4 / constant
    q = a.q_b.weight.view(c.heads, c.nope + c.rope, c.q_lora)
    q[0] = 0
    q[0, c.nope :: 2, 0] = strength / 4 * weight * torch.cos(frequency)
    q[0, c.nope + 1 :: 2, 0] = -strength / 4 * weight * torch.sin(frequency)
    rope = a.kv_a.weight[c.kv_lora :]
    rope[:, 0] = 0
    rope[0::2, 0] = strength / constant * weight
    value = value_map(model, 0)
    a.output.weight[:, : c.value] = (
        orthogonal(a.output.weight[:, : c.value]) * 0.7 * model.embed.weight.norm(dim=1).mean() / 8
    )
    a.kv_b.weight.view(c.heads, -1, c.kv_lora)[0, c.nope :] /= value.norm(dim=1).mean()


def value_map(model: Model, block: int) -> torch.Tensor:
    """Head 0's value as a linear map of the normalised input [value, width]."""
    c, a = model.c, model.blocks[block].attn
    return a.kv_b.weight.view(c.heads, -1, c.kv_lora)[0, c.nope :] @ a.kv_a.weight[: c.kv_lora]


def orthogonal(x: torch.Tensor) -> torch.Tensor:
    return torch.linalg.qr(x)[0]


def induction_head(model: Model, strength: float = 3.0) -> None:
    """Block 1, head 0: the query is the current token as block 0 would have passed it on, the key is what block 0
    passed on; the value is the token itself, written back along its own embedding."""
    c, a = model.c, model.blocks[1].attn
    n = c.nope
    mix = torch.linalg.qr(torch.randn(c.value, n))[0].T  # [nope, value]
    query = mix @ value_map(model, 0)
    query[:, 0] = 0  # the constant matches everything
    key = mix @ model.blocks[0].attn.output.weight[:, : c.value].T
    a.q_a.weight[:n] = query / query.norm(dim=1, keepdim=True)
    a.kv_a.weight[:n] = key / key.norm(dim=1, keepdim=True) * 2
    q = a.q_b.weight.view(c.heads, c.nope + c.rope, c.q_lora)
    q[0] = 0
    q[0, torch.arange(n), torch.arange(n)] = strength
    kv = a.kv_b.weight.view(c.heads, c.nope + c.value, c.kv_lora)
    kv[0] = 0
    kv[0, torch.arange(n), torch.arange(n)] = strength
    kv[0, n:, n:] = torch.linalg.qr(torch.randn(c.kv_lora - n, c.value))[0].T
    a.kv_a.weight[n : c.kv_lora, 0] = 0
    written = value_map(model, 1)
    a.output.weight[:, : c.value] = (
        (written / written.norm(dim=1, keepdim=True)).T * 0.5 * model.embed.weight.norm(dim=1).mean() / 4
    )

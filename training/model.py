"""The embedded model: DeepSeek V3's architecture (as Kimi K2 uses it) at a width that two CPU cores can train.

Everything that a loader of GGUF architecture `deepseek2` expects is here: multi-head latent attention with a query
latent, a dense first layer, then mixture-of-experts layers whose sigmoid router picks experts by score + bias, and
one shared expert. Names follow the GGUF tensors, so that the export is a plain renaming.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

QUIET = (
    0.05  # scale of the projections that write to the residual stream at the start, so that tokens stay recognisable
)


@dataclass(frozen=True)
class Config:
    """Shape of the model. Widths are multiples of 32, because Q8_0 stores blocks of 32."""

    vocab: int = 8192
    width: int = 256
    layers: int = 5
    heads: int = 4
    q_lora: int = 128
    kv_lora: int = 128
    nope: int = 32
    rope: int = 32
    value: int = 64
    dense_ff: int = 768
    experts: int = 16
    experts_used: int = 4
    expert_ff: int = 96
    routed_scale: float = 2.0
    theta: float = 10000.0
    eps: float = 1e-6
    context: int = 4096


class RmsNorm(nn.Module):
    """Root-mean-square norm; computed in float32 because bf16 squares lose too much."""

    def __init__(self, width: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x.float()
        y = y * torch.rsqrt(y.square().mean(-1, keepdim=True) + self.eps)
        return (y * self.weight).to(x.dtype)


def linear(in_width: int, out_width: int) -> nn.Linear:
    """A bias-free projection with variance-preserving initial weights."""
    layer = nn.Linear(in_width, out_width, bias=False)
    nn.init.normal_(layer.weight, std=in_width**-0.5)
    return layer


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotary embedding over adjacent pairs (0,1), (2,3), …, which is what `deepseek2` loaders apply."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Attention(nn.Module):
    """Multi-head latent attention: one compressed key/value latent and one rotary key shared by all heads."""

    def __init__(self, c: Config):
        super().__init__()
        self.c = c
        self.q_a = linear(c.width, c.q_lora)
        self.q_a_norm = RmsNorm(c.q_lora, c.eps)
        self.q_b = linear(c.q_lora, c.heads * (c.nope + c.rope))
        self.kv_a = linear(c.width, c.kv_lora + c.rope)
        self.kv_a_norm = RmsNorm(c.kv_lora, c.eps)
        self.kv_b = linear(c.kv_lora, c.heads * (c.nope + c.value))
        self.output = linear(c.heads * c.value, c.width)
        nn.init.normal_(self.output.weight, std=(c.heads * c.value) ** -0.5 * QUIET)

    def forward(self, x, cos, sin, mask, past=None):  # x [batch, time, width]
        c = self.c
        batch, time, _ = x.shape
        q = self.q_b(self.q_a_norm(self.q_a(x))).view(batch, time, c.heads, c.nope + c.rope).transpose(1, 2)
        latent, k_rope = self.kv_a(x).split((c.kv_lora, c.rope), -1)
        kv = self.kv_b(self.kv_a_norm(latent)).view(batch, time, c.heads, c.nope + c.value).transpose(1, 2)
        k_nope, v = kv.split((c.nope, c.value), -1)
        q = torch.cat((q[..., : c.nope], rotate(q[..., c.nope :], cos, sin)), -1)
        k_rope = rotate(k_rope.unsqueeze(1), cos, sin).expand(-1, c.heads, -1, -1)
        k = torch.cat((k_nope, k_rope), -1)
        if past is not None:
            k, v = past.append(k, v)
        scores = torch.matmul(q * (c.nope + c.rope) ** -0.5, k.transpose(-1, -2)) + mask
        mixed = torch.matmul(torch.softmax(scores, -1), v)  # [batch, heads, time, value]
        return self.output(mixed.transpose(1, 2).reshape(batch, time, -1))


class Dense(nn.Module):
    """SwiGLU feed-forward block: the first layer's, and the expert that every token shares."""

    def __init__(self, c: Config, ff: int):
        super().__init__()
        self.gate = linear(c.width, ff)
        self.up = linear(c.width, ff)
        self.down = linear(ff, c.width)
        nn.init.normal_(self.down.weight, std=ff**-0.5 * QUIET)

    def forward(self, x):
        return self.down(F.silu(self.gate(x)) * self.up(x))


class Experts(nn.Module):
    """Routed experts. The bias steers selection only; the weights come from the unbiased sigmoid."""

    def __init__(self, c: Config):
        super().__init__()
        self.c = c
        self.router = linear(c.width, c.experts)
        self.gate = nn.Parameter(torch.randn(c.experts, c.expert_ff, c.width) * c.width**-0.5)
        self.up = nn.Parameter(torch.randn(c.experts, c.expert_ff, c.width) * c.width**-0.5)
        scale = c.expert_ff**-0.5 * QUIET
        self.down = nn.Parameter(torch.randn(c.experts, c.width, c.expert_ff) * scale)
        self.shared = Dense(c, c.expert_ff)
        self.register_buffer("bias", torch.zeros(c.experts))
        self.register_buffer("load", torch.zeros(c.experts), persistent=False)

    def route(self, x):
        """Chosen experts and their weights, both [tokens, experts_used]."""
        c = self.c
        with torch.autocast(x.device.type, enabled=False):
            scores = torch.sigmoid(F.linear(x.float(), self.router.weight))
            chosen = torch.topk(scores.detach() + self.bias, c.experts_used, dim=-1).indices
            kept = scores.gather(-1, chosen)
            return chosen, kept / (kept.sum(-1, keepdim=True) + 1e-20) * c.routed_scale

    def forward(self, x):
        """Tokens are sorted by expert, so that each expert is one dense matrix product. Measured on two CPU cores
        this costs under half of running all experts on all tokens, forward and backward."""
        c = self.c
        flat = x.reshape(-1, c.width)
        chosen, weights = self.route(flat)
        chosen = chosen.flatten()
        order = chosen.argsort()
        counts = torch.bincount(chosen, minlength=c.experts)
        if self.training:
            self.load += counts
        sizes = counts.tolist()
        rows = order // c.experts_used
        gate_up = torch.cat((self.gate, self.up), 1).to(flat.dtype).unbind(0)
        chunks = flat.index_select(0, rows).split(sizes)
        hidden = torch.cat([F.linear(chunk, w) for chunk, w in zip(chunks, gate_up)])
        gate, up = hidden.chunk(2, -1)
        hidden = F.silu(gate) * up * weights.flatten().index_select(0, order).to(flat.dtype).unsqueeze(-1)
        down = self.down.to(flat.dtype).unbind(0)
        out = torch.cat([F.linear(chunk, w) for chunk, w in zip(hidden.split(sizes), down)])
        routed = torch.zeros_like(flat, dtype=out.dtype).index_add(0, rows, out)
        return routed.view_as(x) + self.shared(x)


class Layer(nn.Module):
    """Pre-norm residual block."""

    def __init__(self, c: Config, index: int):
        super().__init__()
        self.attn_norm = RmsNorm(c.width, c.eps)
        self.attn = Attention(c)
        self.ffn_norm = RmsNorm(c.width, c.eps)
        self.ffn = Dense(c, c.dense_ff) if index == 0 else Experts(c)

    def forward(self, x, cos, sin, mask, past=None):
        x = x + self.attn(self.attn_norm(x), cos, sin, mask, past)
        return x + self.ffn(self.ffn_norm(x))


class Model(nn.Module):
    """Decoder with tied input and output embedding."""

    def __init__(self, c: Config):
        super().__init__()
        self.c = c
        self.embed = nn.Embedding(c.vocab, c.width)
        nn.init.normal_(self.embed.weight, std=0.0625)  # larger than usual: rare tokens must differ enough to be copied
        self.blocks = nn.ModuleList(Layer(c, i) for i in range(c.layers))
        self.norm = RmsNorm(c.width, c.eps)

    def angles(self, positions: torch.Tensor, dtype: torch.dtype):
        """Cosine and sine of the rotary angles [batch, 1, time, rope / 2]."""
        c = self.c
        frequency = c.theta ** (-torch.arange(0, c.rope, 2, device=positions.device).float() / c.rope)
        angle = positions.float()[:, None, :, None] * frequency
        return angle.cos().to(dtype), angle.sin().to(dtype)

    def hidden(self, ids, positions, mask, pasts=None):
        """Final normalised states [batch, time, width]; `mask` is added to the attention scores, and its type is
        the type of the activations."""
        cos, sin = self.angles(positions, mask.dtype)
        x = self.embed(ids).to(mask.dtype)
        for i, block in enumerate(self.blocks):
            x = block(x, cos, sin, mask, pasts[i] if pasts else None)
        return self.norm(x)

    def logits(self, hidden):
        return F.linear(hidden, self.embed.weight.to(hidden.dtype))

    def count(self) -> tuple[int, int]:
        """(all, active a token) parameters; the tied embedding counts once, as the output projection."""
        total = sum(p.numel() for p in self.parameters())
        expert = 3 * self.c.width * self.c.expert_ff
        idle = (self.c.layers - 1) * (self.c.experts - self.c.experts_used) * expert
        return total, total - idle

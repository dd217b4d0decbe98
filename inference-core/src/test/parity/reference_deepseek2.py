#!/usr/bin/env python3
"""The forward pass of `deepseek2` (DeepSeek V2/V3, Kimi K2) in numpy, written to be read.

Usage: reference_deepseek2.py MODEL.gguf 1,2,3 LOGITS.f32 [--int8]

Computes all positions of one sequence at once, in float64, from the weights of a GGUF file, and writes the logits
[positions, vocab] as little-endian float32. It is the documentation of the arithmetic for every other implementation:
plain, slow, no cache. Names of tensors are those of the file; shapes trail the lines that make them.

With --int8, the input of each product with a quantised matrix is first rounded to Q8_0 blocks of 32, as integer
kernels do. Without it, quantised weights are expanded and everything else stays exact.

The letters of the shapes: n positions, d hidden width, h heads, vocab, experts, ff inner width of a feed-forward
block, q_lora and kv_lora the ranks of the query and the key-value bottleneck, nope and rope the parts of a head's query
and key without and with rotary position, v the value width of a head.

Sources: DeepSeek-V2 (arXiv 2405.04434) section 2.1 for multi-head latent attention (MLA), DeepSeek-V3 (arXiv 2412.19437)
section 2.1.2 for the router, YaRN (arXiv 2309.00071) for the rope scaling.
"""

import sys

import numpy as np

import gguf_file

SOFTMAX, SIGMOID = 1, 2  # expert_gating_func


class Config:
    """The hyperparameters of a file, under the names of its metadata."""

    def __init__(self, metadata):
        if metadata["general.architecture"] != "deepseek2":
            raise ValueError("not a deepseek2 file")

        def get(key, default=None):
            value = metadata.get("deepseek2." + key, default)
            if value is None:
                raise KeyError("deepseek2." + key)
            return value

        self.layers = get("block_count")
        self.dense_layers = get("leading_dense_block_count", 0)
        self.heads = get("attention.head_count")
        self.kv_lora = get("attention.kv_lora_rank")
        self.rope = get("rope.dimension_count")
        self.nope = get("attention.key_length_mla") - self.rope
        self.v = get("attention.value_length_mla")
        self.norm_eps = get("attention.layer_norm_rms_epsilon")
        self.experts_used = get("expert_used_count")
        self.gating = get("expert_gating_func", SOFTMAX)
        self.weights_norm = get("expert_weights_norm", False)
        self.weights_scale = get("expert_weights_scale", 0.0)
        self.rope_base = get("rope.freq_base")
        self.yarn = get("rope.scaling.type", "none") == "yarn"
        self.yarn_factor = get("rope.scaling.factor", 1.0) if self.yarn else 1.0
        self.yarn_context = get("rope.scaling.original_context_length", get("context_length"))
        # Kimi K2 Instruct sets both to 1, K2.5 and DeepSeek 32 and 1. llama.cpp v0.5.0 ignores the keys for deepseek2.
        self.yarn_beta_fast = get("rope.scaling.yarn_beta_fast", 32.0)
        self.yarn_beta_slow = get("rope.scaling.yarn_beta_slow", 1.0)
        # The file holds 0.1 * mscale_all_dim of the original configuration.
        self.yarn_mscale_all = get("rope.scaling.yarn_log_multiplier", 0.0) / 0.1


class Model:
    """`forward(tokens)` reads top to bottom; the methods below it are in the order of their use."""

    def __init__(self, path, int8=False):
        metadata, self.tensors = gguf_file.read(path)
        self.config = Config(metadata)
        self.int8 = int8

    def forward(self, tokens):
        """The logits [n, vocab] after each token, and the router margins [n, MoE layers].

        The margin is the selection score of the last expert chosen less that of the first one not chosen: where it is
        below the error of an arithmetic, that arithmetic may choose another expert and its logits may differ a lot.
        """
        c = self.config
        x = self.values("token_embd.weight")[tokens]  # [n, d]
        positions = np.arange(len(tokens))
        margins = []
        for layer in range(c.layers):
            self.layer = layer
            x = x + self.attention(self.norm(x, "attn_norm"), positions)  # [n, d]
            y = self.norm(x, "ffn_norm")  # [n, d]
            if layer < c.dense_layers:
                x = x + self.feed_forward(y, "ffn_gate", "ffn_up", "ffn_down")
            else:
                routed, margin = self.experts(y)
                shared = self.feed_forward(y, "ffn_gate_shexp", "ffn_up_shexp", "ffn_down_shexp")
                x = x + routed + shared
                margins.append(margin)
        x = rms_norm(x, self.values("output_norm.weight"), c.norm_eps)  # [n, d]
        head = "output.weight" if "output.weight" in self.tensors else "token_embd.weight"  # tied without the former
        return self.product(x, head), np.stack(margins, axis=1)

    def attention(self, x, positions):
        """MLA with absorbed matrices: every head attends over one shared latent of kv_lora + rope values a position.

        That latent is all that a cache has to hold: the normalised kv_lora part (before attn_k_b and attn_v_b) and the
        rotated rope part.
        """
        c, n = self.config, len(positions)
        if self.has("attn_q_a"):
            q = self.norm(self.linear(x, "attn_q_a"), "attn_q_a_norm")  # [n, q_lora]
            q = self.linear(q, "attn_q_b")  # [n, h * (nope + rope)]
        else:  # the "lite" models have no query bottleneck
            q = self.linear(x, "attn_q")  # [n, h * (nope + rope)]
        q = q.reshape(n, c.heads, c.nope + c.rope)
        q_nope, q_rope = q[..., : c.nope], q[..., c.nope :]  # [n, h, nope], [n, h, rope]

        latent = self.linear(x, "attn_kv_a_mqa")  # [n, kv_lora + rope]
        kv, k_rope = latent[:, : c.kv_lora], latent[:, c.kv_lora :]  # [n, kv_lora], [n, rope]
        kv = self.norm(kv, "attn_kv_a_norm")  # [n, kv_lora]; the rope part is not normalised
        q_rope = self.rotate(q_rope, positions[:, None])  # [n, h, rope]
        k_rope = self.rotate(k_rope, positions)  # [n, rope]

        # attn_k_b [h, kv_lora, nope] takes the query into the latent's space, so that keys are never expanded.
        q_latent = self.per_head(q_nope, "attn_k_b")  # [n, h, kv_lora]
        scores = np.einsum("qhl,kl->hqk", q_latent, kv) + np.einsum("qhr,kr->hqk", q_rope, k_rope)  # [h, n, n]
        scores = scores * self.score_scale()
        scores[:, np.triu(np.ones((n, n), bool), 1)] = -np.inf  # causal
        mixed = np.einsum("hqk,kl->qhl", softmax(scores), kv)  # [n, h, kv_lora]
        # attn_v_b [h, v, kv_lora] expands the mixed latent to the head's value.
        out = self.per_head(mixed, "attn_v_b").reshape(n, c.heads * c.v)  # [n, h * v]
        return self.linear(out, "attn_output")  # [n, d]

    def rotate(self, x, positions):
        """Rotary position on adjacent pairs (0, 1), (2, 3), ... of the last dimension; x [..., rope]."""
        c = self.config
        pair = np.arange(c.rope // 2)
        angle = positions[..., None] * c.rope_base ** (-2.0 * pair / c.rope)  # [..., rope / 2]
        magnitude = 1.0
        if c.yarn:
            # Pairs that turn often within the original context keep their angle, slow ones are slowed by the factor.
            low = max(0.0, np.floor(self.yarn_pair(c.yarn_beta_fast)))
            high = min(c.rope - 1.0, np.ceil(self.yarn_pair(c.yarn_beta_slow)))
            slowed = np.clip((pair - low) / max(0.001, high - low), 0.0, 1.0)  # [rope / 2]
            angle = angle * (1.0 - slowed) + angle / c.yarn_factor * slowed
            magnitude = self.yarn_magnitude()
        cos, sin = np.cos(angle) * magnitude, np.sin(angle) * magnitude  # [..., rope / 2]
        even, odd = x[..., 0::2], x[..., 1::2]
        out = np.empty_like(x)
        out[..., 0::2] = even * cos - odd * sin
        out[..., 1::2] = even * sin + odd * cos
        return out

    def yarn_pair(self, turns):
        """The (fractional) pair that turns so often within the original context."""
        c = self.config
        return c.rope * np.log(c.yarn_context / (turns * 2.0 * np.pi)) / (2.0 * np.log(c.rope_base))

    def yarn_magnitude(self):
        """The factor on the rotated values: mscale / mscale_all_dim, and mscale alone if the file has no multiplier.

        Loaders take mscale = mscale_all_dim, so it is 1 for Kimi K2 and DeepSeek V3. A file without the multiplier is
        read as llama.cpp reads it; no published model of this architecture with YaRN lacks it.
        """
        return 1.0 if self.config.yarn_mscale_all else self.yarn_mscale(1.0)

    def yarn_mscale(self, multiplier):
        return 1.0 + 0.1 * multiplier * np.log(self.config.yarn_factor)

    def score_scale(self):
        """1 / sqrt(nope + rope), with YaRN times the square of mscale for mscale_all_dim."""
        c = self.config
        mscale = 1.0
        if c.yarn:
            mscale = self.yarn_magnitude() * self.yarn_mscale(c.yarn_mscale_all)
        return mscale * mscale / np.sqrt(c.nope + c.rope)

    def feed_forward(self, x, gate, up, down):
        """SwiGLU: down(silu(gate(x)) * up(x)); x [n, d]."""
        return self.linear(silu(self.linear(x, gate)) * self.linear(x, up), down)  # [n, d]

    def experts(self, x):
        """The routed experts' weighted sum [n, d], and the router's margin [n]."""
        c = self.config
        logits = self.linear(x, "ffn_gate_inp")  # [n, experts]
        scores = sigmoid(logits) if c.gating == SIGMOID else softmax(logits)  # [n, experts]
        bias = self.tensors.get(f"blk.{self.layer}.exp_probs_b.bias")
        selection = scores if bias is None else scores + bias.values.astype(np.float64)  # the bias only selects
        order = np.argsort(-selection, axis=1, kind="stable")  # [n, experts]; of equals, the first wins
        chosen = order[:, : c.experts_used]  # [n, used]
        weights = np.take_along_axis(scores, chosen, axis=1)  # [n, used], without the bias
        if c.weights_norm:
            weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 6.103515625e-5)
        if c.weights_scale != 0.0:
            weights = weights * c.weights_scale

        gate, up, down = (self.tensor(f"ffn_{part}_exps") for part in ("gate", "up", "down"))
        out = np.zeros_like(x)
        for expert in np.unique(chosen):
            rows, slots = np.nonzero(chosen == expert)  # the positions that use it
            y = x[rows]  # [m, d]
            inner = silu(self.multiply(y, gate, expert)) * self.multiply(y, up, expert)  # [m, ff]
            out[rows] += self.multiply(inner, down, expert) * weights[rows, slots][:, None]

        ranked = np.take_along_axis(selection, order[:, c.experts_used - 1 : c.experts_used + 1], axis=1)
        return out, ranked[:, 0] - ranked[:, 1]

    # ---- access to the weights of the current layer ----

    def has(self, kind):
        return f"blk.{self.layer}.{kind}.weight" in self.tensors

    def tensor(self, kind):
        return self.tensors[f"blk.{self.layer}.{kind}.weight"]

    def values(self, name):
        return self.tensors[name].values.astype(np.float64)

    def norm(self, x, kind):
        return rms_norm(x, self.tensor(kind).values.astype(np.float64), self.config.norm_eps)

    def linear(self, x, kind):
        return self.multiply(x, self.tensor(kind))

    def product(self, x, name):
        return self.multiply(x, self.tensors[name])

    def per_head(self, x, kind):
        """x [n, h, in] times a matrix [out, in] for each head: [n, h, out]."""
        tensor = self.tensor(kind)  # [h, out, in]
        return np.stack([self.multiply(x[:, head], tensor, head) for head in range(x.shape[1])], axis=1)

    def multiply(self, x, tensor, index=None):
        """x [n, in] times the transpose of a matrix [out, in]; `index` picks the matrix of a stack."""
        weights = (tensor.values if index is None else tensor.values[index]).astype(np.float64)  # [out, in]
        if self.int8 and tensor.quantised:
            x = round_to_q8_0(x)
        return x @ weights.T  # [n, out]


def rms_norm(x, weight, eps):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps) * weight


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def silu(x):
    return x * sigmoid(x)


def round_to_q8_0(x):
    """x [..., in] after a round trip through Q8_0 blocks, halves to even, scales in f16."""
    blocks = x.astype(np.float32).reshape(*x.shape[:-1], -1, gguf_file.BLOCK)  # [..., blocks, 32]
    peak = np.abs(blocks).max(axis=-1, keepdims=True)  # [..., blocks, 1]
    inverse = np.where(peak == 0, 0, np.float32(127) / np.where(peak == 0, 1, peak)).astype(np.float32)
    scale = (peak / np.float32(127)).astype(np.float16).astype(np.float64)
    return (np.rint(blocks * inverse) * scale).reshape(x.shape)


def main(arguments):
    int8 = "--int8" in arguments
    model, tokens, out = [a for a in arguments if a != "--int8"]
    ids = np.array([int(t) for t in tokens.split(",")])
    logits, margins = Model(model, int8).forward(ids)
    logits.astype("<f4").tofile(out)
    print(f"{logits.shape[0]} x {logits.shape[1]} logits, smallest router margin {margins.min():.3g}")


if __name__ == "__main__":
    main(sys.argv[1:])

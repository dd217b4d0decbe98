#!/usr/bin/env python3
"""Writes tiny `deepseek2` models with pseudo-random weights that any language can rebuild bit for bit.

Usage: tiny_deepseek2.py [--header] VARIANT OUT.gguf     (or `list` in place of both)

The README beside this file states the rules (generator, scales, order); this file is their implementation.
"""

import dataclasses
import hashlib
import re
import sys

import numpy as np

import gguf_file
from gguf_file import ARRAY, BOOL, F32, FLOAT32, I32, Q4_0, Q8_0, STRING, U32

SEED = 0x5374656C6C776572
GAMMA = 0x9E3779B97F4A7C15
POSITIONS = 64
VOCAB = 320


@dataclasses.dataclass(frozen=True)
class Shape:
    """The sizes of a variant. `tiny` has many equal widths; `wide` has none, so that a mix-up cannot go unnoticed."""

    name: str
    kind: int = F32  # of the matrices; norms, router and bias are always F32
    layers: int = 3
    dense_layers: int = 1
    hidden: int = 64
    heads: int = 4
    q_lora: int = 32  # 0: no query bottleneck
    kv_lora: int = 32
    nope: int = 16
    rope: int = 16
    v: int = 16
    dense_ff: int = 96
    expert_ff: int = 32
    experts: int = 384
    used: int = 8
    shared: int = 1
    sigmoid: bool = True  # with selection bias, normalised and scaled weights; else softmax and nothing of these
    yarn: bool = False
    norm_eps: float = 1e-6
    tied: bool = False


WIDE = Shape("deepseek2-wide-f32", hidden=96, q_lora=64, kv_lora=128, nope=32, rope=16, v=40, dense_ff=192, shared=2,
             tied=True)
VARIANTS = {
    shape.name: shape
    for shape in (
        Shape("deepseek2-tiny-f32"),
        Shape("deepseek2-tiny-yarn-f32", yarn=True),
        WIDE,
        dataclasses.replace(WIDE, name="deepseek2-wide-q8_0", kind=Q8_0),
        dataclasses.replace(WIDE, name="deepseek2-wide-q4_0", kind=Q4_0),
        # Loaders take 26 layers for DeepSeek V2 Lite: no query bottleneck.
        # A great epsilon shows a constant in its place.
        Shape("deepseek2-lite-f32", layers=26, hidden=32, q_lora=0, experts=16, used=4, sigmoid=False, norm_eps=1e-3),
    )
}

# Each value of a tensor is offset + scale * uniform[-1, 1); by the name without "blk.N.".
SCALES = {
    "token_embd.weight": (1.0, 0.0),
    "output.weight": (0.4, 0.0),
    "output_norm.weight": (0.1, 1.0),
    "attn_norm.weight": (0.1, 1.0),
    "attn_q.weight": (0.4, 0.0),
    "attn_q_a.weight": (0.25, 0.0),
    "attn_q_a_norm.weight": (0.1, 1.0),
    "attn_q_b.weight": (0.5, 0.0),
    "attn_kv_a_mqa.weight": (0.25, 0.0),
    "attn_kv_a_norm.weight": (0.1, 1.0),
    "attn_k_b.weight": (0.35, 0.0),
    "attn_v_b.weight": (0.3, 0.0),
    "attn_output.weight": (0.25, 0.0),
    "ffn_norm.weight": (0.1, 1.0),
    "ffn_gate.weight": (0.25, 0.0),
    "ffn_up.weight": (0.25, 0.0),
    "ffn_down.weight": (0.2, 0.0),
    "ffn_gate_inp.weight": (0.25, 0.0),
    "exp_probs_b.bias": (0.05, 0.0),
    "ffn_gate_exps.weight": (0.25, 0.0),
    "ffn_up_exps.weight": (0.25, 0.0),
    "ffn_down_exps.weight": (0.1, 0.0),
    "ffn_gate_shexp.weight": (0.25, 0.0),
    "ffn_up_shexp.weight": (0.25, 0.0),
    "ffn_down_shexp.weight": (0.25, 0.0),
}


# ---- generator -----------------------------------------------------------------------------------------------------


def fnv1a_64(text):
    h = 0xCBF29CE484222325
    for byte in text.encode("utf-8"):
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def split_mix_64(name, count):
    """The first `count` outputs (uint64) of the stream that belongs to a name."""
    start = np.uint64(fnv1a_64(name) ^ SEED)
    with np.errstate(over="ignore"):
        z = start + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GAMMA)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def kind_in_block(name):
    """A tensor's name without its layer."""
    return re.sub(r"^blk\.\d+\.", "", name)


def values(name, count):
    """float32 values of a tensor, the first dimension of ggml fastest."""
    scale, offset = SCALES[kind_in_block(name)]
    unit = (split_mix_64(name, count) >> np.uint64(11)).astype(np.float64) * 2.0**-53 * 2.0 - 1.0
    return (offset + unit * scale).astype(np.float32)


def tokens():
    return [int(t) for t in (split_mix_64("tokens", POSITIONS) >> np.uint64(11)) % np.uint64(VOCAB)]


# ---- the file ------------------------------------------------------------------------------------------------------


def tensor_list(s):
    """(name, dims of ggml) in file order."""
    out = [("token_embd.weight", [s.hidden, VOCAB]), ("output_norm.weight", [s.hidden])]
    if not s.tied:
        out.append(("output.weight", [s.hidden, VOCAB]))
    for layer in range(s.layers):
        kinds = [("attn_norm.weight", [s.hidden])]
        if s.q_lora:
            kinds += [
                ("attn_q_a.weight", [s.hidden, s.q_lora]),
                ("attn_q_a_norm.weight", [s.q_lora]),
                ("attn_q_b.weight", [s.q_lora, s.heads * (s.nope + s.rope)]),
            ]
        else:
            kinds.append(("attn_q.weight", [s.hidden, s.heads * (s.nope + s.rope)]))
        kinds += [
            ("attn_kv_a_mqa.weight", [s.hidden, s.kv_lora + s.rope]),
            ("attn_kv_a_norm.weight", [s.kv_lora]),
            ("attn_k_b.weight", [s.nope, s.kv_lora, s.heads]),
            ("attn_v_b.weight", [s.kv_lora, s.v, s.heads]),
            ("attn_output.weight", [s.heads * s.v, s.hidden]),
            ("ffn_norm.weight", [s.hidden]),
        ]
        if layer < s.dense_layers:
            kinds += [
                ("ffn_gate.weight", [s.hidden, s.dense_ff]),
                ("ffn_up.weight", [s.hidden, s.dense_ff]),
                ("ffn_down.weight", [s.dense_ff, s.hidden]),
            ]
        else:
            kinds.append(("ffn_gate_inp.weight", [s.hidden, s.experts]))
            if s.sigmoid:
                kinds.append(("exp_probs_b.bias", [s.experts]))
            shared_ff = s.expert_ff * s.shared
            kinds += [
                ("ffn_gate_exps.weight", [s.hidden, s.expert_ff, s.experts]),
                ("ffn_up_exps.weight", [s.hidden, s.expert_ff, s.experts]),
                ("ffn_down_exps.weight", [s.expert_ff, s.hidden, s.experts]),
                ("ffn_gate_shexp.weight", [s.hidden, shared_ff]),
                ("ffn_up_shexp.weight", [s.hidden, shared_ff]),
                ("ffn_down_shexp.weight", [shared_ff, s.hidden]),
            ]
        out += [(f"blk.{layer}.{kind}", dims) for kind, dims in kinds]
    return out


def kind_of(s, name, dims):
    """The block format: vectors and the router stay F32."""
    return F32 if len(dims) == 1 or name.endswith("ffn_gate_inp.weight") else s.kind


def metadata(s):
    def key(name):
        return "deepseek2." + name

    pairs = [
        ("general.architecture", STRING, "deepseek2"),
        ("general.name", STRING, s.name),
        (key("vocab_size"), U32, VOCAB),
        (key("context_length"), U32, 8192 if s.yarn else 256),
        (key("embedding_length"), U32, s.hidden),
        (key("block_count"), U32, s.layers),
        (key("leading_dense_block_count"), U32, s.dense_layers),
        (key("feed_forward_length"), U32, s.dense_ff),
        (key("attention.head_count"), U32, s.heads),
        (key("attention.head_count_kv"), U32, 1),
        (key("attention.kv_lora_rank"), U32, s.kv_lora),
        (key("attention.key_length"), U32, s.kv_lora + s.rope),
        (key("attention.value_length"), U32, s.kv_lora),
        (key("attention.key_length_mla"), U32, s.nope + s.rope),
        (key("attention.value_length_mla"), U32, s.v),
        (key("attention.layer_norm_rms_epsilon"), FLOAT32, s.norm_eps),
        (key("rope.dimension_count"), U32, s.rope),
        (key("rope.freq_base"), FLOAT32, 50000.0),
        (key("expert_count"), U32, s.experts),
        (key("expert_used_count"), U32, s.used),
        (key("expert_shared_count"), U32, s.shared),
        (key("expert_feed_forward_length"), U32, s.expert_ff),
        (key("expert_gating_func"), U32, 2 if s.sigmoid else 1),
        (key("expert_weights_norm"), BOOL, s.sigmoid),
        (key("expert_weights_scale"), FLOAT32, 2.827 if s.sigmoid else 1.0),
    ]
    if s.q_lora:
        pairs.append((key("attention.q_lora_rank"), U32, s.q_lora))
    if s.yarn:
        pairs += [
            (key("rope.scaling.type"), STRING, "yarn"),
            (key("rope.scaling.factor"), FLOAT32, 32.0),
            (key("rope.scaling.original_context_length"), U32, 256),
            (key("rope.scaling.yarn_log_multiplier"), FLOAT32, 0.1),
        ]
    return pairs + tokenizer()


MERGES = [
    "Ġ t", "h e", "i n", "r e", "o n", "Ġt he", "e r", "Ġ s", "a t", "Ġ a", "n d", "Ġ w",
    "o r", "e n", "i t", "i s", "e s", "a n", "Ġ c", "in g", "Ġ o", "o u", "Ġ b", "Ġ f",
    "a l", "Ġ p", "e d", "Ġ m", "a r", "i on", "a s", "l e", "i c", "Ġ d", "Ġ in", "Ġ h",
    "r o", "o m", "Ġ n", "e l", "Ġ l", "Ġa nd", "c t", "Ġ re", "u r", "Ġ e", "o l", "v e",
]  # fmt: skip
SPECIAL = [
    "[PAD]", "[BOS]", "[EOS]", "<|im_end|>", "<|im_user|>", "<|im_assistant|>", "<|im_system|>", "<|im_middle|>",
    "<|tool_calls_section_begin|>", "<|tool_calls_section_end|>", "<|tool_call_begin|>",
    "<|tool_call_argument_begin|>", "<|tool_call_end|>", "<think>", "</think>", "<|reserved|>",
]  # fmt: skip


def tokenizer():
    """Byte-level BPE: ids 0..255 are the bytes in order, then one id a merge, then the special tokens."""
    pieces = [byte_to_unicode(b) for b in range(256)] + [merge.replace(" ", "") for merge in MERGES] + SPECIAL
    assert len(pieces) == VOCAB and len(set(pieces)) == VOCAB
    kinds = [1] * (VOCAB - len(SPECIAL)) + [3] * len(SPECIAL)
    return [
        ("tokenizer.ggml.model", STRING, "gpt2"),
        ("tokenizer.ggml.pre", STRING, "qwen2"),
        ("tokenizer.ggml.tokens", (ARRAY, STRING), pieces),
        ("tokenizer.ggml.token_type", (ARRAY, I32), kinds),
        ("tokenizer.ggml.merges", (ARRAY, STRING), MERGES),
        ("tokenizer.ggml.bos_token_id", U32, pieces.index("[BOS]")),
        ("tokenizer.ggml.eos_token_id", U32, pieces.index("<|im_end|>")),
        ("tokenizer.ggml.padding_token_id", U32, pieces.index("[PAD]")),
        ("tokenizer.ggml.add_bos_token", BOOL, False),
    ]


def byte_to_unicode(byte):
    """GPT-2's map: printable bytes are themselves, the others are U+0100 and up in order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    if byte in printable:
        return chr(byte)
    return chr(256 + [b for b in range(256) if b not in printable].index(byte))


def header(s):
    infos = []
    for name, dims in tensor_list(s):
        kind = kind_of(s, name, dims)
        infos.append((name, dims, kind, gguf_file.data_size(kind, dims)))
    return gguf_file.header(metadata(s), infos)


def data(s):
    """The bytes of each tensor, in file order."""
    for name, dims in tensor_list(s):
        x = values(name, int(np.prod(dims))).reshape(dims[::-1])
        kind = kind_of(s, name, dims)
        if kind == Q8_0:
            yield gguf_file.quantise_q8_0(x).tobytes()
        elif kind == Q4_0:
            yield gguf_file.quantise_q4_0(x).tobytes()
        else:
            yield x.astype("<f4").tobytes()


def main(arguments):
    if arguments == ["list"]:
        print("\n".join(VARIANTS))
        return
    head_only = arguments[0] == "--header"
    name, path = arguments[head_only:]
    gguf_file.write(path, header(VARIANTS[name]), [] if head_only else data(VARIANTS[name]))
    with open(path, "rb") as file:
        print(hashlib.sha256(file.read()).hexdigest(), path)


if __name__ == "__main__":
    main(sys.argv[1:])

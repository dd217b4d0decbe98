"""Tiny models of every architecture and element type, with payloads that any language can rebuild bit for bit.

The README beside this file states the rules ("The parity suite"); `ParityModel` in the Java tests is the other
implementation. Needs Python 3 and numpy.
"""

import dataclasses
import struct

import numpy as np

import gguf_file
from gguf_file import BOOL, FLOAT32, STRING, U32
from tiny_deepseek2 import GAMMA, SEED, fnv1a_64, kind_in_block

F32, F16, Q4_0, Q8_0, Q2_K, Q4_K, Q5_K, Q6_K, IQ2_XXS, BF16, MXFP4 = 0, 1, 2, 8, 10, 12, 13, 14, 16, 30, 39
TYPES = {"f32": F32, "f16": F16, "bf16": BF16, "q8_0": Q8_0, "q4_0": Q4_0, "q4_k": Q4_K, "q5_k": Q5_K, "q6_k": Q6_K,
         "mxfp4": MXFP4, "iq2_xxs": IQ2_XXS, "q2_k": Q2_K}  # fmt: skip
BLOCKS = {  # elements, bytes, bytes of the f16 scales, root mean square of an element where the scale is 1
    Q4_0: (32, 18, (0,), 4.61),
    Q8_0: (32, 34, (0,), 73.9),
    Q2_K: (256, 84, (80, 82), 13.9),
    Q4_K: (256, 144, (0, 2), 258.0),
    Q5_K: (256, 176, (0, 2), 527.0),
    Q6_K: (256, 210, (208,), 1366.0),
    IQ2_XXS: (256, 66, (0,), 45.0),
    MXFP4: (32, 17, (), 2.93),
}
SECOND_SCALE = {Q2_K: 1.5, Q4_K: 7.5, Q5_K: 15.5}  # of the least values, times the first: makes the mean about zero
VOCAB = 128
HIDDEN = 256

# What a product's elements are worth: a matrix's standard deviation is gain / sqrt(columns).
GAINS = {"token_embd.weight": 16.0, "output.weight": 1.0, "ffn_gate_inp.weight": 1.5, "attn_q.weight": 1.5,
         "attn_k.weight": 1.5, "attn_q_b.weight": 0.75, "attn_output.weight": 0.5, "ffn_down.weight": 0.5,
         "ffn_down_exps.weight": 0.5}  # fmt: skip
# A vector's elements: offset + scale * uniform[-1, 1).
VECTORS = {"norm.weight": (0.1, 1.0), "rope_freqs.weight": (1.5, 2.5), "exp_probs_b.bias": (0.05, 0.0),
           "attn_sinks.weight": (1.0, 0.0), "bias": (0.3, 0.0)}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Variant:
    name: str
    architecture: str
    type: str
    sizes: dict
    positions: int = 32

    @property
    def file(self):
        return f"{self.name}-{self.type}"


LLAMA = dict(layers=2, heads=8, kv=2, key=32, ff=512)
QWEN3 = dict(layers=2, heads=4, kv=2, key=64, ff=512)
QWEN3_MOE = dict(layers=2, heads=8, kv=2, key=64, ff=256, experts=16, used=4)
GPT_OSS = dict(layers=2, heads=8, kv=2, key=32, ff=256, experts=16, used=4, window=8)
DEEPSEEK = dict(layers=3, dense=1, heads=4, q_lora=256, kv_lora=256, nope=32, rope=32, v=64, ff=512, expert_ff=256,
                experts=32, used=4, groups=4, groups_used=2, scale=2.5, sigmoid=True, norm=True)  # fmt: skip
BASES = {"llama": ("llama", LLAMA), "qwen3": ("qwen3", QWEN3), "qwen3moe": ("qwen3moe", QWEN3_MOE),
         "gpt-oss": ("gpt-oss", GPT_OSS), "deepseek-v3": ("deepseek2", DEEPSEEK)}  # fmt: skip


def variants():
    out = []
    for name, (architecture, sizes) in BASES.items():
        for kind in TYPES:
            if kind not in ("iq2_xxs", "q2_k") or name == "llama":
                out.append(Variant(name, architecture, kind, sizes))
    small = dict(ff=64, expert_ff=32, experts=16, used=4, q_lora=0, kv_lora=64, nope=16, rope=16, v=16, layers=27)
    moonlight = dict(DEEPSEEK, groups=1, groups_used=1, scale=2.446, **small)
    lite = dict(DEEPSEEK, groups=1, groups_used=1, scale=1.0, sigmoid=False, norm=False, yarn=True, **small)
    return out + [
        Variant("moonlight", "deepseek2", "f32", dict(moonlight, hidden=64), positions=16),
        Variant("deepseek-v2-lite", "deepseek2", "f32", dict(lite, hidden=64), positions=16),
        Variant("llama-3", "llama", "f32", dict(LLAMA, rope_freqs=True, kv=4)),
        Variant("llama-linear", "llama", "f32", dict(LLAMA, heads=6, kv=3, key=20, linear=4.0)),
        Variant("llama-moe", "llama", "f32", dict(LLAMA, experts=8, used=2)),
        Variant("qwen3-yarn", "qwen3", "f32", dict(QWEN3, yarn=True)),
        Variant("kimi-k2", "deepseek2", "f32", dict(DEEPSEEK, groups=1, groups_used=1, scale=2.827, yarn=True)),
    ]


# ---- tensors and metadata ------------------------------------------------------------------------------------------


def tensor_list(v):
    """(name, dims of ggml) in file order."""
    s, hidden = v.sizes, v.sizes.get("hidden", HIDDEN)
    out = [("token_embd.weight", [hidden, VOCAB]), ("output_norm.weight", [hidden]), ("output.weight", [hidden, VOCAB])]
    if s.get("rope_freqs"):
        out.append(("rope_freqs.weight", [s["key"] // 2]))
    for layer in range(s["layers"]):
        kinds = [("attn_norm.weight", [hidden])]
        kinds += latent(s, hidden) if v.architecture == "deepseek2" else grouped(v.architecture, s, hidden)
        after = "post_attention_norm.weight" if v.architecture == "gpt-oss" else "ffn_norm.weight"
        kinds.append((after, [hidden]))
        if "experts" in s and layer >= s.get("dense", 0):
            kinds += routed(v.architecture, s, hidden)
        else:
            kinds += gated("", hidden, s["ff"])
        out += [(f"blk.{layer}.{kind}", dims) for kind, dims in kinds]
    return out


def grouped(architecture, s, hidden):
    heads, kv, key = s["heads"], s["kv"], s["key"]
    shapes = {"attn_q": (hidden, heads * key), "attn_k": (hidden, kv * key), "attn_v": (hidden, kv * key),
              "attn_output": (heads * key, hidden)}  # fmt: skip
    out = [(f"{name}.weight", list(dims)) for name, dims in shapes.items()]
    if architecture == "gpt-oss":
        out += [(f"{name}.bias", [dims[1]]) for name, dims in shapes.items()]
        out.append(("attn_sinks.weight", [heads]))
    if architecture.startswith("qwen3"):
        out += [("attn_q_norm.weight", [key]), ("attn_k_norm.weight", [key])]
    return out


def latent(s, hidden):
    heads, kv_lora, key = s["heads"], s["kv_lora"], s["nope"] + s["rope"]
    out = [("attn_q.weight", [hidden, heads * key])]
    if s["q_lora"]:
        out = [("attn_q_a.weight", [hidden, s["q_lora"]]), ("attn_q_a_norm.weight", [s["q_lora"]]),
               ("attn_q_b.weight", [s["q_lora"], heads * key])]  # fmt: skip
    return out + [
        ("attn_kv_a_mqa.weight", [hidden, kv_lora + s["rope"]]),
        ("attn_kv_a_norm.weight", [kv_lora]),
        ("attn_k_b.weight", [s["nope"], kv_lora, heads]),
        ("attn_v_b.weight", [kv_lora, s["v"], heads]),
        ("attn_output.weight", [heads * s["v"], hidden]),
    ]


def routed(architecture, s, hidden):
    experts, inner = s["experts"], s.get("expert_ff", s["ff"])
    out = [("ffn_gate_inp.weight", [hidden, experts])]
    shapes = {"ffn_gate_exps": [hidden, inner], "ffn_up_exps": [hidden, inner], "ffn_down_exps": [inner, hidden]}
    out += [(f"{name}.weight", [*dims, experts]) for name, dims in shapes.items()]
    if architecture == "gpt-oss":
        out.append(("ffn_gate_inp.bias", [experts]))
        out += [(f"{name}.bias", [dims[1], experts]) for name, dims in shapes.items()]
    if architecture == "deepseek2":
        if s["sigmoid"]:
            out.append(("exp_probs_b.bias", [experts]))
        out += gated("_shexp", hidden, inner)
    return out


def gated(suffix, hidden, inner):
    return [(f"ffn_gate{suffix}.weight", [hidden, inner]), (f"ffn_up{suffix}.weight", [hidden, inner]),
            (f"ffn_down{suffix}.weight", [inner, hidden])]  # fmt: skip


def type_of(v, name, dims):
    """Vectors, routers and biases stay F32; MXFP4 is for experts where there are any; narrow rows fall back."""
    wanted, kind = TYPES[v.type], kind_in_block(name)
    if wanted == F32 or len(dims) == 1 or kind.endswith("bias") or kind == "ffn_gate_inp.weight":
        return F32
    if wanted == IQ2_XXS and kind in ("token_embd.weight", "output.weight"):
        wanted = Q8_0
    if wanted == MXFP4 and ("experts" in v.sizes and "_exps" not in kind or kind in ("token_embd.weight", "output.weight")):
        wanted = Q8_0
    elements = BLOCKS.get(wanted, (1,))[0]
    return Q8_0 if dims[0] % elements else wanted


def metadata(v):
    s, a = v.sizes, v.architecture
    latents = a == "deepseek2"
    pairs = [
        ("attention.layer_norm_rms_epsilon", FLOAT32, 1e-5),
        ("context_length", U32, 512),
        ("embedding_length", U32, s.get("hidden", HIDDEN)),
        ("block_count", U32, s["layers"]),
        ("feed_forward_length", U32, s["ff"]),
        ("attention.head_count", U32, s["heads"]),
        ("attention.head_count_kv", U32, 1 if latents else s["kv"]),
        ("attention.key_length", U32, s["kv_lora"] + s["rope"] if latents else s["key"]),
        ("attention.value_length", U32, s["kv_lora"] if latents else s["key"]),
        ("rope.dimension_count", U32, s["rope"] if latents else s["key"]),
        ("rope.freq_base", FLOAT32, 10000.0),
        ("vocab_size", U32, VOCAB),
    ]
    if "experts" in s:
        pairs += [("expert_count", U32, s["experts"]), ("expert_used_count", U32, s["used"]),
                  ("expert_feed_forward_length", U32, s.get("expert_ff", s["ff"]))]  # fmt: skip
    if latents:
        pairs += latent_metadata(s)
    if "window" in s:
        pairs.append(("attention.sliding_window", U32, s["window"]))
    if "linear" in s:
        pairs += [("rope.scaling.type", STRING, "linear"), ("rope.scaling.factor", FLOAT32, s["linear"])]
    if s.get("yarn") or a == "gpt-oss":
        pairs += [("rope.scaling.type", STRING, "yarn"), ("rope.scaling.factor", FLOAT32, 16.0),
                  ("rope.scaling.original_context_length", U32, 32)]  # fmt: skip
        if latents:
            pairs.append(("rope.scaling.yarn_log_multiplier", FLOAT32, 0.1 if s["sigmoid"] else 0.0707))
    named = [("general.architecture", STRING, a), ("general.name", STRING, v.file)]
    named += [(f"{a}.{key}", kind, value) for key, kind, value in pairs]
    return named + [("tokenizer.ggml.model", STRING, "no_vocab")]


def latent_metadata(s):
    pairs = [
        ("attention.kv_lora_rank", U32, s["kv_lora"]),
        ("attention.key_length_mla", U32, s["nope"] + s["rope"]),
        ("attention.value_length_mla", U32, s["v"]),
        ("leading_dense_block_count", U32, s["dense"]),
        ("expert_shared_count", U32, 1),
        ("expert_gating_func", U32, 2 if s["sigmoid"] else 1),
        ("expert_weights_norm", BOOL, s["norm"]),
        ("expert_weights_scale", FLOAT32, s["scale"]),
    ]
    if s["q_lora"]:
        pairs.append(("attention.q_lora_rank", U32, s["q_lora"]))
    if s["groups"] > 1:
        pairs += [("expert_group_count", U32, s["groups"]), ("expert_group_used_count", U32, s["groups_used"])]
    return pairs


# ---- payloads ------------------------------------------------------------------------------------------------------


def split_mix_64(name, first, count):
    """Outputs `first` and following (from 0) of the stream that belongs to a name."""
    start = np.uint64(fnv1a_64(name) ^ SEED)
    with np.errstate(over="ignore"):
        z = start + np.arange(first + 1, first + count + 1, dtype=np.uint64) * np.uint64(GAMMA)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def units(words):
    """64-bit words as float64 in [0, 1)."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def payload(v, name, dims):
    """The bytes of a tensor."""
    kind, short = type_of(v, name, dims), kind_in_block(name)
    count = int(np.prod(dims))
    if kind in (F32, F16, BF16):
        scale, offset = distribution(short, dims)
        x = (offset + (units(split_mix_64(name, 0, count)) * 2.0 - 1.0) * scale).astype("<f4")
        if kind == F32:
            return x.tobytes()
        return x.astype("<f2").tobytes() if kind == F16 else (x.view("<u4") >> 16).astype("<u2").tobytes()
    return blocks(name, kind, count, GAINS.get(short, 1.0) / dims[0] ** 0.5)


def distribution(short, dims):
    """[scale, offset] of a vector, or of a matrix's uniform values."""
    if len(dims) == 1 or short.endswith("bias"):
        return next(pair for suffix, pair in VECTORS.items() if short.endswith(suffix))
    return GAINS.get(short, 1.0) / dims[0] ** 0.5 * 3**0.5, 0.0


def blocks(name, kind, count, deviation):
    """Random blocks with scales within half and one and a half times what the deviation asks for."""
    elements, size, scales, unit = BLOCKS[kind]
    n = count // elements
    words = (n * size + 7) // 8
    raw = np.frombuffer(split_mix_64(name, 0, words).astype("<u8").tobytes(), np.uint8)[: n * size].reshape(n, size).copy()
    u = units(split_mix_64(name, words, n))
    if kind == MXFP4:
        exponent = int(np.floor(np.log2(deviation / unit) + 0.5))
        raw[:, 0] = 127 + exponent - 1 + np.floor(u * 3).astype(np.int64)
        return raw.tobytes()
    for at, factor in zip(scales, (1.0, SECOND_SCALE.get(kind))):
        d = (deviation / unit * factor * (0.5 + u)).astype(np.float32).astype("<f2")
        raw[:, at : at + 2] = d.view(np.uint8).reshape(n, 2)
    return raw.tobytes()


def data_size(kind, dims):
    count = int(np.prod(dims))
    if kind in BLOCKS:
        return count // BLOCKS[kind][0] * BLOCKS[kind][1]
    return count * (4 if kind == F32 else 2)


def header(v):
    infos = [(name, dims, type_of(v, name, dims), data_size(type_of(v, name, dims), dims)) for name, dims in tensor_list(v)]
    return gguf_file.header(metadata(v), infos)


def write(v, path):
    gguf_file.write(path, header(v), (payload(v, name, dims) for name, dims in tensor_list(v)))


def tokens(v):
    return [int(t) for t in (split_mix_64(v.name + " tokens", 0, v.positions) >> np.uint64(11)) % np.uint64(VOCAB)]


def parse(raw):
    """What reference_runner writes: logits [positions, vocabulary], scores and taken experts [layers, positions, ...]."""
    n, vocabulary, layers, experts, used = struct.unpack_from("<5i", raw)
    at = 20
    logits = np.frombuffer(raw, "<f4", n * vocabulary, at).reshape(n, vocabulary)
    at += 4 * n * vocabulary
    scores, taken = [], []
    for _ in range(layers):
        scores.append(np.frombuffer(raw, "<f4", n * experts, at))
        at += 4 * n * experts
        taken.append(np.frombuffer(raw, "<i4", n * used, at))
        at += 4 * n * used
    return logits, np.reshape(scores, (layers, n, experts)), np.reshape(taken, (layers, n, used))

"""Writes the model as GGUF (architecture `deepseek2`, Q8_0 matrices) and reads such a file back.

Written out by hand, because the format is simple: header, key/value pairs, tensor table, aligned data
(https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). The key/value up-projection is stored split and absorbed,
as loaders expect: `attn_k_b` maps a head's query into the latent, `attn_v_b` maps the latent to the head's value.
"""

from __future__ import annotations

import argparse
import struct
from pathlib import Path

import numpy as np
import torch

from chat import TEMPLATE
from model import Config, Model
from tokenizer import SPECIALS, VOCAB, Tokenizer

F32, Q8_0 = 0, 8
U32, I32, FLOAT, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
ALIGNMENT = 32
ARCH = "deepseek2"


def quantise(x: np.ndarray) -> bytes:
    """Q8_0: blocks of 32 along the last axis, each a float16 scale and 32 signed bytes."""
    blocks = x.astype(np.float32).reshape(-1, 32)
    scale = np.abs(blocks).max(1, keepdims=True) / 127
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    out = np.empty(len(blocks), dtype=[("d", "<f2"), ("q", "i1", 32)])
    out["d"] = scale[:, 0]
    out["q"] = np.round(blocks * inverse)
    return out.tobytes()


def dequantise(data: bytes, shape) -> np.ndarray:
    blocks = np.frombuffer(data, dtype=[("d", "<f2"), ("q", "i1", 32)])
    return (blocks["q"].astype(np.float32) * blocks["d"].astype(np.float32)[:, None]).reshape(shape)


def tensors(model: Model) -> dict[str, tuple[np.ndarray, int]]:
    """Tensors by GGUF name, row-major (ggml lists the dimensions in reverse)."""
    c = model.c
    out: dict[str, tuple[np.ndarray, int]] = {}

    def put(name, value, kind=Q8_0):
        out[name] = (value.detach().float().contiguous().numpy(), kind)

    put("token_embd.weight", model.embed.weight)
    put("output_norm.weight", model.norm.weight, F32)
    for i, block in enumerate(model.blocks):
        p, a, f = f"blk.{i}.", block.attn, block.ffn
        put(p + "attn_norm.weight", block.attn_norm.weight, F32)
        put(p + "ffn_norm.weight", block.ffn_norm.weight, F32)
        put(p + "attn_q_a.weight", a.q_a.weight)
        put(p + "attn_q_a_norm.weight", a.q_a_norm.weight, F32)
        put(p + "attn_q_b.weight", a.q_b.weight)
        put(p + "attn_kv_a_mqa.weight", a.kv_a.weight)
        put(p + "attn_kv_a_norm.weight", a.kv_a_norm.weight, F32)
        k_b, v_b = a.kv_b.weight.view(c.heads, c.nope + c.value, c.kv_lora).split((c.nope, c.value), 1)
        put(p + "attn_k_b.weight", k_b.transpose(1, 2))  # [heads, kv_lora, nope]
        put(p + "attn_v_b.weight", v_b)  # [heads, value, kv_lora]
        put(p + "attn_output.weight", a.output.weight)
        if i == 0:
            put_dense(put, p + "ffn_{}.weight", f)
        else:
            put(p + "ffn_gate_inp.weight", f.router.weight, F32)
            put(p + "exp_probs_b.bias", f.bias, F32)
            put(p + "ffn_gate_exps.weight", f.gate)
            put(p + "ffn_up_exps.weight", f.up)
            put(p + "ffn_down_exps.weight", f.down)
            put_dense(put, p + "ffn_{}_shexp.weight", f.shared)
    return out


def put_dense(put, pattern: str, block) -> None:
    for part in ("gate", "up", "down"):
        put(pattern.format(part), getattr(block, part).weight)


def metadata(c: Config, tokenizer: Tokenizer, parameters: int) -> list[tuple[str, int, object]]:
    a = ARCH + "."
    special = VOCAB - len(SPECIALS)
    kinds = [3 if i >= special else 5 if t.startswith("<|unused_") else 1 for i, t in enumerate(tokenizer.tokens)]
    return [
        ("general.architecture", STRING, ARCH),
        ("general.type", STRING, "model"),
        ("general.name", STRING, "Stellwerk embedded"),
        ("general.license", STRING, "apache-2.0"),
        ("general.file_type", U32, 7),
        ("general.quantization_version", U32, 2),
        ("general.parameter_count", U32, parameters),
        (a + "context_length", U32, c.context),
        (a + "block_count", U32, c.layers),
        (a + "embedding_length", U32, c.width),
        (a + "vocab_size", U32, c.vocab),
        (a + "feed_forward_length", U32, c.dense_ff),
        (a + "attention.head_count", U32, c.heads),
        (a + "attention.head_count_kv", U32, 1),
        (a + "attention.q_lora_rank", U32, c.q_lora),
        (a + "attention.kv_lora_rank", U32, c.kv_lora),
        (a + "attention.key_length", U32, c.kv_lora + c.rope),
        (a + "attention.value_length", U32, c.kv_lora),
        (a + "attention.key_length_mla", U32, c.nope + c.rope),
        (a + "attention.value_length_mla", U32, c.value),
        (a + "attention.layer_norm_rms_epsilon", FLOAT, c.eps),
        (a + "rope.dimension_count", U32, c.rope),
        (a + "rope.freq_base", FLOAT, c.theta),
        (a + "leading_dense_block_count", U32, 1),
        (a + "expert_count", U32, c.experts),
        (a + "expert_used_count", U32, c.experts_used),
        (a + "expert_shared_count", U32, 1),
        (a + "expert_feed_forward_length", U32, c.expert_ff),
        (a + "expert_weights_scale", FLOAT, c.routed_scale),
        (a + "expert_weights_norm", BOOL, True),
        (a + "expert_gating_func", U32, 2),
        (a + "expert_group_count", U32, 1),
        (a + "expert_group_used_count", U32, 1),
        ("tokenizer.ggml.model", STRING, "gpt2"),
        ("tokenizer.ggml.pre", STRING, "qwen2"),
        ("tokenizer.ggml.tokens", ARRAY, (STRING, tokenizer.tokens)),
        ("tokenizer.ggml.token_type", ARRAY, (I32, kinds)),
        ("tokenizer.ggml.merges", ARRAY, (STRING, [f"{x} {y}" for x, y in tokenizer.merges])),
        ("tokenizer.ggml.bos_token_id", U32, tokenizer.ids["[BOS]"]),
        ("tokenizer.ggml.eos_token_id", U32, tokenizer.ids["<|im_end|>"]),
        ("tokenizer.ggml.padding_token_id", U32, tokenizer.ids["[PAD]"]),
        ("tokenizer.ggml.add_bos_token", BOOL, False),
        ("tokenizer.chat_template", STRING, TEMPLATE),
    ]


FORMATS = {U32: "<I", I32: "<i", FLOAT: "<f", BOOL: "<?"}


def pack(kind: int, value) -> bytes:
    if kind == STRING:
        raw = value.encode()
        return struct.pack("<Q", len(raw)) + raw
    if kind == ARRAY:
        inner, items = value
        return struct.pack("<IQ", inner, len(items)) + b"".join(pack(inner, v) for v in items)
    return struct.pack(FORMATS[kind], value)


def write(path: Path, model: Model, tokenizer: Tokenizer) -> None:
    table = tensors(model)
    pairs = metadata(model.c, tokenizer, model.count()[0])
    head = b"GGUF" + struct.pack("<IQQ", 3, len(table), len(pairs))
    for key, kind, value in pairs:
        head += pack(STRING, key) + struct.pack("<I", kind) + pack(kind, value)
    body, blobs, at = b"", [], 0
    for name, (array, kind) in table.items():
        blob = quantise(array) if kind == Q8_0 else array.astype("<f4").tobytes()
        shape = array.shape[::-1]
        body += pack(STRING, name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, at)
        blob += bytes(-len(blob) % ALIGNMENT)
        blobs.append(blob)
        at += len(blob)
    head += body
    head += bytes(-len(head) % ALIGNMENT)
    temporary = path.with_suffix(".partial")
    temporary.write_bytes(head + b"".join(blobs))
    temporary.replace(path)


class Reader:
    """Reads a GGUF file of the kinds written here."""

    def __init__(self, path: Path):
        self.data = path.read_bytes()
        self.at = 4
        _, count, pairs = self.take("<IQQ")
        self.keys = {}
        for _ in range(pairs):
            key = self.string()
            self.keys[key] = self.value(self.take("<I")[0])
        infos = []
        for _ in range(count):
            name = self.string()
            rank = self.take("<I")[0]
            infos.append((name, self.take(f"<{rank}Q")[::-1], *self.take("<IQ")))
        base = self.at + -self.at % ALIGNMENT
        self.tensors = {}
        for name, shape, kind, offset in infos:
            n = int(np.prod(shape))
            size = n * 4 if kind == F32 else n // 32 * 34
            raw = self.data[base + offset : base + offset + size]
            self.tensors[name] = dequantise(raw, shape) if kind == Q8_0 else np.frombuffer(raw, "<f4").reshape(shape)

    def take(self, layout: str):
        got = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return got

    def string(self) -> str:
        n = self.take("<Q")[0]
        self.at += n
        return self.data[self.at - n : self.at].decode()

    def value(self, kind: int):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            inner, n = self.take("<IQ")
            return [self.value(inner) for _ in range(n)]
        return self.take(FORMATS[kind])[0]


def read(path: Path) -> tuple[Model, Tokenizer]:
    """The model with its weights as quantised, and its tokenizer."""
    file = Reader(path)
    key = lambda name: file.keys[f"{ARCH}.{name}"]
    a = "attention."
    c = Config(
        vocab=key("vocab_size"), width=key("embedding_length"), layers=key("block_count"), heads=key(a + "head_count"),
        q_lora=key(a + "q_lora_rank"), kv_lora=key(a + "kv_lora_rank"), rope=key("rope.dimension_count"),
        nope=key(a + "key_length_mla") - key("rope.dimension_count"), value=key(a + "value_length_mla"),
        dense_ff=key("feed_forward_length"), experts=key("expert_count"), experts_used=key("expert_used_count"),
        expert_ff=key("expert_feed_forward_length"), routed_scale=key("expert_weights_scale"), theta=key("rope.freq_base"),
        eps=key(a + "layer_norm_rms_epsilon"), context=key("context_length"),
    )  # fmt: skip
    model = Model(c)
    with torch.no_grad():
        for name, array in tensors_in(model, file.tensors):
            name.copy_(torch.from_numpy(array.copy()))
    tokenizer = Tokenizer([tuple(m.split(" ")) for m in file.keys["tokenizer.ggml.merges"]])
    return model.eval(), tokenizer


def tensors_in(model: Model, stored: dict[str, np.ndarray]):
    """Pairs of (parameter, stored value), undoing the split of the key/value projection."""
    c = model.c
    dense = lambda block, pattern: [
        (getattr(block, p).weight, stored[pattern.format(p)]) for p in ("gate", "up", "down")
    ]
    yield model.embed.weight, stored["token_embd.weight"]
    yield model.norm.weight, stored["output_norm.weight"]
    for i, block in enumerate(model.blocks):
        p, a, f = f"blk.{i}.", block.attn, block.ffn
        yield block.attn_norm.weight, stored[p + "attn_norm.weight"]
        yield block.ffn_norm.weight, stored[p + "ffn_norm.weight"]
        yield a.q_a.weight, stored[p + "attn_q_a.weight"]
        yield a.q_a_norm.weight, stored[p + "attn_q_a_norm.weight"]
        yield a.q_b.weight, stored[p + "attn_q_b.weight"]
        yield a.kv_a.weight, stored[p + "attn_kv_a_mqa.weight"]
        yield a.kv_a_norm.weight, stored[p + "attn_kv_a_norm.weight"]
        k_b = stored[p + "attn_k_b.weight"].transpose(0, 2, 1)
        yield a.kv_b.weight, np.concatenate((k_b, stored[p + "attn_v_b.weight"]), 1).reshape(-1, c.kv_lora)
        yield a.output.weight, stored[p + "attn_output.weight"]
        if i == 0:
            yield from dense(f, p + "ffn_{}.weight")
        else:
            yield f.router.weight, stored[p + "ffn_gate_inp.weight"]
            yield f.bias, stored[p + "exp_probs_b.bias"]
            for part in ("gate", "up", "down"):
                yield getattr(f, part), stored[p + f"ffn_{part}_exps.weight"]
            yield from dense(f.shared, p + "ffn_{}_shexp.weight")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, help="trained weights; without it the weights are random")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.manual_seed(0)
    if options.checkpoint:
        saved = torch.load(options.checkpoint, map_location="cpu", weights_only=False)
        model = Model(Config(**saved["config"]))
        model.load_state_dict(saved["model"])
    else:
        model = Model(Config())
    write(options.out, model, Tokenizer.load(options.tokenizer))
    total, active = model.count()
    print(
        f"{options.out}: {options.out.stat().st_size / 2**20:.1f} MiB, {total / 1e6:.1f}M parameters, {active / 1e6:.1f}M active"
    )


if __name__ == "__main__":
    main()

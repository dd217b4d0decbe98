"""A small reader and writer of GGUF version 3, with the block formats F32, F16, Q8_0 and Q4_0.

Needs Python 3 and numpy, nothing else. Knows the container and the block formats; refuses to know any architecture.
Tensor dimensions follow ggml: the first one varies fastest. An array of numpy has them reversed, so a matrix with
dims [in, out] is an array of shape [out, in].

File layout, little-endian (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md):

    "GGUF" | version u32 | tensor count u64 | pair count u64
    pairs:   key string | value type u32 | value
    tensors: name string | rank u32 | dims u64 * rank | type u32 | offset u64 (from the start of the data)
    zeros up to a multiple of 32 = the header ends here, the data starts
    data of each tensor, each padded with zeros to a multiple of 32
"""

import struct

import numpy as np

ALIGNMENT = 32
F32, F16, Q4_0, Q8_0 = 0, 1, 2, 8
TYPE_NAMES = {F32: "F32", F16: "F16", Q4_0: "Q4_0", Q8_0: "Q8_0"}
BLOCK = 32  # values in a block of Q4_0 and Q8_0

# Value types of the metadata.
U32, I32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", U32: "I", I32: "i", FLOAT32: "f", BOOL: "?", 10: "Q", 11: "q", 12: "d"}


# ---- block formats -------------------------------------------------------------------------------------------------


def quantise_q8_0(values):
    """float32 [..., n] to bytes [..., n / 32 * 34].

    Block: scale f16 | 32 * int8, value = scale * int8. The scale is maxAbs / 127; values are divided by the scale
    before it is rounded to f16, and halves round away from zero.
    """
    x = _blocks(values)  # [blocks, 32]
    scale = np.abs(x).max(axis=1) / np.float32(127)
    q = _round_half_away(x * _inverse(scale)[:, None]).astype(np.int8)
    return _join(values, scale, q.view(np.uint8))


def quantise_q4_0(values):
    """float32 [..., n] to bytes [..., n / 32 * 18].

    Block: scale f16 | 16 bytes, value = scale * (nibble - 8). Byte j holds value j in its low and value j + 16 in its
    high nibble. The scale is max / -8, where max is the (first) value of greatest magnitude with its sign.
    """
    x = _blocks(values)  # [blocks, 32]
    peak = x[np.arange(len(x)), np.abs(x).argmax(axis=1)]
    scale = peak / np.float32(-8)
    q = np.minimum(15, (x * _inverse(scale)[:, None] + np.float32(8.5)).astype(np.int8)).astype(np.uint8)
    return _join(values, scale, q[:, :16] | (q[:, 16:] << 4))


def dequantise(raw, kind, shape):
    """The bytes of a tensor to float32 of the given shape (of numpy: slowest dimension first)."""
    if kind == F32:
        return np.frombuffer(raw, np.float32).reshape(shape)
    if kind == F16:
        return np.frombuffer(raw, np.float16).astype(np.float32).reshape(shape)
    block = np.frombuffer(raw, np.uint8).reshape(-1, 34 if kind == Q8_0 else 18)
    scale = block[:, :2].copy().view(np.float16).astype(np.float32)  # [blocks, 1]
    codes = block[:, 2:]
    if kind == Q8_0:
        q = codes.view(np.int8)
    else:
        q = np.concatenate([codes & 15, codes >> 4], axis=1).astype(np.int8) - np.int8(8)
    return (scale * q.astype(np.float32)).reshape(shape)


def _blocks(values):
    return np.ascontiguousarray(values, np.float32).reshape(-1, BLOCK)


def _inverse(scale):
    with np.errstate(divide="ignore"):
        return np.where(scale == 0, np.float32(0), np.float32(1) / scale).astype(np.float32)


def _round_half_away(x):
    wide = x.astype(np.float64)  # adding 0.5 in float32 would round 0.49999997 up
    return np.copysign(np.floor(np.abs(wide) + 0.5), wide)


def _join(values, scale, codes):
    halves = scale.astype(np.float16).view(np.uint8).reshape(-1, 2)
    return np.concatenate([halves, codes], axis=1).reshape(*values.shape[:-1], -1)


# ---- writing -------------------------------------------------------------------------------------------------------


def header(metadata, tensors):
    """The bytes before the tensor data.

    metadata: (key, type, value) triples, arrays as (key, (ARRAY, item type), list).
    tensors: (name, dims of ggml, kind, data size in bytes) quadruples, in file order.
    """
    out = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)))
    for key, kind, value in metadata:
        out += _string(key)
        if isinstance(kind, tuple):
            out += struct.pack("<IIQ", ARRAY, kind[1], len(value))
            for item in value:
                out += _value(kind[1], item)
        else:
            out += struct.pack("<I", kind) + _value(kind, value)
    offset = 0
    for name, dims, kind, size in tensors:
        out += _string(name) + struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}Q", *dims)
        out += struct.pack("<IQ", kind, offset)
        offset += size + _padding(size)
    return bytes(out) + b"\0" * _padding(len(out))


def write(path, head, chunks):
    """Writes the header and then the data of each tensor, padded."""
    with open(path, "wb") as file:
        file.write(head)
        for chunk in chunks:
            file.write(chunk)
            file.write(b"\0" * _padding(len(chunk)))


def _padding(size):
    return -size % ALIGNMENT


def _string(text):
    data = text.encode("utf-8")
    return struct.pack("<Q", len(data)) + data


def _value(kind, value):
    return _string(value) if kind == STRING else struct.pack("<" + _SCALARS[kind], value)


# ---- reading -------------------------------------------------------------------------------------------------------


class Tensor:
    """One tensor: `dims` as ggml has them, `kind`, and `values` as float32 in numpy's order (dims reversed)."""

    def __init__(self, name, dims, kind, raw):
        self.name, self.dims, self.kind = name, dims, kind
        self.values = dequantise(raw, kind, dims[::-1])

    @property
    def quantised(self):
        return self.kind in (Q4_0, Q8_0)


def read(path):
    """The metadata (a dict) and the tensors (name to Tensor) of a file."""
    with open(path, "rb") as file:
        data = file.read()
    cursor = _Cursor(data)
    magic, version, tensor_count, pair_count = cursor.take("<4sIQQ")
    if magic != b"GGUF" or version != 3:
        raise ValueError(f"{path}: not GGUF version 3")
    metadata = {}
    for _ in range(pair_count):
        key = cursor.string()
        metadata[key] = cursor.value(cursor.take("<I")[0])
    infos = []
    for _ in range(tensor_count):
        name = cursor.string()
        dims = list(cursor.take(f"<{cursor.take('<I')[0]}Q"))
        infos.append((name, dims, *cursor.take("<IQ")))
    start = cursor.at + -cursor.at % metadata.get("general.alignment", ALIGNMENT)
    tensors = {}
    for name, dims, kind, offset in infos:
        size = data_size(kind, dims)
        tensors[name] = Tensor(name, dims, kind, data[start + offset : start + offset + size])
    return metadata, tensors


def data_size(kind, dims):
    count = int(np.prod(dims))
    return {F32: count * 4, F16: count * 2, Q4_0: count // BLOCK * 18, Q8_0: count // BLOCK * 34}[kind]


class _Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, layout):
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def string(self):
        size = self.take("<Q")[0]
        self.at += size
        return self.data[self.at - size : self.at].decode("utf-8", "replace")

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            item, count = self.take("<IQ")
            return [self.value(item) for _ in range(count)]
        return self.take("<" + _SCALARS[kind])[0]

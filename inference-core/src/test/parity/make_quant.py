#!/usr/bin/env python3
"""Golden files for the quantised types: random blocks, and what gguf-py's numpy code expands them to.

    GGUF_PY=llama.cpp/gguf-py python3 make_quant.py ../resources/quant

Writes TYPE.blocks (the bytes of a model file) and TYPE.values (float32, little-endian). Codes are random, scales are random
and of the size that real ones have; the first blocks have scales of zero, subnormal and negative scales.
"""
import os
import sys

import numpy as np

sys.path.insert(0, os.environ["GGUF_PY"])
import gguf
from gguf import GGMLQuantizationType as Type
from gguf import quants

# Where half-precision numbers lie in a block.
HALVES = {
    Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
    Type.IQ2_XXS: [0], Type.MXFP4: [], Type.F16: [0], Type.BF16: [],
}
BLOCKS = 24


def blocks(kind, rng):
    size, width = gguf.GGML_QUANT_SIZES[kind]
    count = BLOCKS if size > 1 else 512
    data = rng.integers(0, 256, (count, width), dtype=np.uint8)
    for at in HALVES[kind]:
        scales = rng.uniform(-0.05, 0.05, count).astype(np.float16)
        scales[:4] = [0.0, 6e-8, -6e-5, 0.0625]
        data[:, at:at + 2] = scales.view(np.uint8).reshape(count, 2)
    if kind == Type.MXFP4:
        data[:, 0] = rng.integers(100, 140, count)
        data[:3, 0] = [0, 1, 2]
    if kind == Type.BF16:
        values = (rng.standard_normal(count).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
        data = values.view(np.uint8).reshape(count, 2)
    return data.reshape(1, -1)


def main(folder):
    rng = np.random.default_rng(2026)
    for kind in HALVES:
        data = blocks(kind, rng)
        if kind == Type.F16:
            values = data.view(np.float16).astype(np.float32)
        else:
            values = quants.dequantize(data, kind)
        data.tofile(os.path.join(folder, kind.name + ".blocks"))
        values.astype("<f4").tofile(os.path.join(folder, kind.name + ".values"))
        print(kind.name, data.size, values.size)


main(sys.argv[1])

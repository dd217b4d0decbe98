#!/usr/bin/env python3
"""Checks another engine's logits for a variant against the numpy reference and writes the golden files.

Usage: make_golden.py VARIANT MODEL.gguf LOGITS.f32 SOURCE OUT_DIR

MODEL.gguf is what tiny_deepseek2.py wrote, LOGITS.f32 the engine's raw little-endian float32 [64, 320] for the tokens of
`tiny_deepseek2.tokens()`, SOURCE the engine and its version. Fails, and writes nothing, where the two disagree.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np

import gguf_file
import tiny_deepseek2 as tiny
from reference_deepseek2 import Model

RELATIVE_MAX = 1e-5  # F32 weights: greatest difference over greatest logit
RMS_MEDIAN_MAX = 0.02  # quantised weights, reference with --int8: median over positions of the relative RMS difference


def main(arguments):
    name, path, logits_path, source, out = arguments
    shape, out = tiny.VARIANTS[name], pathlib.Path(out)
    tokens = np.array(tiny.tokens())
    engine = np.fromfile(logits_path, "<f4").reshape(tiny.POSITIONS, tiny.VOCAB)
    exact, margins = Model(path).forward(tokens)
    quantised = shape.kind != gguf_file.F32
    agreement = {"exact": difference(engine, exact)}
    if quantised:
        agreement["int8"] = difference(engine, Model(path, int8=True).forward(tokens)[0])
        if agreement["int8"]["rmsMedian"] > RMS_MEDIAN_MAX:
            raise SystemExit(f"{name}: {agreement}")
    elif agreement["exact"]["relativeMax"] > RELATIVE_MAX:
        raise SystemExit(f"{name}: {agreement}")

    golden = {
        "name": name,
        "logitsSource": source,
        "seed": f"0x{tiny.SEED:016X}",
        "ggufSha256": hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest(),
        "positions": tiny.POSITIONS,
        "vocab": tiny.VOCAB,
        "tokens": tokens.tolist(),
        "scales": {kind: list(pair) for kind, pair in tiny.SCALES.items() if kind in kinds(shape)},
        "agreement": agreement,
        "routerMargins": [float(f"{m:.3g}") for m in margins.min(axis=1)],
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.json").write_text(dump(golden))
    gguf_file.write(out / f"{name}.header.gguf", tiny.header(shape), [])
    engine.tofile(out / f"{name}.logits.bin")
    if quantised:
        exact.astype("<f4").tofile(out / f"{name}.exact.bin")
    print(name, json.dumps(agreement))


def kinds(shape):
    return {tiny.kind_in_block(name) for name, _ in tiny.tensor_list(shape)}


def difference(engine, reference):
    rms = np.sqrt(np.mean((engine - reference) ** 2, axis=1) / np.mean(engine**2, axis=1))  # [positions]
    figures = {
        "relativeMax": np.abs(engine - reference).max() / np.abs(engine).max(),
        "rmsMedian": np.median(rms),
        "rmsMax": rms.max(),
    }
    figures = {key: float(f"{value:.2e}") for key, value in figures.items()}
    figures["sameArgmax"] = int((engine.argmax(axis=1) == reference.argmax(axis=1)).sum())
    return figures


def dump(golden):
    """JSON with one line a member."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main(sys.argv[1:])

#!/usr/bin/env python3
"""Rebuilds the golden files of the parity suite with llama.cpp.

Usage: parity.py LLAMA_CPP WORK [NAME...]

LLAMA_CPP is a source folder of llama.cpp with a static CPU build in `build` (the README has the command), WORK a folder for
models and raw results. Without names, all variants are rebuilt. `parity.sh` does this and then the table.
"""

import gzip
import hashlib
import json
import pathlib
import subprocess
import sys

import numpy as np

import parity_models as models

HERE = pathlib.Path(__file__).parent
OUT = HERE.parent / "resources" / "parity"
SOURCE = "llama.cpp v0.5.0 (2026-09-28), CPU, AVX-512"


def main(arguments):
    llama, work, names = pathlib.Path(arguments[0]), pathlib.Path(arguments[1]), arguments[2:]
    work.mkdir(parents=True, exist_ok=True)
    OUT.mkdir(parents=True, exist_ok=True)
    runner = build(llama, work)
    for v in models.variants():
        if not names or v.file in names:
            golden(v, runner, work)
    index(models.variants())


def build(llama, work):
    """Compiles the runner against the static libraries."""
    runner = work / "reference_runner"
    base = llama / "build"
    libraries = [base / "src/libllama.a", base / "ggml/src/libggml.a", base / "ggml/src/libggml-cpu.a",
                 base / "ggml/src/libggml-base.a"]  # fmt: skip
    command = ["g++", "-O2", "-std=c++17", f"-I{llama}/include", f"-I{llama}/ggml/include", HERE / "reference_runner.cpp",
               "-o", runner, *libraries, "-lpthread", "-ldl", "-lm"]  # fmt: skip
    subprocess.run(command, check=True)
    return runner


def golden(v, runner, work):
    """NAME.gz: JSON line | header | logits | scores | taken experts (bytes)."""
    path, raw = work / f"{v.file}.gguf", work / f"{v.file}.bin"
    models.write(v, path)
    ids = ",".join(map(str, models.tokens(v)))
    subprocess.run([runner, path, ids, raw], check=True)
    logits, scores, taken = models.parse(raw.read_bytes())
    # Half precision is far below the noise of rounded activations.
    precision = "<f4" if v.type == "f32" else "<f2"
    head = models.header(v)
    about = {
        "name": v.name,
        "type": v.type,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "tokens": models.tokens(v),
        "vocabulary": models.VOCAB,
        "layers": taken.shape[0],
        "experts": scores.shape[2] if taken.size else 0,
        "used": taken.shape[2] if taken.size else 0,
        "floatBytes": int(precision[-1]),
        "headerBytes": len(head),
    }
    body = json.dumps(about).encode() + b"\n" + head
    body += logits.astype(precision).tobytes() + scores.astype(precision).tobytes() + taken.astype(np.uint8).tobytes()
    (OUT / f"{v.file}.gz").write_bytes(gzip.compress(body, 9, mtime=0))
    print(v.file, f"logits of deviation {logits.std():.2f}", "" if not scores.size else margins(scores, taken), flush=True)
    path.unlink()


def margins(scores, taken):
    """The least difference between the last score that counts and the first that does not."""
    ordered = -np.sort(-scores, axis=2)
    used = taken.shape[2]
    return f"least router margin {(ordered[:, :, used - 1] - ordered[:, :, used]).min():.1e}"


def index(variants):
    """What all variants share, and their names."""
    types = {identifier: name.upper() for name, identifier in models.TYPES.items()}
    blocks = {
        types[kind]: {"elements": b[0], "bytes": b[1], "scales": b[2], "unit": b[3], "second": models.SECOND_SCALE.get(kind, 0)}
        for kind, b in models.BLOCKS.items()
    }
    whole = {
        "source": SOURCE,
        "seed": f"0x{models.SEED:016X}",
        "gains": models.GAINS,
        "vectors": models.VECTORS,
        "blocks": blocks,
        "variants": [v.file for v in variants],
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in whole.items()]
    (OUT / "index.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(sys.argv[1:])

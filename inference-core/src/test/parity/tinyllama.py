#!/usr/bin/env python3
"""Writes ../resources/parity/tinyllama.json: what llama.cpp generates greedily with TinyLlama-1.1B.

Usage: tinyllama.py LLAMA_CPP MODEL.gguf WORK

MODEL.gguf is TinyLlama-1.1B-Chat in IQ2_XXS; the README says where it is from. `TinyLlamaTest` compares with the file that this writes.
"""

import hashlib
import json
import pathlib
import subprocess
import sys

import numpy as np

import parity

STEPS = 64
TOP = 5
PROMPTS = {  # with the ids of its SentencePiece vocabulary, the start token first
    "Once upon a time": [1, 9038, 2501, 263, 931],
    "The capital of France is": [1, 450, 7483, 310, 3444, 338],
    "def fibonacci(n):\n": [1, 822, 18755, 265, 21566, 29898, 29876, 1125, 13],
    "Question: Name three rivers in Europe.\nAnswer:": [1, 894, 29901, 4408, 2211, 27515, 297, 4092, 29889, 13, 22550, 29901],
    "In 1969, the first humans walked on": [1, 512, 29871, 29896, 29929, 29953, 29929, 29892, 278, 937, 25618, 17096, 373],
}


def main(llama, model, work):
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    runner = parity.build(pathlib.Path(llama), work)
    generations = []
    for text, ids in PROMPTS.items():
        raw = work / "greedy.f32"
        command = [runner, "greedy", model, ",".join(map(str, ids)), str(STEPS), raw]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        tokens = [int(token) for token in printed.split(",")]
        logits = np.fromfile(raw, "<f4").reshape(STEPS, -1)
        order = np.argsort(-logits, axis=1, kind="stable")[:, :TOP]
        best = [[[int(t), round(float(row[t]), 4)] for t in top] for row, top in zip(logits, order)]
        deviation = float(logits.std())
        generations.append({"prompt": text, "ids": ids, "tokens": tokens, "deviation": round(deviation, 3), "best": best})
        print(text, tokens[:8], flush=True)
    sha = hashlib.sha256(pathlib.Path(model).read_bytes()).hexdigest()
    lines = ",\n".join(json.dumps(each) for each in generations)
    out = f'{{"source": {json.dumps(parity.SOURCE)}, "modelSha256": "{sha}", "generations": [\n{lines}\n]}}\n'
    (parity.OUT / "tinyllama.json").write_text(out)


if __name__ == "__main__":
    main(*sys.argv[1:])

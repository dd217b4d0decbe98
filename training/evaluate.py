"""Scores a model on held-out requests: right tool, and exact call (tools in order, every argument acceptable).

Decoding is greedy and unconstrained, so the product, whose grammar rules out malformed calls, can only do better.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import regex
import torch

import chat
from model import Model
from tokenizer import Tokenizer

CALL = regex.compile(
    r"<\|tool_call_begin\|>functions\.(.*?):\d+<\|tool_call_argument_begin\|>(.*?)<\|tool_call_end\|>", regex.DOTALL
)


class Cache:
    """Keys and values of one layer, grown a step at a time."""

    def __init__(self):
        self.k = self.v = None

    def append(self, k, v):
        self.k = k if self.k is None else torch.cat((self.k, k), 2)
        self.v = v if self.v is None else torch.cat((self.v, v), 2)
        return self.k, self.v


@torch.no_grad()
def complete(model: Model, tokenizer: Tokenizer, prompts: list[str], limit: int = 80) -> list[str]:
    """Greedy continuations of several prompts at once; shorter prompts are padded on the left."""
    encoded = [tokenizer.encode(p) for p in prompts]
    width = max(map(len, encoded))
    ids = torch.tensor([[0] * (width - len(e)) + e for e in encoded])
    pad = torch.tensor([width - len(e) for e in encoded])
    place = torch.arange(width)
    hidden_from = torch.where(place[None, :] < pad[:, None], -1e30, 0.0)  # [prompts, width]
    mask = torch.full((width, width), -1e30).triu(1)[None, None] + hidden_from[:, None, None, :]
    positions = (place[None, :] - pad[:, None]).clamp(min=0)
    caches = [Cache() for _ in model.blocks]
    stop = tokenizer.ids["<|im_end|>"]
    out: list[list[int]] = [[] for _ in prompts]
    done = [False] * len(prompts)
    state = model.hidden(ids, positions, mask.clamp(min=-1e30), caches)
    for step in range(limit):
        token = model.logits(state[:, -1]).argmax(-1)
        for i, t in enumerate(token.tolist()):
            done[i] = done[i] or t == stop
            if not done[i]:
                out[i].append(t)
        if all(done):
            break
        hidden_from = torch.cat((hidden_from, torch.zeros(len(prompts), 1)), 1)
        here = (width + step - pad)[:, None]
        state = model.hidden(token[:, None], here, hidden_from[:, None, None, :], caches)
    return [tokenizer.decode(o) for o in out]


def prompt_of(case: dict) -> str:
    return (
        chat.text_of(chat.header(case["tools"]) + chat.turns(case["messages"]))
        + "<|im_assistant|>assistant<|im_middle|>"
    )


def calls_of(text: str) -> list[tuple[str, dict | None]]:
    calls = []
    for name, arguments in CALL.findall(text):
        try:
            calls.append((name, json.loads(arguments)))
        except json.JSONDecodeError:
            calls.append((name, None))
    return calls


def exact(call: tuple[str, dict | None], acceptable: dict) -> bool:
    """Whether a call is acceptable; an argument whose acceptable values include "" may be left out."""
    name, arguments = call
    if name not in acceptable or arguments is None:
        return False
    wanted = acceptable[name]
    if any(k not in wanted for k in arguments):
        return False
    return all(arguments[k] in values if k in arguments else "" in values for k, values in wanted.items())


def score(model: Model, tokenizer: Tokenizer, cases: list[dict], batch: int = 32, misses: list | None = None) -> dict:
    """Right-tool and exact-call rates, in all and by category."""
    tally = defaultdict(lambda: [0, 0, 0])
    ordered = sorted(cases, key=lambda c: len(prompt_of(c)))
    for i in range(0, len(ordered), batch):
        part = ordered[i : i + batch]
        for case, text in zip(part, complete(model, tokenizer, [prompt_of(c) for c in part])):
            calls, wanted = calls_of(text), case["possible_answers"]
            right = [c[0] for c in calls] == [next(iter(w)) for w in wanted] if wanted else not calls
            full = right and all(exact(c, w) for c, w in zip(calls, wanted))
            for key in ("all", case["category"]):
                tally[key][0] += 1
                tally[key][1] += right
                tally[key][2] += full
            if misses is not None and not full:
                misses.append((case["messages"][-1]["content"], wanted, text))
    return {
        k: {"cases": n, "tool": round(t / n, 3), "exact": round(e / n, 3)} for k, (n, t, e) in sorted(tally.items())
    }


def load(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    import export_gguf

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="GGUF; its quantised weights are used")
    parser.add_argument("--cases", type=Path, default=Path(__file__).parent / "eval" / "builtin_heldout.jsonl")
    parser.add_argument("--misses", type=int, default=0, help="misses to print")
    parser.add_argument("--ask", help="print the reply to one request instead")
    options = parser.parse_args()
    torch.set_num_threads(2)
    model, tokenizer = export_gguf.read(options.model)
    cases = load(options.cases)
    if options.ask:
        case = {"tools": cases[0]["tools"], "messages": [{"role": "user", "content": options.ask}]}
        print(complete(model, tokenizer, [prompt_of(case)])[0])
        return
    start, misses = time.time(), []
    for key, value in score(model, tokenizer, cases, misses=misses).items():
        print(f"{key:14} {value['cases']:4} cases   tool {value['tool']:6.1%}   exact {value['exact']:6.1%}")
    print(f"{time.time() - start:.0f} s")
    for request, wanted, text in misses[: options.misses]:
        print(f"\n{request}\n  wanted {json.dumps(wanted, ensure_ascii=False)}\n  got    {text}")


if __name__ == "__main__":
    main()

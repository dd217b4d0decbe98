"""Checks of the recipe's own parts; run with `python -m pytest training`. Needs no source data."""

from __future__ import annotations

import json

import jinja2
import pytest
import torch

import chat
import export_gguf
import train
from arithmetic import evaluate
from builtin import TOOLS, function
from evaluate import Cache, calls_of, exact
from model import Config, Model
from tokenizer import SPECIALS, VOCAB, Tokenizer, merge_word

SMALL = Config(
    eps=2.0**-20,
    width=64,
    layers=3,
    heads=2,
    q_lora=32,
    kv_lora=32,
    dense_ff=64,
    experts=4,
    experts_used=2,
    expert_ff=32,
)


def call(ident: str, name: str, **arguments) -> dict:
    return {"id": ident, "type": "function", "function": {"name": name, "arguments": arguments}}


CONVERSATION = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Read a.txt\nand b.txt"},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [call("x", "read_file", path="a.txt"), call("y", "read_file", path="b „q“.txt")],
    },
    {"role": "tool", "tool_call_id": "y", "content": "second"},
    {"role": "tool", "tool_call_id": "x", "content": "first"},
    {"role": "assistant", "content": "Both read."},
    {"role": "user", "content": "time?"},
    {"role": "assistant", "content": "A moment.", "tool_calls": [call("z", "get_time")]},
    {"role": "tool", "tool_call_id": "z", "content": "noon"},
]
LAMP = function(
    "set_lamp",
    "Set a lamp.",
    {
        "room": "string",
        "colour": {"enum": ["red", "green"]},
        "level": "integer",
        "tags": {"type": "array", "items": {"type": "string"}},
        "rest": {"type": "array"},
        "odd": {},
    },
    ["room"],
)


def environment() -> jinja2.Environment:
    """As Hugging Face renders templates: JSON keeps its characters."""
    env = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    env.filters["tojson"] = lambda v, **options: json.dumps(v, ensure_ascii=False, **options)
    return env


@pytest.mark.parametrize("tools", [[], [LAMP], TOOLS])
def test_template_renders_as_the_generator_does(tools):
    rendered = (
        environment().from_string(chat.TEMPLATE).render(messages=CONVERSATION, tools=tools, add_generation_prompt=True)
    )
    expected = (
        chat.text_of(chat.header(tools, "Be brief.") + chat.turns(CONVERSATION[1:]))
        + "<|im_assistant|>assistant<|im_middle|>"
    )
    assert rendered == expected


def test_tool_line_shows_types():
    assert (
        chat.tool_line(LAMP["function"])
        == 'set_lamp(room: string, colour?: "red"|"green", level?: integer, tags?: string[], rest?: any[], odd?: any): Set a lamp.'
    )


def test_words_are_cut_alike_after_a_space():
    ranks = {("k", "e"): 0, ("ke", "y"): 1, ("Ġ", "key"): 2}
    assert merge_word(list("key"), ranks) == ["key"]
    assert merge_word(list("Ġkey"), ranks) == ["Ġkey"]


def test_gguf_holds_what_was_written(tmp_path):
    torch.manual_seed(1)
    model, tokenizer = Model(SMALL).eval(), Tokenizer([])
    export_gguf.write(tmp_path / "m.gguf", model, tokenizer)
    again, _ = export_gguf.read(tmp_path / "m.gguf")
    ids = torch.randint(0, 256, (1, 12))
    mask = torch.full((12, 12), -1e30).triu(1)[None, None]
    with torch.no_grad():
        one, two = (m.logits(m.hidden(ids, torch.arange(12)[None], mask)) for m in (model, again))
    assert again.c == SMALL
    assert torch.allclose(one, two, atol=0.05)


def test_cached_steps_equal_one_pass():
    torch.manual_seed(2)
    model, ids = Model(SMALL).eval(), torch.randint(0, VOCAB, (1, 6))
    mask = torch.full((6, 6), -1e30).triu(1)[None, None]
    with torch.no_grad():
        whole = model.hidden(ids, torch.arange(6)[None], mask)
        caches = [Cache() for _ in model.blocks]
        steps = [
            model.hidden(ids[:, i : i + 1], torch.tensor([[i]]), torch.zeros(1, 1, 1, i + 1), caches) for i in range(6)
        ]
    assert torch.allclose(whole, torch.cat(steps, 1), atol=1e-4)


def test_branches_do_not_see_their_siblings():
    import numpy as np

    document, branch = np.ones((1, 7), int), np.array([[0, 0, 1, 1, 2, 2, 2]])
    assert train.positions_of(document, branch).tolist() == [[0, 1, 2, 3, 2, 3, 4]]
    rows = np.stack((np.arange(7)[None], np.full((1, 7), 2), document, branch), -1).astype(np.uint16)
    batch = train.tensors_of(rows, 0.0, np.random.default_rng(0))
    sees = (batch["mask"][0, 0] == 0).int().tolist()
    assert sees[4] == [1, 1, 0, 0, 1, 0, 0]
    assert batch["chosen"].tolist() == [0, 2, 4, 5]  # neither header→branch nor branch→branch is a target


def test_calls_are_compared_by_their_acceptable_values():
    text = '<|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path":"a.txt"}<|tool_call_end|>'
    assert exact(calls_of(text)[0], {"read_file": {"path": ["a.txt", "./a.txt"]}})
    assert not exact(calls_of(text)[0], {"read_file": {"path": ["b.txt"]}})
    assert exact(("list_files", {}), {"list_files": {"path": ["", "."]}})


def test_sums_evaluate_as_the_calculator_does():
    assert evaluate("17 * 23") == "391"
    assert evaluate("2 ^ 3 / 16") == "0.5"
    assert evaluate("1 / 0") is None


def test_special_tokens_are_the_last_ids():
    assert Tokenizer([]).encode("<|im_user|>")[0] == VOCAB - len(SPECIALS) + 4

"""Renders chat templates with jinja2 as Hugging Face's transformers does, and keeps the hashes.

    python make_templates.py ../resources/golden/templates.json FOLDER [FOLDER ...]

Each FOLDER holds `*.jinja` files; those of `../resources/templates` come first and are the ones
that the tests always have. For each template and conversation the file keeps the SHA-256 of the
rendering, or the error that jinja2 ended with. Where the immutable sandbox refuses `append` or
`pop`, which Kimi K2's public templates call, lacks the filter `from_json`, which DeepSeek's call,
or fails to write a generator as JSON, as one of llama.cpp's own asks for, the rendering of an
ordinary sandbox that can is kept.
"""

import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path

import jinja2
import jinja2.ext
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment

NOW = datetime(2026, 11, 23, 20, 41, 7)
SPECIALS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}


class AssistantTracker(jinja2.ext.Extension):
    """The `generation` block of transformers: a call block around what the model wrote."""

    tags = {"generation"}

    def parse(self, parser):
        lineno = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("_generation_support")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(lineno)

    @jinja2.pass_eval_context
    def _generation_support(self, context, caller):
        return caller()


def raise_exception(message):
    raise TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(
        x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def environment(kind):
    env = kind(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[AssistantTracker, jinja2.ext.loopcontrols],
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


IMMUTABLE = environment(ImmutableSandboxedEnvironment)
EXTENDED = environment(SandboxedEnvironment)
EXTENDED.filters["from_json"] = json.loads
EXTENDED.filters["tojson"] = lambda x, indent=None: json.dumps(
    x, ensure_ascii=False, indent=indent, default=list
)
REFUSED = ("is unsafe", "No filter named 'from_json'", "Object of type generator")


def tool(name, description, properties, required):
    parameters = {"type": "object", "properties": properties, "required": required}
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


TOOLS = [
    tool(
        "get_weather",
        "Tell the weather at a place. <b>Not</b> for \"ships\" & planes.",
        {
            "place": {"type": "string", "description": "A town, e.g. `Zürich`"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
        },
        ["place"],
    ),
    tool(
        "search",
        "Find documents.\nUses an index.",
        {
            "query": {"type": "string", "minLength": 1},
            "limit": {"type": "integer", "minimum": 1, "maximum": 50},
            "filters": {
                "type": "object",
                "properties": {
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "score": {"type": "number"},
                },
            },
            "either": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        },
        ["query", "limit"],
    ),
    tool("now", "The time.", {}, []),
]


def call(identifier, name, arguments):
    return {
        "id": identifier,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def user(text):
    return {"role": "user", "content": text}


def assistant(text, calls=(), reasoning=None):
    message = {"role": "assistant", "content": text}
    if reasoning is not None:
        message["reasoning_content"] = reasoning
        message["thinking"] = reasoning
    if calls:
        message["tool_calls"] = list(calls)
    return message


def result(identifier, name, text):
    return {"role": "tool", "tool_call_id": identifier, "name": name, "content": text}


SYSTEM = {"role": "system", "content": "You are terse.\n  Answer in <English>. "}
PLAN = {"query": "«caffè» \\ \"crème\" 日本 😀 \u0007", "limit": 3}
NESTED = {"query": "a\tb", "limit": None, "filters": {"tags": ["x", "y z"], "score": 1.5e-7}}

CONVERSATIONS = {
    "tools": ([SYSTEM, user("What is the weather in Zürich?\n")], TOOLS),
    "parallel": (
        [
            user("Weather here and there?"),
            assistant(
                "",
                [
                    call("0a1b2c3d4", "get_weather", {"place": "Zürich", "unit": "celsius"}),
                    call("5e6f7a8b9", "search", PLAN),
                    call("0c1d2e3f4", "now", {}),
                ],
            ),
            result("0a1b2c3d4", "get_weather", "{\"degrees\": 21.50}"),
            result("5e6f7a8b9", "search", "nothing\n\nfound </tool_response> <&>"),
            result("0c1d2e3f4", "now", "20:41"),
        ],
        TOOLS,
    ),
    "results": (
        [
            SYSTEM,
            user("Look it up."),
            assistant("I shall look. ", [call("aaaaaaaaa", "search", NESTED)]),
            result("aaaaaaaaa", "search", "line one\nline two"),
            assistant("Two lines were found."),
            user("  And again? "),
            assistant("", [call("bbbbbbbbb", "search", {"query": "again", "limit": 1})]),
            result("bbbbbbbbb", "search", ""),
        ],
        TOOLS,
    ),
    "system": ([SYSTEM, user("Hello, 'you' \"there\" – {{ 7 * 7 }} {% raw %}")], None),
    "turns": (
        [
            user("Eins?"),
            assistant(" One.\n"),
            user("Zwei 二?"),
            assistant("Two; 'double' \"quotes\" <tags> & more."),
            user("Drei?"),
        ],
        None,
    ),
    "reasoning": (
        [
            user("Think first."),
            assistant("<think>\nold thoughts\n</think>\n\nOld answer."),
            user("Now with a tool."),
            assistant(
                "",
                [call("ccccccccc", "get_weather", {"place": "Oslo"})],
                "I need the weather.\nThen I answer.",
            ),
            result("ccccccccc", "get_weather", "rain"),
            assistant("It rains in Oslo.", (), "The tool says rain."),
        ],
        TOOLS,
    ),
}


def inputs():
    """Every conversation, with the prompt for a turn or without, arguments as mapping or text."""
    for name, (messages, tools) in CONVERSATIONS.items():
        for prompt in (True, False):
            for text in (False, True):
                variables = {"messages": json.loads(json.dumps(messages)), "tools": tools}
                variables["add_generation_prompt"] = prompt
                variables["functions"] = tojson(tools)  # firefunction's own name for them
                variables["datetime"] = "2026-11-23"
                if text:
                    for message in variables["messages"]:
                        for each in message.get("tool_calls", ()):
                            function = each["function"]
                            function["arguments"] = tojson(function["arguments"])
                yield name, variables


def render(env, source, variables):
    return env.from_string(source).render(**json.loads(json.dumps(variables)), **SPECIALS)


def outcome(source, variables, counted):
    """A hash, or an error by its kind and text; `extended` counts what the usual settings refuse."""
    for env in (IMMUTABLE, EXTENDED):
        try:
            rendered = render(env, source, variables)
            counted["extended"] += env is EXTENDED
            return hashlib.sha256(rendered.encode()).hexdigest()
        except Exception as e:  # whatever a template's mistakes raise is the expected outcome
            if env is IMMUTABLE and any(reason in str(e) for reason in REFUSED):
                continue
            return f"{type(e).__name__}: {e}"
    raise AssertionError("refused twice")


def main(target, folders):
    every = list(inputs())
    templates = []
    counted = {"extended": 0}
    for folder in folders:
        for file in sorted(Path(folder).glob("*.jinja")):
            # As it stands in the file: a line break at the end is Jinja's to drop.
            source = file.read_bytes().decode()
            templates.append(
                {
                    "name": file.name,
                    "source": hashlib.sha256(source.encode()).hexdigest(),
                    "outcomes": [outcome(source, variables, counted) for _, variables in every],
                }
            )
    golden = {
        "generator": f"make_templates.py, jinja2 {jinja2.__version__}",
        "specials": SPECIALS,
        "inputs": [{"name": name, "variables": variables} for name, variables in every],
        "templates": templates,
    }
    Path(target).write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
    outcomes = [o for t in templates for o in t["outcomes"]]
    errors = sum(": " in o for o in outcomes)
    print(
        f"{len(templates)} templates, {len(outcomes)} outcomes: {errors} errors,"
        f" {counted['extended']} rendered by the extended sandbox only"
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

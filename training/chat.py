"""Renders a conversation in the chat format, and remembers what each character is worth to the loss.

The text is the same as the Jinja template (chat_template.jinja) gives; rendering here as well keeps the spans of tool
names and argument values, which the trainer weights above the rest.
"""

from __future__ import annotations

import json

# Classes of text, stored beside each token. The trainer turns them into loss weights.
CONTEXT, ASSISTANT, NAME, VALUE = 1, 2, 3, 4

Span = tuple[str, int]


def type_name(schema: dict) -> str:
    """A parameter's type as the tool line shows it."""
    if "enum" in schema:
        return "|".join(json.dumps(v, ensure_ascii=False) for v in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        items = schema.get("items")
        return (type_name(items) if isinstance(items, dict) and items else "any") + "[]"
    return kind if kind in ("string", "number", "integer", "boolean", "object") else "any"


def tool_line(function: dict) -> str:
    """`name(parameter: type, optional?: type): description`."""
    parameters = function.get("parameters") or {}
    required = parameters.get("required") or []
    shown = ", ".join(
        f"{name}{'' if name in required else '?'}: {type_name(schema)}"
        for name, schema in (parameters.get("properties") or {}).items()
    )
    return f"{function['name']}({shown}): {function['description']}"


def header(tools: list[dict], system: str | None = None) -> list[Span]:
    """What precedes the first turn: the tool lines, then the system message."""
    text = ""
    if tools:
        text = (
            "<|im_system|>tool_declare<|im_middle|>" + "\n".join(tool_line(t["function"]) for t in tools) + "<|im_end|>"
        )
    if system:
        text += f"<|im_system|>system<|im_middle|>{system}<|im_end|>"
    return [(text, CONTEXT)]


def json_spans(value, kind: int = ASSISTANT) -> list[Span]:
    """Compact JSON; leaves (with a string's closing quote, which decides where it ends) are of class VALUE."""
    if isinstance(value, dict):
        spans = [("{", ASSISTANT)]
        for i, (key, item) in enumerate(value.items()):
            spans.append(((("," if i else "") + json.dumps(key, ensure_ascii=False) + ":"), ASSISTANT))
            spans += json_spans(item, VALUE)
        return spans + [("}", ASSISTANT)]
    if isinstance(value, list):
        spans = [("[", ASSISTANT)]
        for i, item in enumerate(value):
            spans += ([(",", VALUE)] if i else []) + json_spans(item, VALUE)
        return spans + [("]", VALUE)]
    text = json.dumps(value, ensure_ascii=False)
    return [('"', ASSISTANT), (text[1:], VALUE)] if isinstance(value, str) else [(text, VALUE)]


def turns(messages: list[dict], first_index: int = 0) -> list[Span]:
    """Spans of the messages after the header. `first_index` numbers the first call."""
    spans: list[Span] = []
    index = first_index
    names: dict[str, str] = {}
    for message in messages:
        role, content = message["role"], message.get("content") or ""
        if role == "user":
            spans.append((f"<|im_user|>user<|im_middle|>{content}<|im_end|>", CONTEXT))
        elif role == "tool":
            label = names[message["tool_call_id"]]
            spans.append((f"<|im_system|>tool<|im_middle|>## Return of {label}\n{content}<|im_end|>", CONTEXT))
        else:
            spans.append(("<|im_assistant|>assistant<|im_middle|>", CONTEXT))
            spans.append((content, VALUE if not message.get("tool_calls") else ASSISTANT))
            calls = message.get("tool_calls") or []
            if calls:
                spans.append(("<|tool_calls_section_begin|>", NAME))
                for call in calls:
                    function = call["function"]
                    label = f"functions.{function['name']}:{index}"
                    names[call["id"]] = label
                    spans += [("<|tool_call_begin|>", NAME), ("functions", ASSISTANT)]
                    spans += [(f".{function['name']}", NAME), (f":{index}<|tool_call_argument_begin|>", ASSISTANT)]
                    spans += json_spans(function["arguments"])
                    spans.append(("<|tool_call_end|>", ASSISTANT))
                    index += 1
                spans.append(("<|tool_calls_section_end|>", NAME))
            spans.append(("<|im_end|>", ASSISTANT))
    return spans


def text_of(spans: list[Span]) -> str:
    return "".join(text for text, _ in spans)


TEMPLATE = (
    "{%- macro type(s) -%}"
    "{%- if s.enum is defined -%}{%- for v in s.enum -%}{%- if not loop.first -%}|{%- endif -%}{{ v | tojson }}{%- endfor -%}"
    "{%- elif s.type == 'array' -%}{%- if s['items'] -%}{{ type(s['items']) }}{%- else -%}any{%- endif -%}[]"
    "{%- elif s.type in ['string', 'number', 'integer', 'boolean', 'object'] -%}{{ s.type }}"
    "{%- else -%}any{%- endif -%}{%- endmacro -%}"
    "{%- if tools -%}<|im_system|>tool_declare<|im_middle|>"
    "{%- for tool in tools -%}{%- set f = tool.function -%}{%- if not loop.first -%}{{ '\\n' }}{%- endif -%}{{ f.name }}("
    "{%- set p = f.parameters or {} -%}{%- set required = p.required or [] -%}"
    "{%- for name, s in (p.properties or {}).items() -%}{%- if not loop.first -%}{{ ', ' }}{%- endif -%}"
    "{{ name }}{%- if name not in required -%}?{%- endif -%}{{ ': ' }}{{ type(s) }}{%- endfor -%}"
    "{{ '): ' }}{{ f.description }}{%- endfor -%}<|im_end|>{%- endif -%}"
    "{%- set ns = namespace(index=0, answered=0, labels=[]) -%}"
    "{%- for message in messages -%}"
    "{%- if message.role == 'system' -%}<|im_system|>system<|im_middle|>{{ message.content }}<|im_end|>"
    "{%- elif message.role == 'user' -%}<|im_user|>user<|im_middle|>{{ message.content }}<|im_end|>"
    "{%- elif message.role == 'assistant' -%}<|im_assistant|>assistant<|im_middle|>"
    "{%- if message.content -%}{{ message.content }}{%- endif -%}"
    "{%- if message.tool_calls -%}<|tool_calls_section_begin|>"
    "{%- for call in message.tool_calls -%}"
    "{%- set label = 'functions.' ~ call.function.name ~ ':' ~ ns.index -%}"
    "{%- set ns.labels = ns.labels + [[call.id, label]] -%}{%- set ns.index = ns.index + 1 -%}"
    "<|tool_call_begin|>{{ label }}<|tool_call_argument_begin|>"
    "{{ call.function.arguments | tojson(separators=(',', ':')) }}<|tool_call_end|>{%- endfor -%}"
    "<|tool_calls_section_end|>{%- endif -%}<|im_end|>"
    "{%- elif message.role == 'tool' -%}"
    "{%- set ns.answered = 0 -%}"
    "<|im_system|>tool<|im_middle|>## Return of "
    "{%- for pair in ns.labels -%}{%- if pair[0] == message.tool_call_id -%}{%- set ns.answered = loop.index0 -%}{%- endif -%}{%- endfor -%}"
    "{{ ' ' ~ ns.labels[ns.answered][1] ~ '\\n' ~ message.content }}<|im_end|>"
    "{%- endif -%}{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|im_assistant|>assistant<|im_middle|>{%- endif -%}"
)

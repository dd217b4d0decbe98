"""Requests over public tool catalogues and slot-filling corpora, with names changed at random."""

from __future__ import annotations

import random

from builtin import Episode, Step, function, join_names
from compose import sentence_words
from foreign import ask
from phrases import expand
from world import World

ASKING = [
    "!{verb} {what} with {args}",
    "!(use|call|run) {tool} with {args}",
    "!(use|call|run) the {tool} tool, {args}",
    "!{verb} {what} ({args})",
    "!{verb} {what}: {args}",
    "i (want|need) to {verb} {what}, {args}",
    "!{verb} {what} for {args}",
    "(please|can you) {verb} {what}, {args}",
    "!{verb} {what} where {args}",
]


class Corpora:
    """Draws (tools, episodes) over real schemas and real utterances."""

    def __init__(self, world: World, r: random.Random):
        self.w, self.r = world, r
        self.by_intent: dict[str, list[dict]] = {}
        for example in world.slots:
            for answer in example["answers"]:
                if 0 < len(answer["arguments"]) < 5 and len(example["answers"]) == 1:
                    self.by_intent.setdefault(answer["name"], []).append(example)

    def catalogue(self) -> tuple[list[dict], list[Episode]]:
        """Real schemas of public servers, asked for through their descriptions; names changed in a third."""
        r, w = self.r, self.w
        picked = []
        for tool in r.sample(w.catalogue, r.choice([1, 2, 3, 4, 5, 6])):
            description = tool["description"].strip().split("\n")[0]
            description = description.split(". ")[0][:110].strip()
            name = (
                tool["name"]
                if r.random() < 0.67
                else r.choice(["{}_{}", "{}-{}", "{}{}"]).format(
                    w.word(r), r.choice([w.word(r), str(r.randint(1, 99))])
                )
            )
            properties = {
                k: {key: s[key] for key in ("type", "enum", "items") if key in s}
                for k, s in tool["inputSchema"]["properties"].items()
            }
            required = [k for k in tool["inputSchema"].get("required", []) if k in properties]
            picked.append((function(name, description, properties, required), sentence_words(tool["name"])))
        tools = [t for t, _ in picked]
        if len({t["function"]["name"] for t in tools}) < len(tools):
            return self.catalogue()
        return tools, [self.catalogue_episode(*r.choice(picked)) for _ in range(4)]

    def catalogue_episode(self, tool: dict, words: str) -> Episode:
        r, w = self.r, self.w
        f = tool["function"]
        required = f["parameters"]["required"]
        chosen = [k for k in f["parameters"]["properties"] if k in required or r.random() < 0.25]
        arguments = {k: self.value(f["parameters"]["properties"][k]) for k in chosen}
        said = []
        for key, value in arguments.items():
            shown = self.show(value)
            said.append(
                expand(
                    r.choice(
                        [
                            f"{sentence_words(key)} {{}}",
                            f"{{}} as {sentence_words(key)}",
                            f"{sentence_words(key)} = {{}}",
                            f"{sentence_words(key)} {{}}",
                            f"the {sentence_words(key)} {{}}",
                        ]
                    ),
                    r,
                ).format(shown)
            )
        verb, _, what = (words if r.random() < 0.5 else f["description"].rstrip(".").lower()).partition(" ")
        if not said:
            text = ask(r, "{verb} {what}", verb=verb, what=what)
        else:
            text = ask(r, r.choice(ASKING), verb=verb, what=what or "it", tool=f["name"], args=join_names(said))
        result = f"{w.clause(r).capitalize()}."
        return Episode(" ".join(text.split()), [[Step(f["name"], arguments, result)]], result, "catalogue")

    def value(self, schema: dict):
        r, w = self.r, self.w
        if schema.get("enum"):
            return r.choice(schema["enum"])
        kind = schema.get("type", "string")
        if kind == "integer":
            return r.choice([r.randint(1, 20), r.randint(1, 5000)])
        if kind == "number":
            return r.choice([r.randint(1, 500), round(r.uniform(0, 100), 2)])
        if kind == "boolean":
            return r.random() < 0.5
        if kind == "array":
            item = schema.get("items") if isinstance(schema.get("items"), dict) else {}
            return [
                self.value(item if item.get("type") in ("string", "integer", "number") else {})
                for _ in range(r.randint(1, 3))
            ]
        if kind == "object":
            return {w.word(r): w.word(r)}
        return r.choice(
            [
                w.word(r),
                w.word(r),
                f"{w.word(r)} {w.word(r)}",
                w.name(r),
                w.city(r),
                f"{w.word(r)}-{r.randint(1, 999)}",
                f"{w.word(r)}@{w.word(r)}.com",
                f"https://{w.word(r)}.com/{w.word(r)}",
                w.file(r),
            ]
        )

    def show(self, value) -> str:
        if isinstance(value, bool):
            return self.r.choice(["true", "yes", "on"] if value else ["false", "no", "off"])
        if isinstance(value, list):
            return join_names([self.show(v) for v in value])
        if isinstance(value, dict):
            return ", ".join(f"{k} {v}" for k, v in value.items())
        return str(value) if self.r.random() < 0.8 or not isinstance(value, str) else f'"{value}"'

    def slots(self) -> tuple[list[dict], list[Episode]]:
        """Utterances of the slot-filling corpora; the tool's name and parameters come from intent and slots."""
        r = self.r
        intents = r.sample(sorted(self.by_intent), r.randint(1, 6))
        tools, renamed = [], {}
        for intent in intents:
            examples = self.by_intent[intent]
            keys = sorted({k for e in examples for k in e["answers"][0]["arguments"]})[:6]
            words = sentence_words(intent)
            name = r.choice(
                [
                    intent,
                    words.replace(" ", "_"),
                    words.title().replace(" ", ""),
                    self.w.word(r) + "_" + words.split()[-1],
                ]
            )
            renamed[intent] = (name, keys)
            tools.append(function(name, words[0].upper() + words[1:] + ".", {k: "string" for k in keys}))
        if len({n for n, _ in renamed.values()}) < len(intents):
            return self.slots()
        episodes = []
        for _ in range(5):
            intent = r.choice(intents)
            example = r.choice(self.by_intent[intent])
            name, keys = renamed[intent]
            given = example["answers"][0]["arguments"]
            if not all(k in keys and isinstance(v, str) for k, v in given.items()):
                continue
            result = r.choice(["OK", "done", '{"success":true}', "ok"])
            arguments = {k: given[k] for k in keys if k in given}
            episodes.append(Episode(example["query"], [[Step(name, arguments, result)]], "Done.", "slots"))
        return tools, episodes

"""Tools that are not built in: MCP servers, A2A peers, the public catalogue, slot-filling corpora; renamed at random."""

from __future__ import annotations

import random

from builtin import Builtin, Episode, Step, fail, function, join_names, quote_file, quoted
from compose import end, sentence_words
from phrases import expand
from world import World

FILESYSTEM = [
    function("filesystem_read_text_file", "Read the complete contents of a file from the file system as text.", {"path": "string", "tail": "number", "head": "number"}, ["path"]),
    function("filesystem_read_file", "Read the complete contents of a file as text. DEPRECATED: Use read_text_file instead.", {"path": "string", "tail": "number", "head": "number"}, ["path"]),
    function("filesystem_read_multiple_files", "Read the contents of multiple files simultaneously.", {"paths": {"type": "array", "items": {"type": "string"}}}, ["paths"]),
    function("filesystem_write_file", "Create a new file or completely overwrite an existing file with new content.", {"path": "string", "content": "string"}, ["path", "content"]),
    function("filesystem_list_directory", "Get a detailed listing of all files and directories in a specified path.", {"path": "string"}, ["path"]),
    function("filesystem_create_directory", "Create a new directory or ensure a directory exists.", {"path": "string"}, ["path"]),
    function("filesystem_move_file", "Move or rename files and directories.", {"source": "string", "destination": "string"}, ["source", "destination"]),
    function("filesystem_search_files", "Recursively search for files and directories matching a pattern.", {"path": "string", "pattern": "string"}, ["path", "pattern"]),
    function("filesystem_get_file_info", "Retrieve detailed metadata about a file or directory.", {"path": "string"}, ["path"]),
    function("filesystem_list_allowed_directories", "Returns the list of directories that this server is allowed to access.", {}),
]
EVERYTHING = [
    function("everything_echo", "Echoes back the input string", {"message": "string"}, ["message"]),
    function("everything_get-sum", "Returns the sum of two numbers", {"a": "number", "b": "number"}, ["a", "b"]),
    function("everything_get-env", "Returns all environment variables, helpful for debugging MCP server configuration", {}),
    function("everything_get-tiny-image", "Returns a tiny MCP logo image.", {}),
    function("everything_get-structured-content", "Returns structured content along with an output schema for client data validation", {"location": {"type": "string", "enum": ["New York", "Chicago", "Los Angeles"]}}, ["location"]),
    function("everything_trigger-long-running-operation", "Demonstrates a long running operation with progress updates.", {"duration": "number", "steps": "number"}),
]
ASKING = [
    "!{verb} {what} with {args}", "!(use|call|run) {tool} with {args}", "!(use|call|run) the {tool} tool, {args}", "!{verb} {what} ({args})", "!{verb} {what}: {args}", "i (want|need) to {verb} {what}, {args}", "!{verb} {what} for {args}", "(please|can you) {verb} {what}, {args}", "!{verb} {what} where {args}",
]
PEER_ASK = [
    "!(ask|tell|have|get) {peer} to {task}", "!(ask|tell) the {peer} (agent|peer) to {task}", "!(ask|have|let) the {peer} to {task}", "!(send|pass|forward|hand|give) (this |)to {peer}: {task}", "!(delegate|hand over) to {peer}: {task}", "!let {peer} {task}", "{peer}, {task}", "!(ask|tell) the peer {peer} to {task}", "!(ask|tell) {peer}: {task}", "!have the {peer} agent {task}",
]


class Foreign:
    """Draws (tools, episodes) over tool lists other than the built-in one."""

    def __init__(self, world: World, r: random.Random):
        self.w, self.r = world, r
        self.builtin = Builtin(world, r)
        self.by_intent: dict[str, list[dict]] = {}
        for example in world.slots:
            for answer in example["answers"]:
                if 0 < len(answer["arguments"]) < 5 and len(example["answers"]) == 1:
                    self.by_intent.setdefault(answer["name"], []).append(example)

    def ask(self, template: str, **slots) -> str:
        text = expand(template.lstrip("!"), self.r)
        if self.r.random() < 0.5:
            text = text[0].upper() + text[1:] if not text.startswith("{") else text
        return text.format(**slots) + self.r.choice(["", "", ".", ""])

    def filesystem(self) -> tuple[list[dict], list[Episode]]:
        """The filesystem server's tools, absolute paths, some others mixed in."""
        r = self.r
        tools = list(FILESYSTEM) if r.random() < 0.3 else r.sample(FILESYSTEM, r.randint(4, 8))
        if r.random() < 0.3:
            tools = tools[:5] + r.sample(EVERYTHING, 2)
        names = {t["function"]["name"] for t in tools}
        return tools, [e for e in (self.filesystem_episode(names) for _ in range(8)) if e][:5]

    def filesystem_episode(self, names: set[str]) -> Episode | None:
        r, w = self.r, self.w
        name = r.choice(sorted(names))
        if name.startswith("everything"):
            return self.everything_episode(name)
        kind = name.removeprefix("filesystem_")
        path = w.absolute(r, w.file(r)) if r.random() < 0.8 else w.file(r)
        folder = w.absolute(r, w.folder(r))
        content = w.document(r)
        say = lambda k, **s: self.builtin.say(k, False, **s)
        if kind in ("read_text_file", "read_file"):
            if kind == "read_file" and "filesystem_read_text_file" in names:
                name = "filesystem_read_text_file"
            step = Step(name, {"path": path}, content)
            answer = quote_file(path, content)
            if r.random() < 0.1:
                answer = fail(step, r, f"ENOENT: no such file or directory, open '{path}'")
            return Episode(say("read", path=path), [[step]], answer, "filesystem")
        if kind == "read_multiple_files":
            paths = [w.absolute(r, w.file(r)) for _ in range(2)]
            text = self.ask("!(read|show|open|compare) {p}( at once| together|)", p=join_names(paths))
            return Episode(text, [[Step(name, {"paths": paths}, "\n---\n".join(f"{p}:\n{w.clause(r)}" for p in paths))]], f"I read {join_names(paths)}.", "filesystem")
        if kind == "write_file":
            shown, text = quoted(w.phrase(r), r, 0.6)
            step = Step(name, {"path": path, "content": text}, f"Successfully wrote to {path}")
            return Episode(say("write", path=path, text=shown), [[step]], f"I wrote {path}.", "filesystem")
        if kind == "list_directory":
            entries = [f"[FILE] {w.file(r).split('/')[-1]}" if r.random() < 0.7 else f"[DIR] {w.word(r)}" for _ in range(r.randint(1, 4))]
            step = Step(name, {"path": folder}, "\n".join(entries))
            return Episode(say("list_path", path=folder), [[step]], f"{folder} contains {join_names([e.split(' ', 1)[1] for e in entries])}.", "filesystem")
        if kind == "create_directory":
            text = self.ask("!(create|make) (the |a |)(folder|directory) {p}", p=folder)
            return Episode(text, [[Step(name, {"path": folder}, f"Successfully created directory {folder}")]], f"I created {folder}.", "filesystem")
        if kind == "move_file":
            target = w.absolute(r, w.file(r))
            text = self.ask("!(move|rename) {a} to {b}", a=path, b=target)
            return Episode(text, [[Step(name, {"source": path, "destination": target}, f"Successfully moved {path} to {target}")]], f"I moved {path} to {target}.", "filesystem")
        if kind == "search_files":
            pattern = r.choice([f"*.{w.word(r)[:3]}", f"**/*.{r.choice(['md', 'py', 'txt', 'json'])}", w.word(r), f"{w.word(r)}*"])
            text = self.ask("!(find|search for|look for) (files matching |files named |){q} (in|under) {p}", q=pattern, p=folder)
            found = [f"{folder}/{w.file(r)}" for _ in range(r.randint(0, 2))]
            return Episode(text, [[Step(name, {"path": folder, "pattern": pattern}, "\n".join(found) or "No matches found")]], f"I found {join_names(found)}." if found else "I found no matches.", "filesystem")
        if kind == "get_file_info":
            size = r.randint(1, 99999)
            text = self.ask("(how (big|large) is {p}|what is the size of {p}|!(show|get|give me) (the |)(metadata|details|info) (of|for|on|about) {p})", p=path)
            return Episode(text, [[Step(name, {"path": path}, f"size: {size}\nisDirectory: false\nisFile: true\npermissions: 644")]], f"{path} is {size} bytes large.", "filesystem")
        text = self.ask("(which|what) (directories|folders) (are you allowed to access|can you access|may you use)")
        return Episode(text, [[Step(name, {}, f"Allowed directories:\n{folder}")]], f"I may use {folder}.", "filesystem")

    def everything_episode(self, name: str) -> Episode | None:
        r, w = self.r, self.w
        if name.endswith("echo"):
            shown, text = quoted(w.phrase(r), r, 0.5)
            return Episode(self.ask("!(echo|repeat|say|send back|echo back|use echo to say)( the message|) {t}", t=shown), [[Step(name, {"message": text}, f"Echo: {text}")]], f"Echo: {text}", "everything")
        if name.endswith("get-sum"):
            a, b = r.randint(0, 999), r.randint(0, 999)
            text = self.ask("(!(add|sum|sum up) {a} and {b}|what is {a} (plus|and|+) {b}|what is the sum of {a} and {b}|add {b} to {a} with get-sum|how much is {a} + {b})".replace("!", ""), a=a, b=b)
            first, second = (b, a) if text.lower().startswith("add") and " to " in text else (a, b)
            return Episode(text, [[Step(name, {"a": first, "b": second}, f"The sum of {first} and {second} is {a + b}.")]], f"The sum of {first} and {second} is {a + b}.", "everything")
        if name.endswith("structured-content"):
            city = r.choice(["New York", "Chicago", "Los Angeles"])
            return Episode(self.ask("(how is the weather in|get the structured content for|what is the weather in|structured content of) {c}", c=city), [[Step(name, {"location": city}, '{"temperature":33,"conditions":"Cloudy","humidity":82}')]], f"It is 33 degrees and cloudy in {city}.", "everything")
        if name.endswith("operation"):
            n, m = r.randint(1, 30), r.randint(1, 10)
            return Episode(self.ask("(run|start|trigger) (a|the) long running operation of {n} seconds in {m} steps", n=n, m=m), [[Step(name, {"duration": n, "steps": m}, f"Long running operation completed. Duration: {n} seconds, Steps: {m}.")]], f"The operation took {n} seconds in {m} steps.", "everything")
        if name.endswith("env"):
            return Episode(self.ask("(show|print|list|what are) (the |all |)environment variables"), [[Step(name, {}, f'{{"HOME": "/home/{w.word(r)}"}}')]], "I have listed the environment variables.", "everything")
        return None

    def everything(self) -> tuple[list[dict], list[Episode]]:
        tools = self.r.sample(EVERYTHING, self.r.randint(2, 6))
        return tools, [e for e in (self.everything_episode(self.r.choice(tools)["function"]["name"]) for _ in range(7)) if e][:5]

    def peers(self) -> tuple[list[dict], list[Episode]]:
        """A2A peers beside a few built-in tools."""
        from builtin import TOOLS

        r, w = self.r, self.w
        peers = [(w.word(r), w.word(r)) for _ in range(r.randint(1, 3))]
        tools = [function(f"a2a_{p}_{s}", r.choice([f"Ask the agent {p}: {s}.", f"Agent {p}: {w.clause(r)}.", f"Send a task to {p}."]), {"message": "string"}, ["message"]) for p, s in peers]
        mixed = r.sample(TOOLS, r.randint(0, 8))
        names = {t["function"]["name"] for t in mixed}
        episodes = []
        for _ in range(4):
            inner = self.builtin.draw(bare=True)
            task = inner.text if r.random() < 0.5 else w.verb_phrase(r)
            task = task.split("\n")[0].rstrip(".!?")
            (peer, skill) = r.choice(peers)
            reply = w.clause(r).capitalize() + "."
            step = Step(f"a2a_{peer}_{skill}", {"message": task}, reply)
            episodes.append(Episode(self.ask(r.choice(PEER_ASK), peer=peer, task=task), [[step]], f"{peer} says: {reply}", "peer"))
            other = self.builtin.draw()
            if other.rounds[0][0].name in names and r.random() < 0.4:
                episodes.append(other)
        tools = tools + mixed
        r.shuffle(tools)
        return tools, episodes[:5]

    def catalogue(self) -> tuple[list[dict], list[Episode]]:
        """Real schemas of public servers, asked for through their descriptions; names changed in a third."""
        r, w = self.r, self.w
        picked = []
        for tool in r.sample(w.catalogue, r.choice([1, 2, 3, 4, 5, 6])):
            description = tool["description"].strip().split("\n")[0]
            description = description.split(". ")[0][:110].strip()
            name = tool["name"] if r.random() < 0.67 else r.choice(["{}_{}", "{}-{}", "{}{}"]).format(w.word(r), r.choice([w.word(r), str(r.randint(1, 99))]))
            properties = {k: {key: s[key] for key in ("type", "enum", "items") if key in s} for k, s in tool["inputSchema"]["properties"].items()}
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
            said.append(expand(r.choice([f"{sentence_words(key)} {{}}", f"{{}} as {sentence_words(key)}", f"{sentence_words(key)} = {{}}", f"{sentence_words(key)} {{}}", f"the {sentence_words(key)} {{}}"]), r).format(shown))
        verb, _, what = (words if r.random() < 0.5 else f["description"].rstrip(".").lower()).partition(" ")
        if not said:
            text = self.ask("{verb} {what}", verb=verb, what=what)
        else:
            text = self.ask(r.choice(ASKING), verb=verb, what=what or "it", tool=f["name"], args=join_names(said))
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
            return [self.value(item if item.get("type") in ("string", "integer", "number") else {}) for _ in range(r.randint(1, 3))]
        if kind == "object":
            return {w.word(r): w.word(r)}
        return r.choice([w.word(r), w.word(r), f"{w.word(r)} {w.word(r)}", w.name(r), w.city(r), f"{w.word(r)}-{r.randint(1, 999)}", f"{w.word(r)}@{w.word(r)}.com", f"https://{w.word(r)}.com/{w.word(r)}", w.file(r)])

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
            name = r.choice([intent, words.replace(" ", "_"), words.title().replace(" ", ""), self.w.word(r) + "_" + words.split()[-1]])
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

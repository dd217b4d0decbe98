"""Tools that are not built in: MCP servers and A2A peers."""

from __future__ import annotations

import random

from builtin import TOOLS, Builtin, Episode, Step, fail, function, join_names, quote_file, quoted
from phrases import expand
from world import World

FILESYSTEM = [
    function(
        "filesystem_read_text_file",
        "Read the complete contents of a file from the file system as text.",
        {"path": "string", "tail": "number", "head": "number"},
        ["path"],
    ),
    function(
        "filesystem_read_file",
        "Read the complete contents of a file as text. DEPRECATED: Use read_text_file instead.",
        {"path": "string", "tail": "number", "head": "number"},
        ["path"],
    ),
    function(
        "filesystem_read_multiple_files",
        "Read the contents of multiple files simultaneously.",
        {"paths": {"type": "array", "items": {"type": "string"}}},
        ["paths"],
    ),
    function(
        "filesystem_write_file",
        "Create a new file or completely overwrite an existing file with new content.",
        {"path": "string", "content": "string"},
        ["path", "content"],
    ),
    function(
        "filesystem_list_directory",
        "Get a detailed listing of all files and directories in a specified path.",
        {"path": "string"},
        ["path"],
    ),
    function(
        "filesystem_create_directory",
        "Create a new directory or ensure a directory exists.",
        {"path": "string"},
        ["path"],
    ),
    function(
        "filesystem_move_file",
        "Move or rename files and directories.",
        {"source": "string", "destination": "string"},
        ["source", "destination"],
    ),
    function(
        "filesystem_search_files",
        "Recursively search for files and directories matching a pattern.",
        {"path": "string", "pattern": "string"},
        ["path", "pattern"],
    ),
    function(
        "filesystem_get_file_info",
        "Retrieve detailed metadata about a file or directory.",
        {"path": "string"},
        ["path"],
    ),
    function(
        "filesystem_list_allowed_directories",
        "Returns the list of directories that this server is allowed to access.",
        {},
    ),
]
EVERYTHING = [
    function("everything_echo", "Echoes back the input string", {"message": "string"}, ["message"]),
    function("everything_get-sum", "Returns the sum of two numbers", {"a": "number", "b": "number"}, ["a", "b"]),
    function(
        "everything_get-env", "Returns all environment variables, helpful for debugging MCP server configuration", {}
    ),
    function("everything_get-tiny-image", "Returns a tiny MCP logo image.", {}),
    function(
        "everything_get-structured-content",
        "Returns structured content along with an output schema for client data validation",
        {"location": {"type": "string", "enum": ["New York", "Chicago", "Los Angeles"]}},
        ["location"],
    ),
    function(
        "everything_trigger-long-running-operation",
        "Demonstrates a long running operation with progress updates.",
        {"duration": "number", "steps": "number"},
    ),
]
PEER_ASK = [
    "!(ask|tell|have|get) {peer} to {task}",
    "!(ask|tell) the {peer} (agent|peer) to {task}",
    "!(ask|have|let) the {peer} to {task}",
    "!(send|pass|forward|hand|give) (this |)to {peer}: {task}",
    "!(delegate|hand over) to {peer}: {task}",
    "!let {peer} {task}",
    "{peer}, {task}",
    "!(ask|tell) the peer {peer} to {task}",
    "!(ask|tell) {peer}: {task}",
    "!have the {peer} agent {task}",
]


def ask(r: random.Random, template: str, **slots) -> str:
    """An utterance from a template that has no held-out twin."""
    text = expand(template.lstrip("!"), r)
    if r.random() < 0.5:
        text = text[0].upper() + text[1:] if not text.startswith("{") else text
    return text.format(**slots) + r.choice(["", "", ".", ""])


class Foreign:
    """Draws (tools, episodes) over tool lists other than the built-in one."""

    def __init__(self, world: World, r: random.Random):
        self.w, self.r = world, r
        self.builtin = Builtin(world, r)

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
            text = ask(r, "!(read|show|open|compare) {p}( at once| together|)", p=join_names(paths))
            return Episode(
                text,
                [[Step(name, {"paths": paths}, "\n---\n".join(f"{p}:\n{w.clause(r)}" for p in paths))]],
                f"I read {join_names(paths)}.",
                "filesystem",
            )
        if kind == "write_file":
            shown, text = quoted(w.phrase(r), r, 0.6)
            step = Step(name, {"path": path, "content": text}, f"Successfully wrote to {path}")
            return Episode(say("write", path=path, text=shown), [[step]], f"I wrote {path}.", "filesystem")
        if kind == "list_directory":
            entries = [
                f"[FILE] {w.file(r).split('/')[-1]}" if r.random() < 0.7 else f"[DIR] {w.word(r)}"
                for _ in range(r.randint(1, 4))
            ]
            step = Step(name, {"path": folder}, "\n".join(entries))
            return Episode(
                say("list_path", path=folder),
                [[step]],
                f"{folder} contains {join_names([e.split(' ', 1)[1] for e in entries])}.",
                "filesystem",
            )
        if kind == "create_directory":
            text = ask(r, "!(create|make) (the |a |)(folder|directory) {p}", p=folder)
            return Episode(
                text,
                [[Step(name, {"path": folder}, f"Successfully created directory {folder}")]],
                f"I created {folder}.",
                "filesystem",
            )
        if kind == "move_file":
            target = w.absolute(r, w.file(r))
            text = ask(r, "!(move|rename) {a} to {b}", a=path, b=target)
            return Episode(
                text,
                [[Step(name, {"source": path, "destination": target}, f"Successfully moved {path} to {target}")]],
                f"I moved {path} to {target}.",
                "filesystem",
            )
        if kind == "search_files":
            pattern = r.choice(
                [f"*.{w.word(r)[:3]}", f"**/*.{r.choice(['md', 'py', 'txt', 'json'])}", w.word(r), f"{w.word(r)}*"]
            )
            text = ask(
                r, "!(find|search for|look for) (files matching |files named |){q} (in|under) {p}", q=pattern, p=folder
            )
            found = [f"{folder}/{w.file(r)}" for _ in range(r.randint(0, 2))]
            return Episode(
                text,
                [[Step(name, {"path": folder, "pattern": pattern}, "\n".join(found) or "No matches found")]],
                f"I found {join_names(found)}." if found else "I found no matches.",
                "filesystem",
            )
        if kind == "get_file_info":
            size = r.randint(1, 99999)
            text = ask(
                r,
                "(how (big|large) is {p}|what is the size of {p}|!(show|get|give me) (the |)(metadata|details|info) (of|for|on|about) {p})",
                p=path,
            )
            return Episode(
                text,
                [[Step(name, {"path": path}, f"size: {size}\nisDirectory: false\nisFile: true\npermissions: 644")]],
                f"{path} is {size} bytes large.",
                "filesystem",
            )
        text = ask(r, "(which|what) (directories|folders) (are you allowed to access|can you access|may you use)")
        return Episode(
            text, [[Step(name, {}, f"Allowed directories:\n{folder}")]], f"I may use {folder}.", "filesystem"
        )

    def everything_episode(self, name: str) -> Episode | None:
        r, w = self.r, self.w
        if name.endswith("echo"):
            shown, text = quoted(w.phrase(r), r, 0.5)
            return Episode(
                ask(r, "!(echo|repeat|say|send back|echo back|use echo to say)( the message|) {t}", t=shown),
                [[Step(name, {"message": text}, f"Echo: {text}")]],
                f"Echo: {text}",
                "everything",
            )
        if name.endswith("get-sum"):
            a, b = r.randint(0, 999), r.randint(0, 999)
            text = ask(
                r,
                "(!(add|sum|sum up) {a} and {b}|what is {a} (plus|and|+) {b}|what is the sum of {a} and {b}|add {b} to {a} with get-sum|how much is {a} + {b})".replace(
                    "!", ""
                ),
                a=a,
                b=b,
            )
            first, second = (b, a) if text.lower().startswith("add") and " to " in text else (a, b)
            return Episode(
                text,
                [[Step(name, {"a": first, "b": second}, f"The sum of {first} and {second} is {a + b}.")]],
                f"The sum of {first} and {second} is {a + b}.",
                "everything",
            )
        if name.endswith("structured-content"):
            city = r.choice(["New York", "Chicago", "Los Angeles"])
            return Episode(
                ask(
                    r,
                    "(how is the weather in|get the structured content for|what is the weather in|structured content of) {c}",
                    c=city,
                ),
                [[Step(name, {"location": city}, '{"temperature":33,"conditions":"Cloudy","humidity":82}')]],
                f"It is 33 degrees and cloudy in {city}.",
                "everything",
            )
        if name.endswith("operation"):
            n, m = r.randint(1, 30), r.randint(1, 10)
            return Episode(
                ask(r, "(run|start|trigger) (a|the) long running operation of {n} seconds in {m} steps", n=n, m=m),
                [
                    [
                        Step(
                            name,
                            {"duration": n, "steps": m},
                            f"Long running operation completed. Duration: {n} seconds, Steps: {m}.",
                        )
                    ]
                ],
                f"The operation took {n} seconds in {m} steps.",
                "everything",
            )
        if name.endswith("env"):
            return Episode(
                ask(r, "(show|print|list|what are) (the |all |)environment variables"),
                [[Step(name, {}, f'{{"HOME": "/home/{w.word(r)}"}}')]],
                "I have listed the environment variables.",
                "everything",
            )
        return None

    def everything(self) -> tuple[list[dict], list[Episode]]:
        tools = self.r.sample(EVERYTHING, self.r.randint(2, 6))
        return tools, [
            e for e in (self.everything_episode(self.r.choice(tools)["function"]["name"]) for _ in range(7)) if e
        ][:5]

    def peers(self) -> tuple[list[dict], list[Episode]]:
        """A2A peers beside a few built-in tools."""
        r, w = self.r, self.w
        peers = [(w.word(r), w.word(r)) for _ in range(r.randint(1, 3))]
        tools = [
            function(
                f"a2a_{p}_{s}",
                r.choice([f"Ask the agent {p}: {s}.", f"Agent {p}: {w.clause(r)}.", f"Send a task to {p}."]),
                {"message": "string"},
                ["message"],
            )
            for p, s in peers
        ]
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
            episodes.append(
                Episode(ask(r, r.choice(PEER_ASK), peer=peer, task=task), [[step]], f"{peer} says: {reply}", "peer")
            )
            other = self.builtin.draw()
            if other.rounds[0][0].name in names and r.random() < 0.4:
                episodes.append(other)
        tools = tools + mixed
        r.shuffle(tools)
        return tools, episodes[:5]

"""Requests beyond one built-in call: several calls, chains, no call, peers, foreign tools."""

from __future__ import annotations

import random

import regex

from arithmetic import draw_sum
from builtin import Builtin, Episode, Step, join_names, quote_file, quoted
from phrases import expand, typo
from world import World

SMALL_TALK = [
    (
        "(hello|hi|hey|good morning|good evening|hi there|hello there|hey there|hallo|greetings)",
        "Hello! What can I do for you?",
    ),
    (
        "(thanks|thank you|thank you very much|thanks a lot|great, thanks|cheers|perfect, thank you|many thanks|thx)",
        "You are welcome.",
    ),
    (
        "(who are you|what are you|what is your name|introduce yourself|are you an ai|are you human|which model are you|what model is this|tell me about yourself)",
        "I am Stellwerk's embedded model: small, local, and made to call tools.",
    ),
    ("(what can you do|how can you help|help|what are you able to do|how do i use you|what do you do)", "HELP"),
    ("(bye|goodbye|see you|good night|that is all|that's all for now|see you later)", "Goodbye."),
    (
        "(how are you|how are you doing|how is it going|are you well|how do you feel)",
        "I am well, thank you. What can I do for you?",
    ),
    ("(ok|okay|good|great|fine|nice|well done|that's good|cool|perfect|excellent|alright)", "Good. What next?"),
    ("(tell me a joke|make me laugh|sing a song|write me a poem|tell me a story)", "I have no tool for that."),
]
UNCLEAR = [
    ("!(read|open|show) (a|the|that) file", "Which file should I read?", "read_file"),
    ("!(write|save|create) a file( for me|)", "Which file, and what should it say?", "write_file"),
    ("!(add|save|make|take) a note", "What should the note say?", "add_note"),
    ("!(search|search the files|find something|look for something)", "What should I search for?", "search_files"),
    ("!(calculate|do a calculation|work something out)( for me|)", "What should I work out?", "calculate"),
]
JOINERS = [
    " and ",
    ", and ",
    " and then ",
    ", then ",
    ". Then ",
    ". Also ",
    " and also ",
    "; ",
    ". After that, ",
    ", and also ",
    "\n",
]


class Composer:
    """Draws (tools, episode) pairs around the built-in requests."""

    def __init__(self, world: World, r: random.Random):
        self.w, self.r = world, r
        self.builtin = Builtin(world, r)

    def pick(self, template: str, **slots) -> str:
        text = expand(template.lstrip("!"), self.r)
        if self.r.random() < 0.1:
            text = typo(text, self.r)
        if self.r.random() < 0.5:
            text = text[0].upper() + text[1:]
        text = text.format(**slots)
        return text + self.r.choice(
            ["", "", ".", "?" if text.lower().startswith(("wh", "how", "is", "are", "do", "can")) else ""]
        )

    def small_talk(self, names: list[str]) -> Episode:
        template, answer = self.r.choice(SMALL_TALK)
        if answer == "HELP":
            answer = (
                f"I can call these tools: {join_names(names)}." if names else "I can answer, but I have no tools here."
            )
        return Episode(self.pick(template), [], answer, "no_call")

    def unclear(self, names: list[str]) -> Episode:
        template, answer, tool = self.r.choice(UNCLEAR)
        return Episode(self.pick(template), [], answer if tool in names else "I have no tool for that.", "no_call")

    def out_of_scope(self) -> Episode:
        text = (
            self.r.choice(self.w.out_of_scope)
            if self.r.random() < 0.3
            else self.r.choice(SCOPE).format(w=self.w.word(self.r), c=self.w.city(self.r), n=self.w.name(self.r))
        )
        if self.r.random() < 0.5:
            text = text[0].upper() + text[1:] + self.r.choice(["?", ".", ""])
        return Episode(text, [], "I have no tool for that.", "no_call")

    def parallel(self) -> Episode:
        """Two or three independent requests in one message, or one request over two values."""
        r, b, w = self.r, self.builtin, self.w
        pick = r.random()
        if pick < 0.2:
            one, two = w.file(r), w.file(r)
            texts = [w.phrase(r).split("\n")[0], w.phrase(r).split("\n")[0]]
            steps = [Step("read_file", {"path": p}, t) for p, t in zip((one, two), texts)]
            text = self.pick(
                "!(read|show|open|show me|compare|print|what is in|what do they say:) {a} and {b}", a=one, b=two
            )
            return Episode(
                text, [steps], " ".join(end(quote_file(p, t)) for p, t in zip((one, two), texts)), "parallel"
            )
        if pick < 0.35:
            one, two = b.get_time(bare=True), b.get_time(bare=True)
            cities = [e.rounds[0][0].arguments["timezone"] for e in (one, two)]
            text = self.pick(
                "(what time is it in|what is the time in|time in|tell me the time in|compare the times in) {a} and( in|) {b}",
                a=cities[0],
                b=cities[1],
            )
            answers = [e.rounds[0][0].result for e in (one, two)]
            said = [
                f"It is {a.split()[1][:5]} in {c}."
                if not a.startswith("Error")
                else f"That did not work: unknown time zone: {c}"
                for a, c in zip(answers, cities)
            ]
            for e, c in zip((one, two), cities):
                if e.rounds[0][0].result.startswith("Error"):
                    e.rounds[0][0].result = f"Error: Unknown time zone: {c}"
            return Episode(text, [[one.rounds[0][0], two.rounds[0][0]]], " ".join(end(s) for s in said), "parallel")
        parts = [b.draw(bare=True) for _ in range(2 if r.random() < 0.85 else 3)]
        text = parts[0].text
        for part in parts[1:]:
            joiner = r.choice(JOINERS)
            text = text.rstrip(".?!") + joiner + (part.text[0].upper() + part.text[1:] if joiner == "\n" else part.text)
        if r.random() < 0.5:
            text = text[0].upper() + text[1:]
        return Episode(text, [[p.rounds[0][0] for p in parts]], " ".join(end(p.answer) for p in parts), "parallel")

    def chain(self) -> Episode:
        """Two steps, the second made from the first one's result."""
        r, w, b = self.r, self.w, self.builtin
        pick = r.choice(
            [
                "search_read",
                "calc_note",
                "calc_write",
                "read_write",
                "time_note",
                "read_note",
                "list_read",
                "notes_write",
            ]
        )
        source, target = w.file(r), w.file(r)
        content = w.phrase(r).strip() if r.random() < 0.7 else w.document(r)
        if pick == "search_read":
            query, line = w.word(r), r.randint(1, 60)
            content = f"{w.clause(r)}, {query}"
            text = self.pick(
                r.choice(
                    [
                        "!find the file (that mentions|that contains|containing|with|about) {q} and (read it|show it|open it|show me what it says)",
                        "!search for {q} and (read|open|show) the file (you find|it is in|that has it)",
                        "what does the file (that mentions|containing|with) {q} say",
                    ]
                ),
                q=quoted(query, r, 0.3)[0],
            )
            steps = [
                Step("search_files", {"query": query}, f"{source}:{line}: {content}"),
                Step("read_file", {"path": source}, content),
            ]
            return Episode(text, [[steps[0]], [steps[1]]], quote_file(source, content), "chain")
        if pick in ("calc_note", "calc_write"):
            shown, expression, value = draw_sum(r)
            step = Step("calculate", {"expression": expression}, value)
            said = f"{expression} = {value}"
            if pick == "calc_note":
                text = self.pick(
                    "!(calculate|work out|compute|what is) {s}(,|) and (note|save|note down|remember) (the result|it|the answer|that)( as a note|)",
                    s=shown,
                )
                number = r.randint(1, 50)
                last = Step("add_note", {"text": said}, f"Saved note {number}.")
                return Episode(text, [[step], [last]], f"{said}. Saved as note {number}.", "chain")
            text = self.pick(
                "!(calculate|work out|compute) {s}(,|) and (write|save|put|store) (the result|it|the answer) (to|in|into) {p}",
                s=shown,
                p=target,
            )
            last = Step("write_file", {"path": target, "content": value}, f"Wrote {len(value)} bytes to {target}.")
            return Episode(text, [[step], [last]], f"{said}. {last.result}", "chain")
        if pick == "time_note":
            e = b.get_time(bare=True)
            step = e.rounds[0][0]
            city = step.arguments["timezone"]
            if step.result.startswith("Error"):
                return Episode(e.text, e.rounds, e.answer, "chain")
            clock, number = step.result.split()[1][:5], r.randint(1, 50)
            text = self.pick(
                "!(check the time in|what time is it in|look up the time in|tell me the time in) {c} and (note it|write it down|save it as a note|note it down|make a note of it)",
                c=city,
            )
            last = Step("add_note", {"text": f"{clock} in {city}"}, f"Saved note {number}.")
            return Episode(text, [[step], [last]], f"It is {clock} in {city}. Saved as note {number}.", "chain")
        if pick in ("read_write", "read_note"):
            read = Step("read_file", {"path": source}, content)
            if pick == "read_write":
                text = self.pick(
                    r.choice(
                        [
                            "!copy {a} to {b}",
                            "!read {a} and (write|save|copy) (it|its contents|the contents|its text|the text) to {b}",
                            "!(make a copy of|duplicate) {a} (as|in|named) {b}",
                            "!save the contents of {a} (as|to|in) {b}",
                        ]
                    ),
                    a=source,
                    b=target,
                )
                last = Step(
                    "write_file",
                    {"path": target, "content": content},
                    f"Wrote {len(content.encode())} bytes to {target}.",
                )
                return Episode(text, [[read], [last]], last.result, "chain")
            number = r.randint(1, 50)
            text = self.pick(
                "!(read {a} and (save|note|keep) (it|its contents|what it says) (as a note|in my notes)|(save|keep) the contents of {a} as a note|note down what {a} says|read {a} and make a note of it)",
                a=source,
            )
            return Episode(
                text,
                [[read], [Step("add_note", {"text": content}, f"Saved note {number}.")]],
                f"Saved as note {number}.",
                "chain",
            )
        if pick == "notes_write":
            query = w.word(r)
            line = f"{query} {w.verb_phrase(r)}"
            text = self.pick(
                "!(find|look up|get) my note (about|on) {q} and (write|save|put) it (to|in|into) {p}", q=query, p=target
            )
            last = Step(
                "write_file", {"path": target, "content": line}, f"Wrote {len(line.encode())} bytes to {target}."
            )
            return Episode(
                text,
                [[Step("find_notes", {"query": query}, f"{r.randint(1, 50)}: {line}")], [last]],
                last.result,
                "chain",
            )
        folder = w.folder(r)
        name = w.file(r).split("/")[-1]
        text = self.pick("!(read|open|show me) the (only file|file) in (the |){f}( folder|)", f=folder)
        steps = [
            [Step("list_files", {"path": folder}, name)],
            [Step("read_file", {"path": f"{folder}/{name}"}, content)],
        ]
        return Episode(text, steps, quote_file(f"{folder}/{name}", content), "chain")


SCOPE = [
    "book a flight to {c}",
    "order a pizza with {w}",
    "play some {w} music",
    "what is the weather in {c}",
    "turn on the {w} light",
    "send an email to {n}",
    "translate {w} into french",
    "who won the {w} match",
    "call {n}",
    "what is the capital of {c}",
    "delete the {w} file",
    "how tall is {n}",
    "recommend a {w} film",
    "buy {w} online",
    "what do you think about {w}",
    "stop the {w}",
    "text {n} that i am late",
    "how far is {c}",
    "set the volume to {w}",
    "open the {w} website",
    "why is the {w} broken",
    "how do i cook {w}",
    "define {w}",
    "what does {w} mean",
    "take a picture of {w}",
]


def end(sentence: str) -> str:
    """A sentence that another can follow."""
    return sentence if sentence[-1:] in ".!?…" else sentence + "."


def sentence_words(name: str) -> str:
    """`getUserName` and `get_user-name` as words."""
    return " ".join(w.lower() for w in regex.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)) or name

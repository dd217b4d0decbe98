"""Turns templates into utterances: choices, politeness, capitals, punctuation, slips of the finger."""

from __future__ import annotations

import random

import regex

from templates import HELD_OUT, SYNONYMS, TRAIN

POLITE = (
    "please {}|can you {}|could you {}|could you please {}|would you {}|can you please {}|i want you to {}|i need you to {}|go ahead and {}|"
    "now {}|ok, {}|ok now {}|hey, {}|hi, {}|hello! {}|quickly {}|kindly {}|i'd like you to {}|{} please|{}, please|{} for me|{} now|next, {}|"
    "would you mind to {}|i'd be glad if you could {}|you should {}|let's {}|just {}|{} thanks|{}, thank you|please help me: {}|my friend, {}|would you be so kind as to {}|do me a favour and {}|i was wondering if you could {}|it would be great if you could {}|help me {}|{} if you can|{} right away|{} when you have a moment|i would love you to {}|is it possible to {}|time to {}|be so good as to {}|i wonder if you can {}|first {}|so {}|well, {}|alright, {}|assistant, {}|we need to {}|try to {}"
).split("|")
CHOICE = regex.compile(r"\(([^()]*)\)")


def expand(template: str, r: random.Random) -> str:
    """Resolves the choices, innermost first."""
    while True:
        template, n = CHOICE.subn(lambda m: r.choice(m.group(1).split("|")), template, count=1)
        if not n:
            return " ".join(template.split())


def vary(text: str, r: random.Random, chance: float = 0.15) -> str:
    """Now and then says a word outside the slots in another way."""

    def other(match: regex.Match) -> str:
        choices = SYNONYMS.get(match.group())
        return r.choice(choices.split("|")) if choices and r.random() < chance else match.group()

    return regex.sub(r"(?<![{\w])[a-z]+(?![\w}])", other, text)


def typo(text: str, r: random.Random) -> str:
    """One slip of the finger outside the slots."""
    spots = [m.start() for m in regex.finditer(r"(?<![{\w])\w{4,}(?![\w}])", text)]
    if not spots:
        return text
    at = r.choice(spots) + r.randint(1, 2)
    return r.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ]
    )


def phrase(kind: str, slots: dict, r: random.Random, heldout: bool = False, bare: bool = False) -> str:
    """An utterance of a kind with its slots filled in; `bare` gives a clause that can be joined to others."""
    template = r.choice((HELD_OUT if heldout else TRAIN)[kind])
    text = expand(template.lstrip("!"), r)
    if not heldout:
        text = vary(text, r)
    if bare:
        return text.format(**slots)
    if template.startswith("!") and r.random() < 0.4:
        # Words after an unquoted text would read as part of it.
        text = r.choice([p for p in POLITE if p.endswith("{}")] if text.endswith("{text}") else POLITE).replace(
            "{}", text
        )
    if not heldout and r.random() < 0.06:
        text = typo(text, r)
    if r.random() < 0.55 and not text.startswith("{"):
        text = text[0].upper() + text[1:]
        text = regex.sub(r"\bi\b(?![^{]*})", "I", text)
    question = regex.match(r"(?i)(what|which|where|how|do|does|is|can|could|would|in which|any)\b", text)
    ends_open = text.endswith("{text}")
    roll = r.random()
    if not ends_open or roll < 0.25:
        text += ("?" if question and not ends_open else r.choice([".", ".", "", "!"])) if roll < 0.6 else ""
    return text.format(**slots)

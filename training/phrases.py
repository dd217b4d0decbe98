"""Ways to ask for the built-in tools. `(a|b|)` is a choice, `{slot}` a value; `!` marks an imperative, which may be
wrapped in a polite request."""

from __future__ import annotations

import random

import regex

TRAIN = {
    "list_here": [
        "!(list|show|show me|give me|print|display|enumerate) (the|all|all the|my) (files|files and folders|files here|directory contents|folder contents)",
        "(what|which) files (are here|are there|do i have|do we have|exist|are in this folder|are in the current directory|can you see)",
        "what (is|'s) in (this|the current|the working|my) (folder|directory|workspace)",
        "!list files", "ls", "!(show|list) (what|everything that) is (here|in this folder)", "what (have i|do i have) got here",
        "!(have a look|look) around (the workspace|this folder|here) and tell me (what is there|which files exist)",
        "is there anything in (this folder|the current directory|here)",
    ],
    "list_path": [
        "!(list|show|show me|give me|print|display|enumerate) (the|all|all the|) (files|contents|files and folders|entries) (in|of|inside|under) {path}",
        "!(list|show|show me|give me) (the|) (files|contents) (in|of|inside) (the|my) {path} (folder|directory)",
        "(what|which) files (are|are there|do i have|exist|live) (in|inside|under) (the |){path}( folder| directory|)",
        "what (is|'s|do we have) (in|inside|under) (the |my |){path}( folder| directory|)", "!list {path}", "ls {path}",
        "!(show me|tell me) (what is|what's) in {path}", "!(look|have a look|peek) (in|into|inside) {path}( and tell me what is there|)",
        "what does (the |){path} (folder |directory |)(contain|hold)", "!list the {path} (folder|directory)",
        "is there anything in (the |){path}( folder|)", "!browse {path}", "!open the (folder|directory) {path}",
    ],
    "read": [
        "!(read|open|show|show me|display|print|cat|view|load) (the file |the text file |file |){path}",
        "!(read|show|print|give) me (the contents of |the content of |the text of |what's in |what is in |the file |){path}",
        "what (is|'s) (in|inside|written in) (the file |){path}", "what does (the file |){path} (say|contain|hold)",
        "what (is|are) the contents of {path}", "!(tell me|show me) what {path} (says|contains|holds)", "cat {path}", "{path} (please|contents please)",
        "!let me (see|read) {path}", "i (want|need|would like) to (see|read) {path}", "!have a look at {path}", "!read out {path}", "!read {path} (to|for) me",
        "!(summarise|quote) {path}", "what's {path} about", "!(fetch|get|pull up) (the contents of |){path}", "!check what {path} says", "!look at {path}", "!look inside {path}",
    ],
    "ask_file": [
        "what is the {key} in {path}", "what's the {key} in {path}", "which {key} (does|is given in|is set in) {path}", "!(find out|tell me|look up) the {key} (in|from) {path}",
        "what {key} does {path} (give|say|list|have)", "according to {path}, what is the {key}", "!(read|open) {path} and tell me the {key}", "!check the {key} in {path}",
    ],
    "write": [
        "!(write|save|put|store) {text} (to|in|into) (the file |a file called |a file named |file |){path}",
        "!(create|make|write) (a|the|a new) file (called |named |){path} (with the (text|content|contents|words)|containing|that says|saying|with) {text}",
        "!(create|make) {path} (with the text|containing|with|with content) {text}", "!write to {path}: {text}", "!(save|write) this (to|in|into) {path}: {text}",
        "!(create|write|save) {path}: {text}", "!(replace|overwrite) (the contents of |what is in |){path} with {text}", "!set the contents of {path} to {text}",
        "!(write|put) (the text|the words|the line|the sentence) {text} (to|in|into) (the file |){path}", "{path} should (say|contain|read) {text}",
        "i (want|need|would like) a file (called |named |){path} (that says|containing|with the text) {text}", "!store the text {text} (as|in) {path}",
        "!save {text} as {path}", "!fill {path} with {text}", "!make a file {path} and (write|put) {text} in it",
    ],
    "search": [
        "!(find|show|list|search for|look for) (the |all |all the |any |)files (that contain|containing|which contain|that mention|mentioning|with|with the (word|text|phrase)|that have|that include) {query}",
        "(which|what) files (contain|mention|have|include|use|refer to|talk about) {query}", "!(search|grep|look|scan) for {query}", "!(search|grep|look) (the files|all files|the folder|everything|my files) for {query}",
        "where (is|does) {query} (mentioned|appear|used|occur)", "!find (where|every place) {query} (is used|occurs|appears|is mentioned)", "!find {query} in (the|my|all|these) files", "grep {query}",
        "(does|is there) any file (mention|mentioning|containing|contain) {query}", "in which file(s|) (is|do i mention|can i find) {query}", "!search for the (text|word|string|phrase) {query}", "where do (i|we) (mention|use|talk about) {query}", "!search for files (mentioning|containing) {query}",
    ],
    "search_path": [
        "!(find|show|list|search for|look for) (the |all |any |)files (in|under|inside) {path} (that contain|containing|that mention|with|mentioning) {query}",
        "!(search|grep|look|scan) for {query} (in|under|inside|within) (the |){path}( folder| directory|)", "!(search|grep|scan|look through) (the |){path} (folder |directory |)for {query}",
        "(which|what) files (in|under) {path} (contain|mention|have|include) {query}", "where in {path} (is|does) {query} (mentioned|appear|used|occur)", "!find {query} in (the |){path}( folder| directory|)",
        "is {query} mentioned anywhere (in|under) {path}", "grep {query} in {path}", "!find {query} (under|inside) {path}", "does anything in {path} mention {query}",
    ],
    "calculate": [
        "what (is|'s) {sum}", "!(calculate|compute|work out|evaluate|solve|figure out) {sum}", "how much is {sum}", "{sum}", "{sum} =", "{sum} equals what", "!(tell me|give me) (what {sum} is|the result of {sum}|the answer to {sum}|the value of {sum})",
        "what do you get (for|if you compute|when you work out) {sum}", "i need (to know|) {sum}", "!do the (sum|maths|math): {sum}", "what does {sum} (make|come to|equal|give)", "quick (question|sum|maths): {sum}", "can you (work out|calculate|do) {sum}", "{sum}, what is that", "what would {sum} be",
    ],
    "time_here": [
        "what time is it( now| right now| here|)", "what(| i)s the (time|current time|date|date today|time now)", "what day is (it|today|it today)", "!tell me the (time|date|current time|current date|day)", "(what|which) (date|day|weekday|year|month) is (it|it today|today)", "do you (know|have) the time", "(current time|time now|date today|today's date|the time please|time please|time)",
        "how late is it", "!check the (clock|time|date)", "is it (late|monday|friday|the weekend) (already|today|now)", "what is today's date", "!give me the (time|current time|date)", "today is what (day|date)",
    ],
    "time_city": [
        "what time is it( now| right now| currently|) in {city}", "what(| i)s the (time|current time|local time|date|date and time) in {city}", "!tell me the (time|current time|local time|date) in {city}", "what day is it in {city}", "how late is it in {city}", "(current time|time|local time|time now|date) in {city}", "{city} time( please| now|)",
        "do you know (the time|what time it is) in {city}", "!(give|show) me the (time|local time|date) (in|for) {city}", "in {city}, what time is it( now|)", "what(| i)s {city}( local|) time", "!check the time in {city}", "is it (late|already morning|night|day|evening) in {city}( now|)", "what(| i)s the time over in {city}", "i am calling someone in {city}, what time is it there", "what does the clock say in {city}", "if i call {city} now, what time is it there",
    ],
    "note_any": [
        "!(add|save|make|take|create|write|store|keep|record) a( new|) note: {text}", "!(add|save|make|take|create|write|keep) a note (saying|that says|with the text|reading) {text}", "!(add|save|put) {text} (to|in) my notes", "!(add|save) the note {text}", "note: {text}", "note to self: {text}", "!(note|jot|write) (this |)down: {text}", "!remember this: {text}", "!(save|store|keep|record) {text} as a note", "!make a note of (this: |){text}", "!jot down {text}", "new note: {text}", "!put down a note: {text}", "!write {text} in my notes",
    ],
    "note_clause": [
        "!(note|remember|record|write down|make a note|jot down|keep in mind) that {text}", "!(add|save|make|take) a note that {text}", "!don't (forget|let me forget) that {text}", "please (note|remember) {text}", "!remember {text}", "for the record, {text}; (note that down|save that)", "{text}. (note that down|remember that|make a note of that|write that down|save that)",
    ],
    "note_do": [
        "!remind me to {text}", "!(remember|note) to {text}", "!(make|add|save|take|leave|write) a (note|reminder) to {text}", "i (need|have|must not forget) to {text}, (note that|make a note|write it down)", "don't let me forget to {text}", "!add {text} to my (notes|to-do notes|reminders)", "!(set|create) a reminder to {text}",
    ],
    "notes_all": [
        "!(show|list|show me|give me|read|read me|print|display|tell me) (my|all my|the|all|all the|all of my) (notes|saved notes)", "what notes do i have", "what (are|have i saved in) my notes", "do i have (any |)(notes|saved notes)", "what did i (note|write down|save|jot down|ask you to remember)( so far| before|)", "!(list|show) (the |)notes", "my notes( please|)", "what (have i|did i) noted? (so far|until now)", "what's in my notes", "which notes (are saved|exist|are there)",
    ],
    "notes_query": [
        "!(find|show|list|search for|look up|show me|get|give me) (my|the|all|any|all my|) notes (about|on|that mention|mentioning|containing|with|regarding|that contain) {query}", "do i have (any |)(a note|notes|anything in my notes) (about|on|mentioning) {query}", "what (do my notes say|did i note|did i write|have i noted|did i write down) about {query}", "!search (my |)notes for {query}", "!(find|look up|get) {query} in my notes", "(which|what) notes (mention|contain|are about|talk about) {query}", "is there a note (about|on) {query}", "any notes (about|on|regarding) {query}", "!look (in|through) my notes for {query}", "what was my note about {query}",
    ],
}

HELD_OUT = {
    "list_here": ["!go through the folder and name its files", "name the files you find here", "i'd like an overview of the files"],
    "list_path": ["!go into {path} and say which files it has", "i'd like an overview of the {path} folder", "which things are stored in {path}", "!name the files of {path}"],
    "read": ["i wonder what {path} has to say", "!take {path} and read it aloud", "can i see the text in {path}", "what is the text of {path}", "!show the contents of file {path}"],
    "ask_file": ["i'm looking for the {key}, it should be in {path}", "what {key} is written in {path}"],
    "write": ["!put the following into {path}: {text}", "!make {path} say {text}", "!let {path} contain {text}", "!produce a file {path} whose text is {text}", "the text {text} belongs in {path}, write it there"],
    "search": ["!check which of the files mention {query}", "i'm looking for files with {query} in them", "!locate {query} in the files", "which documents mention {query}"],
    "search_path": ["!check which files of {path} mention {query}", "i'm looking for {query} somewhere in {path}", "!locate {query} within {path}"],
    "calculate": ["i wonder what {sum} is", "!find the value of {sum}", "what number is {sum}", "the answer to {sum}, please"],
    "time_here": ["could you say what time we have", "what's on the clock right now", "which day of the week do we have today"],
    "time_city": ["what hour is it in {city} at the moment", "people in {city}: what time do they have", "!say the current time of {city}", "what's the clock showing in {city}"],
    "note_any": ["!put this on my notes list: {text}", "!keep a note with the words {text}", "a note for later: {text}"],
    "note_clause": ["!take down that {text}", "it's worth noting that {text}"],
    "note_do": ["!note for me that i have to {text}", "!put down that i want to {text}"],
    "notes_all": ["!go over the notes i have saved", "i want to see every note", "what's on my notes list"],
    "notes_query": ["have i ever noted anything about {query}", "!pull out the notes that speak of {query}", "what notes of mine deal with {query}"],
}

POLITE = (
    "please {}|can you {}|could you {}|could you please {}|would you {}|can you please {}|i want you to {}|i need you to {}|go ahead and {}|"
    "now {}|ok, {}|ok now {}|hey, {}|hi, {}|hello! {}|quickly {}|kindly {}|i'd like you to {}|{} please|{}, please|{} for me|{} now|next, {}|"
    "would you mind to {}|i'd be glad if you could {}|you should {}|let's {}|just {}|{} thanks|{}, thank you|please help me: {}|my friend, {}"
).split("|")
CHOICE = regex.compile(r"\(([^()]*)\)")


def expand(template: str, r: random.Random) -> str:
    """Resolves the choices, innermost first."""
    while True:
        template, n = CHOICE.subn(lambda m: r.choice(m.group(1).split("|")), template, count=1)
        if not n:
            return " ".join(template.split())


def typo(text: str, r: random.Random) -> str:
    """One slip of the finger outside the slots."""
    spots = [m.start() for m in regex.finditer(r"(?<![{\w])\w{4,}(?![\w}])", text)]
    if not spots:
        return text
    at = r.choice(spots) + r.randint(1, 2)
    return r.choice([text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:], text[:at] + text[at + 1] + text[at] + text[at + 2 :]])


def phrase(kind: str, slots: dict, r: random.Random, heldout: bool = False, bare: bool = False) -> str:
    """An utterance of a kind with its slots filled in; `bare` gives a clause that can be joined to others."""
    template = r.choice((HELD_OUT if heldout else TRAIN)[kind])
    text = expand(template.lstrip("!"), r)
    if bare:
        return text.format(**slots)
    if template.startswith("!") and r.random() < 0.4:
        # Words after an unquoted text would read as part of it.
        text = r.choice([p for p in POLITE if p.endswith("{}")] if text.endswith("{text}") else POLITE).replace("{}", text)
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

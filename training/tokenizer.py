"""Byte-level BPE of 8,192 ids with the Qwen2 pre-tokenizer, trained so that copying is easy for a small model.

Ordinary BPE cuts ` Kubernetes` and `Kubernetes` differently, so a model that copies a word from a sentence into a JSON
string has to learn spelling. Here merges that take in a leading space or punctuation mark come last and only join
that mark to the word's first piece. A word is thus cut the same way everywhere, up to its first piece.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import regex

SPECIALS = (
    "[PAD] [BOS] [EOS] <|im_end|> <|im_user|> <|im_assistant|> <|im_system|> <|im_middle|> <|tool_calls_section_begin|> "
    "<|tool_calls_section_end|> <|tool_call_begin|> <|tool_call_argument_begin|> <|tool_call_end|> <think> </think> "
    "<|reserved|>"
).split()
VOCAB = 8192
PREFIX_MERGES = 1500
PRE = regex.compile(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL_SPLIT = regex.compile("(" + "|".join(regex.escape(s) for s in SPECIALS) + ")")


def byte_alphabet() -> list[str]:
    """GPT-2's printable stand-in for each byte."""
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(b) if b in keep else chr(next(spare)) for b in range(256)]


ALPHABET = byte_alphabet()


def count_pairs(words: list[list[str]], counts: list[int]):
    pairs: Counter = Counter()
    where = defaultdict(set)
    for i, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += counts[i]
            where[pair].add(i)
    return pairs, where


def join(word: list[str], pair: tuple[str, str]) -> list[str]:
    out, i = [], 0
    while i < len(word):
        if i + 1 < len(word) and word[i] == pair[0] and word[i + 1] == pair[1]:
            out.append(word[i] + word[i + 1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return out


def learn(words: list[list[str]], counts: list[int], wanted: int, allowed) -> list[tuple[str, str]]:
    """Greedy BPE merges of the most frequent allowed pair; `words` is changed in place."""
    pairs, where = count_pairs(words, counts)
    merges = []
    pairs = Counter({p: n for p, n in pairs.items() if allowed(p)})
    while len(merges) < wanted and pairs:
        best = max(pairs.items(), key=lambda item: (item[1], item[0]))
        if best[1] < 3:
            break
        pair = best[0]
        merges.append(pair)
        for i in list(where[pair]):
            old = words[i]
            for p in zip(old, old[1:]):
                if p in pairs:
                    pairs[p] -= counts[i]
            words[i] = join(old, pair)
            for p in zip(words[i], words[i][1:]):
                if allowed(p):
                    pairs[p] += counts[i]
                    where[p].add(i)
        pairs.pop(pair, None)
    return merges


def train(texts) -> list[tuple[str, str]]:
    """Merges in order of rank, learnt from an iterable of texts."""
    seen: Counter = Counter()
    for text in texts:
        seen.update(PRE.findall(text))
    cores: Counter = Counter()
    for word, n in seen.items():
        bare = word[1:] if len(word) > 1 and not word[0].isalpha() and word[1].isalpha() else word
        cores[bare] += n
    spell = lambda word: [ALPHABET[b] for b in word.encode()]
    first = ("\\", "n")
    room = VOCAB - len(SPECIALS) - 256 - PREFIX_MERGES - 1
    kept = [(w, n) for w, n in cores.items() if n > 1 and (len(w) == 1 or w[0] != " ")]
    merges = [first] + learn([spell(w) for w, _ in kept], [n for _, n in kept], room, lambda p: p != first)
    ranks = {pair: i for i, pair in enumerate(merges)}
    marks = {ALPHABET[ord(c)] for c in " ./_-"}
    kept = [(w, n) for w, n in seen.items() if n > 1 and len(w) > 1 and ALPHABET[w.encode()[0]] in marks]
    words = [merge_word(spell(w), ranks) for w, _ in kept]
    at_front = Counter()
    for word, (_, n) in zip(words, kept):
        if len(word) > 1:
            at_front[(word[0], word[1])] += n
    have = {a + b for a, b in merges}
    extra = [p for p, _ in at_front.most_common() if p[0] in marks and p[0] + p[1] not in have]
    return merges + extra[: VOCAB - len(SPECIALS) - 256 - len(merges)]


def merge_word(word: list[str], ranks: dict) -> list[str]:
    """Applies merges lowest rank first, as every BPE implementation does."""
    while len(word) > 1:
        best = min(zip(word, word[1:]), key=lambda p: ranks.get(p, 1 << 30))
        if best not in ranks:
            break
        word = join(word, best)
    return word


class Tokenizer:
    """Encodes and decodes; special tokens are recognised in text when `specials` is true."""

    def __init__(self, merges: list[tuple[str, str]]):
        self.merges = [tuple(m) for m in merges]
        self.ranks = {pair: i for i, pair in enumerate(self.merges)}
        self.tokens = ALPHABET + [a + b for a, b in self.merges]
        self.tokens += [f"<|unused_{i}|>" for i in range(VOCAB - len(SPECIALS) - len(self.tokens))] + SPECIALS
        self.ids = {t: i for i, t in enumerate(self.tokens)}
        if len(self.ids) != VOCAB:
            raise ValueError("duplicate tokens")
        self.cache: dict[str, list[int]] = {}
        self.bytes = {c: b for b, c in enumerate(ALPHABET)}

    @classmethod
    def load(cls, path) -> "Tokenizer":
        with open(path, encoding="utf-8") as file:
            return cls(json.load(file)["merges"])

    def save(self, path) -> None:
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"merges": self.merges}, file, ensure_ascii=False)

    def word(self, word: str) -> list[int]:
        ids = self.cache.get(word)
        if ids is None:
            ids = [self.ids[t] for t in merge_word([ALPHABET[b] for b in word.encode()], self.ranks)]
            if len(self.cache) < 400_000:
                self.cache[word] = ids
        return ids

    def encode(self, text: str, specials: bool = True) -> list[int]:
        out: list[int] = []
        for part in SPECIAL_SPLIT.split(text) if specials else [text]:
            if specials and part in self.ids and part in SPECIALS:
                out.append(self.ids[part])
            elif part:
                for word in PRE.findall(part):
                    out += self.word(word)
        return out

    def encode_spans(self, spans) -> tuple[list[int], list[int]]:
        """Ids and classes of classified text; a pre-token takes the highest class that it touches."""
        text = "".join(s for s, _ in spans)
        kinds = bytearray()
        for s, kind in spans:
            kinds += bytes([kind]) * len(s)
        ids: list[int] = []
        classes: list[int] = []
        at = 0
        for part in SPECIAL_SPLIT.split(text):
            if part in SPECIALS:
                ids.append(self.ids[part])
                classes.append(kinds[at])
                at += len(part)
                continue
            for word in PRE.findall(part):
                got = self.word(word)
                ids += got
                classes += [max(kinds[at : at + len(word)])] * len(got)
                at += len(word)
        return ids, classes

    def decode(self, ids) -> str:
        """Special tokens appear by name; broken UTF-8 becomes U+FFFD."""
        out, pending = [], bytearray()
        for i in ids:
            token = self.tokens[i]
            if i >= VOCAB - len(SPECIALS):
                out.append(pending.decode(errors="replace") + token)
                pending = bytearray()
            else:
                pending += bytes(self.bytes.get(c, 63) for c in token)
        return "".join(out) + pending.decode(errors="replace")

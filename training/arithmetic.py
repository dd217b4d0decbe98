"""Sums as people say them, with the one expression each stands for."""

from __future__ import annotations

import math
import random

UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SPOKEN = {
    "+": ["plus", "and", "added to"],
    "-": ["minus", "less", "take away"],
    "*": ["times", "multiplied by", "x", "by"],
    "/": ["divided by", "over", "split by"],
}


def number(r: random.Random) -> str:
    pick = r.random()
    if pick < 0.35:
        return str(r.randint(1, 20))
    if pick < 0.7:
        return str(r.randint(10, 999))
    if pick < 0.85:
        return str(r.randint(1000, 99999))
    return f"{r.randint(0, 99)}.{r.choice([5, 25, 75, r.randint(1, 99)])}"


def words(n: int) -> str:
    if n < 20:
        return UNITS[n]
    return TENS[n // 10 - 2] + ("-" + UNITS[n % 10] if n % 10 else "")


def evaluate(expression: str) -> str | None:
    """The value as the calculator prints it, or None when it is undefined or unwieldy."""
    try:
        value = eval(expression.replace("^", "**"), {"__builtins__": {}}, {"sqrt": math.sqrt})  # our own text only
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    if abs(value) > 1e12:
        return None
    if value == int(value):
        return str(int(value))
    return f"{value:.10g}"


def symbolic(r: random.Random) -> str:
    """An expression typed with symbols; the call repeats it as it stands."""
    gap = r.choice(["", " ", " "])
    op = lambda: gap + r.choice("+-*/+-*") + gap
    pick = r.random()
    if pick < 0.45:
        return number(r) + op() + number(r)
    if pick < 0.6:
        return number(r) + op() + number(r) + op() + number(r)
    if pick < 0.75:
        return f"({number(r)}{op()}{number(r)}){op()}{number(r)}"
    if pick < 0.82:
        return f"{number(r)}{op()}({number(r)}{op()}{number(r)})"
    if pick < 0.9:
        return f"{r.randint(2, 12)}{gap}^{gap}{r.randint(2, 6)}"
    if pick < 0.95:
        return f"sqrt({r.randint(2, 400)})"
    return f"({number(r)}{op()}{number(r)}){op()}({number(r)}{op()}{number(r)})"


def spoken(r: random.Random) -> tuple[str, str]:
    a, b, c = number(r), number(r), number(r)
    small = r.randint(2, 60)
    kinds = r.random()
    if kinds < 0.4:
        op = r.choice("+-**/")
        return f"{a} {r.choice(SPOKEN[op])} {b}", f"{a} {op} {b}"
    if kinds < 0.5:
        op = r.choice("+-*/")
        m, n = r.randint(0, 99), r.randint(1, 99)
        return f"{words(m)} {SPOKEN[op][0]} {words(n)}", f"{m} {op} {n}"
    if kinds < 0.58:
        one, two = r.choice("+-*/"), r.choice("+-")
        return f"{a} {SPOKEN[one][0]} {b} {SPOKEN[two][0]} {c}", f"{a} {one} {b} {two} {c}"
    if kinds < 0.7:
        p = r.choice([5, 10, 15, 20, 25, 30, 40, 50, 75, r.randint(1, 99)])
        return f"{p}{r.choice(['%', ' percent', ' per cent', '%'])} of {a}", f"{p} / 100 * {a}"
    if kinds < 0.76:
        return r.choice(
            [f"the square root of {small}", f"square root of {small}", f"sqrt of {small}", f"the root of {small}"]
        ), f"sqrt({small})"
    if kinds < 0.82:
        return r.choice([f"{small} squared", f"the square of {small}"]), f"{small} ^ 2"
    if kinds < 0.85:
        return r.choice([f"{small} cubed", f"the cube of {small}"]), f"{small} ^ 3"
    if kinds < 0.9:
        e = r.randint(2, 8)
        return r.choice(
            [f"{small} to the power of {e}", f"{small} to the power {e}", f"{small} raised to {e}"]
        ), f"{small} ^ {e}"
    if kinds < 0.94:
        return r.choice([f"the sum of {a} and {b}", f"the total of {a} and {b}"]), f"{a} + {b}"
    if kinds < 0.96:
        return f"the product of {a} and {b}", f"{a} * {b}"
    if kinds < 0.98:
        return f"the difference between {a} and {b}", f"{a} - {b}"
    if r.random() < 0.5:
        return r.choice([f"half of {a}", f"{a} halved"]), f"{a} / 2"
    return f"the average of {a}, {b} and {c}", f"({a} + {b} + {c}) / 3"


def draw_sum(r: random.Random) -> tuple[str, str, str]:
    """(as asked, expression, value)."""
    while True:
        if r.random() < 0.45:
            shown = symbolic(r)
            expression = shown
        else:
            shown, expression = spoken(r)
        value = evaluate(expression)
        if value is not None:
            return shown, expression, value

"""Policies that would take hours if anything were quadratic: each of these is refused before one can look up."""

from __future__ import annotations

import pytest

from gate.policy.explain import MAX_SHOWN
from gate.policy.text import MOST_PROBLEMS
from tests.policy.writing import problems

MANY = 20_000
LONG = 400_000

SLOW = {
    "blanks in a rule": "rules:\n  - a" + " " * LONG + "b > 1\n",
    "blanks in a rule that is short enough": "rules:\n  - a" + " " * 9_000 + "b > 1\n",
    "blanks in a text": "rules:\n  - check: a > 1\n    why: a" + " " * LONG + ": b\n",
    "letters behind a brace": "rules:\n  - {check: " + "a" * LONG + "\n",
    "letters behind a colon": "rules:\n  why: " + "a" * LONG + ": b: c\n",
    "letters in a value": "name: @" + "a" * LONG + "\n",
    "quotes": "rules:\n  - " + '"' * LONG + "\n",
    "brackets": "rules: [" + "a[" * LONG + "\n",
    "calls": "rules: [" + "max(a," * 60 + "]\n",
    "tabs": "rules:\n" + "\t" * LONG + "- a\n",
    "a conflict": "<" * LONG + " \ngate: [\n",
}

NUMEROUS = {
    "keys": ("".join(f"k{n}: 1\n" for n in range(MANY)), MAX_SHOWN),
    "rules that a comma ended": ("rules:\n" + "".join(f"  - {{check: max(a{n}, b) > 1}}\n" for n in range(MANY)), 2 * MAX_SHOWN),
    "rules that a comment ended": ("rules:\n" + "".join(f"  - a{n} #{n} > 1\n" for n in range(MANY)), MOST_PROBLEMS),
    "names with blanks": ("rules:\n" + "".join(f"  - weighted avg{n} > 1\n" for n in range(MANY)), MOST_PROBLEMS),
    "the same rule": ("rules:\n" + "  - a > 1\n" * MANY, MOST_PROBLEMS),
    "ranges": ("metrics:\n" + "".join(f"  m{n}: {{range: [1, 0]}}\n" for n in range(MANY)) + "rules: [a > 1]\n", MOST_PROBLEMS),
    "parameters": ("params:\n" + "".join(f"  p{n}: 1\n" for n in range(MANY)) + "rules: [a > 1]\n", MOST_PROBLEMS),
    "questions": ("params:\n" + "".join(f"  p{n}: {{ask: x}}\n" for n in range(MANY)) + "rules: [a > 1]\n", MOST_PROBLEMS),
    "waivers": (
        "rules: [a > 1]\nwaivers:\n" + "".join(f"  - {{rule: x{n}, until: 2027-01-01, why: x, by: y}}\n" for n in range(9_000)),
        MOST_PROBLEMS,
    ),
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_a_line_without_end(text: str) -> None:
    assert problems(f"gate: 1\n{text}")


@pytest.mark.parametrize(("text", "most"), NUMEROUS.values(), ids=NUMEROUS)
def test_mistakes_without_end(text: str, most: int) -> None:
    """Nobody reads on after a hundred."""
    assert 0 < len(problems(f"gate: 1\n{text}")) <= most + 1

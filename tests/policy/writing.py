"""Policies for tests: what one means, or why it is refused."""

from __future__ import annotations

from gate.errors import PolicyError, Problem
from gate.policy.load import loads
from gate.policy.policy import Policy

TODAY = "2026-11-22"


def policy(*rules: str, head: str = "") -> Policy:
    """A policy of these rules, each a YAML item."""
    return loads(written(*rules, head=head), TODAY)


def written(*rules: str, head: str = "") -> str:
    """The text of a policy; its first rule stands in line 3, below `gate` and `rules`, if there is no head."""
    return f"gate: 1\n{head}rules:\n" + "".join(f"  - {rule}\n" for rule in rules)


def problems(text: str | bytes) -> tuple[Problem, ...]:
    """All that is wrong with a policy."""
    try:
        loads(text, TODAY)
    except PolicyError as error:
        return tuple(error.problems)
    return ()


def problem(text: str | bytes) -> Problem:
    """The one thing that is wrong with a policy."""
    found = problems(text)
    assert len(found) == 1, [str(each) for each in found]
    return found[0]


def caret(of: Problem) -> str:
    """The text that the caret stands under."""
    lines = of.excerpt.split("\n")
    assert len(lines) == 2, of.excerpt
    source, marks = lines
    return source[marks.index("^") : marks.rindex("^") + 1]

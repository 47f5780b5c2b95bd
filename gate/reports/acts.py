"""What followed the verdict, in the words of all reports."""

from __future__ import annotations

from typing import NamedTuple

from gate.terms.acted import DONE, FAILED, HELD, WOULD, Acted
from gate.terms.decision import Decision

_WORDS = {WOULD: "would do", DONE: "done", FAILED: "not done", HELD: "held back"}


class Line(NamedTuple):
    """An action in words: "done: an e-mail to ml@example.com (fail of recall)"; `why` is the reason of that."""

    bad: bool
    said: str
    why: str


def lines(decision: Decision) -> list[Line]:
    """What failed comes first."""
    told = [
        Line(each.status == FAILED, f"{_WORDS[each.status]}: {each.text} ({_when(each)})", each.why) for each in decision.actions
    ]
    return sorted(told, key=lambda line: not line.bad)


def _when(each: Acted) -> str:
    return f"{each.when}: {', '.join(each.rules[:5])}" if each.rules else each.when

"""A case: one evaluated example, known by its id in every run."""

from __future__ import annotations

from gate.record import dataclass
from gate.terms.slice import WHOLE, Slice


@dataclass(frozen=True, slots=True)
class Case:
    """The score of a metric on one example.

    `score` is None where evaluating the example broke (`error` then says how): neither a success nor a
    failure. `repeat` counts the evaluations of one example from 0; `passed` is what the tool itself said.
    """

    id: str
    metric: str
    score: float | None
    passed: bool | None = None
    slice: Slice = WHOLE
    repeat: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class LostCase:
    """A case that held on a baseline and fails now; `before` and `now` are the scores, means where it was repeated."""

    id: str
    metric: str
    baseline: str
    before: float
    now: float
    slice: Slice = WHOLE

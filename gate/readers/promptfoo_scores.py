"""promptfoo's named scores: sums over tests, which mean something only divided by their weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gate.readers.draft import Draft
from gate.readers.values import is_number


class Named(NamedTuple):
    """A named score: its sum, the weights in it, how many tests have it; of a derived one the sum is the value."""

    name: str
    total: float
    weight: float | None
    tests: float | None

    @property
    def is_derived(self) -> bool:
        return self.weight is None

    @property
    def value(self) -> float:
        return self.total if self.weight is None else self.total / self.weight if self.weight else float("nan")


def named(metrics: Mapping[str, Any], path: str, draft: Draft) -> Iterator[Named]:
    """The named scores of one prompt."""
    counts = draft.mapping(metrics.get("namedScoresCount", {}), f"{path}.namedScoresCount")
    weights = draft.mapping(metrics.get("namedScoreWeights", {}), f"{path}.namedScoreWeights")
    for name, total in draft.mapping(metrics.get("namedScores", {}), f"{path}.namedScores").items():
        if not name or not is_number(total):
            draft.leave(f"namedScores.{name}", "not a number")
            continue
        if "namedScoresCount" not in metrics and "namedScoreWeights" not in metrics:
            draft.leave(f"namedScores.{name}", "a sum of nobody knows how many scores")
            continue
        tests = _positive(counts.get(name), f"{path}.namedScoresCount.{name}", draft)
        weight = _positive(weights.get(name), f"{path}.namedScoreWeights.{name}", draft)
        yield Named(name, total, tests if weight is None else weight, tests)


def _positive(value: Any, path: str, draft: Draft) -> float | None:
    if value is None:
        return None
    if not is_number(value) or value < 0:
        raise draft.broken(f"`{path[:120]}`", value, "a number of scores")
    number: float = value
    return number


def whole(prompts: Sequence[Sequence[Named]]) -> Iterator[Named]:
    """The scores over all prompts; what was derived for each prompt cannot be added up."""
    found: dict[str, list[Named]] = {}
    for scores in prompts:
        for each in scores:
            found.setdefault(each.name, []).append(each)
    for name, parts in found.items():
        if len(prompts) == 1:
            yield parts[0]
        elif not any(part.is_derived for part in parts):
            counts = [part.tests for part in parts]
            tests = None if None in counts else sum(each or 0 for each in counts)
            yield Named(name, sum(part.total for part in parts), sum(part.weight or 0 for part in parts), tests)

"""The tallies in a decision: beside the measurements that were computed from them, and once where two models share one."""

from __future__ import annotations

from typing import Any

from gate.record import replace
from gate.reports.tally_document import TallyError, read, written
from gate.terms.decision import Decision
from gate.terms.measurements import Measurements
from gate.terms.tally import Tally

SHARED = "candidate"  # in place of a baseline's tally: the candidate's holds both models
_MODELS = ("", "baseline")


def put(data: dict[str, Any], decision: Decision) -> None:
    """Write the tallies of a decision into the data that stand for it."""
    if decision.candidate is None:
        return
    own = decision.candidate.tally
    tables: list[tuple[dict[str, Any], Measurements, Tally | None]] = [(data["candidate"], decision.candidate, None)]
    listed = zip(data.get("baselines", ()), decision.baselines, strict=True)
    tables += [(told["measurements"], baseline.measurements, own) for told, baseline in listed]
    for told, table, shared in tables:
        if table.tally is not None:
            told["tally"] = SHARED if table.tally is shared else written(table.tally)
            if table.model:
                told["model"] = table.model


def take(data: Any) -> list[tuple[Any, Any]]:
    """Take tallies, and whose they are, out of the data of a decision: the candidate's first, then those of baselines."""
    tables = [data.get("candidate")]
    baselines = data.get("baselines")
    tables += (
        [each.get("measurements") if isinstance(each, dict) else None for each in baselines]
        if isinstance(baselines, list)
        else []
    )
    return [(each.pop("tally", None), each.pop("model", "")) if isinstance(each, dict) else (None, "") for each in tables]


def given_back(decision: Decision, taken: list[tuple[Any, Any]]) -> Decision:
    """The decision with its tallies. Raises TallyError."""
    if decision.candidate is None or not any(tally is not None for tally, _ in taken):
        return decision
    candidate = _with(decision.candidate, *taken[0], None)
    baselines = tuple(
        replace(each, measurements=_with(each.measurements, tally, model, candidate.tally))
        for each, (tally, model) in zip(decision.baselines, taken[1:], strict=True)
    )
    return replace(decision, candidate=candidate, baselines=baselines)


def _with(table: Measurements, told: Any, model: Any, shared: Tally | None) -> Measurements:
    if told is None:
        return table
    if model not in _MODELS or (told == SHARED and shared is None):
        raise TallyError("is of no model that is here")
    return replace(table, tally=shared if told == SHARED else read(told), model=model)

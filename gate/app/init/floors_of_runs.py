"""A first policy from recorded runs: floors where the next run should lie, and how often each would have raised a false alarm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from statistics import median

from gate.app.backtest import Recorded, asked, recorded
from gate.app.init.first_policy import FirstPolicy, Line, propose
from gate.app.policy_here import history_here
from gate.errors import Problem, UsageError
from gate.history.store import Which, open_store
from gate.language.evaluate import compare
from gate.language.parse import parse
from gate.language.tree import Comparison, Number, Reading
from gate.language.value import known
from gate.record import replace
from gate.reports.numbers import number, percent
from gate.reports.plain import brief
from gate.stats.trend import CONFIDENCE, expected
from gate.terms.decision import Outcome
from gate.terms.measurement import Interval, Measurement, Support
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.slice import Slice

FEWEST = 8  # runs without which a floor is a guess
_MOST_MODELS = 12


def runs_of(text: str, model: str, guess: str, environ: Mapping[str, str]) -> tuple[str, list[Recorded]]:
    """The model and its newest runs, as `run:last-30` asks, that were not refused. Raises GateError: none, or which model?"""
    count, _ = asked(text)
    store = open_store(history_here("", environ, ""), environ)
    try:
        models = sorted({run.model for run in store.runs(Which(trusted=True, limit=10_000))})
        name = model or (guess if guess in models else models[0] if len(models) == 1 else "")
        if name not in models:
            named = ", ".join(brief(each) for each in models[:_MOST_MODELS]) or "none"
            what = f"the history has no trusted run of `{brief(name)}`" if name else "the history is of several models"
            raise UsageError(Problem("no-history", what, remedy=f"say which with --model: {named}"))
        found = [each for each in islice(recorded(store, name), count) if each.run.verdict not in ("fail", "undecided", "error")]
    finally:
        store.close()
    if not found:
        raise UsageError(Problem("no-history", f"no run of `{brief(name)}` that was not refused measured anything"))
    return name, found


def policy_of(runs: Sequence[Recorded], better: Mapping[str, Direction]) -> FirstPolicy:
    """Rules whose floors are the bounds that these runs predict, each with how many of them would have failed it."""
    proposed = propose(_typical(runs), better)
    return replace(proposed, rules=tuple(_with_alarms(line, runs) for line in proposed.rules))


def _typical(runs: Sequence[Recorded]) -> Measurements:
    """What the newest run measured: with the median of all runs, and where the next value should lie."""
    return Measurements.of([_spread(each, runs) for each in runs[0].candidate])


def _spread(of: Measurement, runs: Sequence[Recorded]) -> Measurement:
    values = _values(of.metric, of.slice, runs)
    if isinstance(of.value, bool) or of.value is None or len(values) < FEWEST:
        return of
    low, high = expected(values)
    middle = median(values)
    if not low < middle < high:
        return of
    # `sure` of the floor is (1 + confidence) / 2: that of one side
    return replace(of, value=middle, support=Support(interval=Interval(low, high, round(2 * CONFIDENCE - 1, 12))))


def _values(metric: str, on: Slice, runs: Sequence[Recorded]) -> list[float]:
    return _numbers(each for run in runs if (each := run.candidate.get(metric, on)) is not None)


def _numbers(found: Iterable[Measurement]) -> list[float]:
    return [float(each.value) for each in found if each.value is not None and not isinstance(each.value, bool)]


def _with_alarms(line: Line, runs: Sequence[Recorded]) -> Line:
    """The rule with the runs that would have failed it, on any of its slices."""
    tree = parse(line.rule)
    assert isinstance(tree, Comparison)
    assert isinstance(tree.left, Reading)
    assert isinstance(tree.right, Number)
    columns = tuple(sorted(column for column, _ in tree.left.selector))
    limit = known(tree.right.value)
    judged = alarms = 0
    seen: list[float] = []
    for run in runs:
        found = run.candidate.slices_of(line.metric).items()
        values = _numbers(each for on, each in found if tuple(sorted(on.columns)) == columns)
        if values:
            judged, seen = judged + 1, seen + values
            alarms += any(compare(tree.operator, known(value), limit)[0] is Outcome.FAIL for value in values)
    rate = percent(alarms / judged) if judged else "none"
    few = f"; {judged} runs are few: check me" if judged < FEWEST else "; a guess: check me" if "check me" in line.remark else ""
    span = f"was {number(min(seen), 6)} to {number(max(seen), 6)}"
    return line._replace(remark=f"{alarms} of {judged} runs would have failed ({rate}); {span}{few}")

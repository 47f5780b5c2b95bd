"""A first policy from recorded runs: floors where the next run should lie, and how often each would have raised a false alarm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from statistics import median

from gate.app.backtest import MOST, Recorded, asked, recorded
from gate.app.clock import clock
from gate.app.init.first_policy import FirstPolicy, Line, Unruled, propose
from gate.app.policy_here import history_here
from gate.errors import Problem, UsageError
from gate.history.store import Store, Which, open_store
from gate.language.evaluate import compare
from gate.language.parse import parse
from gate.language.tree import Comparison, Number, Reading
from gate.language.value import known
from gate.record import dataclass, replace
from gate.reports.numbers import number, percent
from gate.reports.plain import brief
from gate.stats.trend import CONFIDENCE, expected
from gate.terms.decision import Outcome
from gate.terms.measurement import Interval, Measurement, Support
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.run import Status
from gate.terms.slice import Slice

FEWEST = 8  # runs without which a floor is a guess
_MOST_MODELS = 12
_SHOWN = 12  # characters of a test set's digest


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a model that floors are made from, newest first; `said` is which these are, and which were left out."""

    model: str
    runs: Sequence[Recorded]
    said: tuple[str, ...]


def runs_of(text: str, model: str, guess: str, environ: Mapping[str, str]) -> Runs:
    """The model's newest runs, as `run:last-30@main` asks, that were not refused: of one branch and on one test set.

    The branch is the one that is named, else that of most runs; the test set the newest, and runs that name none belong to
    it. Raises GateError: none, or which model?
    """
    count, branch = asked(text)
    store = open_store(history_here("", environ, ""), environ)
    try:
        name = _model(store, model, guess)
        which = Which(model=name, trusted=True, status=Status.FINISHED, excluded=False, before=clock().before, limit=MOST)
        every = store.runs(which)
        branch = branch or next((on for on, _ in Counter(run.branch for run in every).most_common(1)), "")
        on = [run for run in every if run.branch == branch]
        rows = next((run.test_set for run in on if run.test_set), "")
        newest = islice((each for each in recorded(store, name, branch or None) if each.run.test_set in ("", rows)), count)
        found = [each for each in newest if not each.run.refused]
    finally:
        store.close()
    if not found:
        where = f" on `{brief(branch)}`" if branch else ""
        raise UsageError(Problem("no-history", f"no run of `{brief(name)}`{where} that was not refused measured anything"))
    others = sum(run.test_set not in ("", rows) for run in on)
    return Runs(name, found, tuple(_said(found, branch, rows, len(every) - len(on), others)))


def _model(store: Store, model: str, guess: str) -> str:
    models = sorted({run.model for run in store.runs(Which(trusted=True, limit=MOST))})
    name = model or (guess if guess in models else models[0] if len(models) == 1 else "")
    if name not in models:
        named = ", ".join(brief(each) for each in models[:_MOST_MODELS]) or "none"
        what = f"the history has no trusted run of `{brief(name)}`" if name else "the history is of several models"
        raise UsageError(Problem("no-history", what, remedy=f"say which with --model: {named}"))
    return name


def _said(found: Sequence[Recorded], branch: str, rows: str, elsewhere: int, others: int) -> Iterator[str]:
    first, last = found[-1].run.started[:10], found[0].run.started[:10]
    where = f"on {brief(branch)}" if branch else "without a branch"
    what = f", on the test set {brief(rows[:_SHOWN])}" if rows else ""
    yield f"It is of {len(found)} run{'s' * (len(found) != 1)} {where}, from {first} to {last}{what}."
    left = [f"{elsewhere:,} of other branches (--from run:last-30@BRANCH)"] * bool(elsewhere)
    left += [f"{others:,} on other test sets"] * bool(others)
    if left:
        yield f"Left out are runs: {' and '.join(left)}."


def policy_of(table: Measurements, runs: Sequence[Recorded], better: Mapping[str, Direction]) -> FirstPolicy:
    """Rules whose floors are the bounds that these runs predict, each with how many of them would have failed it."""
    proposed = propose(table, better)
    rules = tuple(_with_alarms(line, runs) for line in proposed.rules)
    return replace(proposed, rules=rules, unruled=(*proposed.unruled, *_rare(table, runs)))


def typical(runs: Sequence[Recorded]) -> Measurements:
    """What most runs measured, as the newest says it: with the median of all, and where the next value should lie.

    What fewer than half as many have as have the most common one was logged by the way, or is not measured any more.
    """
    newest: dict[tuple[str, Slice], Measurement] = {}
    count: Counter[tuple[str, Slice]] = Counter()
    for run in runs:
        for each in run.candidate:
            newest.setdefault((each.metric, each.slice), each)
            count[each.metric, each.slice] += 1
    most = max(count.values(), default=0)
    aliases = {alias: metric for run in runs for alias, metric in run.candidate.aliases.items()}
    return Measurements.of((_spread(each, runs) for key, each in newest.items() if 2 * count[key] >= most), aliases)


def _rare(table: Measurements, runs: Sequence[Recorded]) -> Iterator[Unruled]:
    seen = Counter(metric for run in runs for metric in run.candidate.names)
    for metric, count in seen.items():
        if metric not in table.by_metric:
            yield Unruled(metric, f"was measured in {count} of {len(runs)} runs")


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

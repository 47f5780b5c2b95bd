"""What rules ask of the history, fetched before anything is judged: recorded values, and which history that is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gate.app.judging import asks_history
from gate.baselines.baseline import Surroundings, model_of
from gate.baselines.run import branch_of
from gate.errors import GateError, Place, PolicyError, Problem
from gate.judge.past import Past, Recorded, Series
from gate.language.tree import Expected, Last, Reading, Tracked, walk
from gate.language.value import Doubt
from gate.policy.policy import Policy
from gate.record import replace
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

if TYPE_CHECKING:
    from gate.history.store import Store, Which
    from gate.terms.run import Logged, Run

_EXTRA = 20  # runs beyond those asked for: some may have been refused, and one may be the candidate


def past_of(policies: Sequence[Policy], candidate: Measurements, at: Surroundings, *, run: Run | None = None) -> Past:
    """The recorded values that rules read; None where none reads any, a Doubt where there is no history to read.

    `run` is the recorded one that the candidate is from: its branch and its rows count, and runs before it.
    """
    asked = _asked(policies)
    if not asked:
        return None
    if isinstance(at.history, Doubt):
        return at.history
    on = None if at.run else branch_of(at) if run is None else run.branch or None
    if isinstance(on, Doubt):
        return on
    from gate.history.store import Which, open_store
    from gate.terms.run import Status

    try:
        store = open_store(at.history, at.environ)
        try:
            if at.run:
                return dict(_steps(store, asked, candidate, at.run))
            model = model_of(policy.name for policy in policies)
            before = at.before if run is None else run.started
            which = Which(model=model, branch=on, before=before, trusted=True, status=Status.FINISHED, excluded=False)
            return dict(_series(store, asked, candidate, which, run or _own(store, at)))
        finally:
            store.close()
    except GateError as error:
        first = error.problems[0]
        if first.slug == "history-missing":
            return {}  # there is none yet: --first-release may say so
        return Doubt("history-unreadable", first.message, first.remedy)


def _asked(policies: Iterable[Policy]) -> dict[tuple[str, str], int]:
    """How many runs are asked for at most, by the policy's name and the metric's name in files."""
    found: dict[tuple[str, str], int] = {}
    for policy in policies:
        for rule in policy.rules:
            if asks_history(rule.expr.text):
                for metric, count in _counts(policy, rule.expr.tree):
                    key = policy.name, metric
                    found[key] = max(count, found.get(key, 0))
    return found


def _counts(policy: Policy, tree: object) -> Iterator[tuple[str, int]]:
    for node in walk(tree):  # type: ignore[arg-type]
        if isinstance(node, (Last, Expected, Tracked)):
            assert isinstance(node.of, Reading)
            twice = isinstance(node, Tracked) and node.function == "cusum"  # what is usual, and what came since
            yield policy.source_of(node.of.metric), node.count * (1 + twice)


def _series(
    store: Store, asked: Mapping[tuple[str, str], int], candidate: Measurements, which: Which, own: Run | None
) -> Iterator[tuple[tuple[str, str, Slice], Series]]:
    known = test_set_of(candidate) or (own.test_set if own else "")
    for (policy, metric), count in asked.items():
        for on in dict.fromkeys((WHOLE, *candidate.slices_of(metric))):
            logged = [each for each in _logged(store, metric, on, count, which) if own is None or each.run.id != own.id]
            yield (policy, metric, on), _one(logged, which, known)


def _own(store: Store, at: Surroundings) -> Run | None:
    """The run of $GATE_RUN, which is the candidate's own: its numbers are judged, and no past of theirs.

    In a change's job the variable counts for nothing: there it could take another's run away, and its own is not trusted.
    """
    from gate.app.log.log import RUN
    from gate.history.begin import is_trusted

    name = at.environ.get(RUN, "")
    return store.run(name) if name and is_trusted(at.environ) else None


def _steps(
    store: Store, asked: Mapping[tuple[str, str], int], candidate: Measurements, run: str
) -> Iterator[tuple[tuple[str, str, Slice], Series]]:
    """The steps of a run before its last one, which is what is judged."""
    for model, metric in asked:
        points = sorted(store.points(run, metric), key=lambda point: point.step)
        for on in dict.fromkeys((WHOLE, *candidate.slices_of(metric))):
            earlier = [point for point in points if point.slice == on][:-1]
            recorded = tuple(Recorded(point.value, run, f"step {point.step}") for point in earlier)
            yield (model, metric, on), Series(recorded, f"these are the steps of run {run} before its last one")


def _logged(store: Store, metric: str, on: Slice, count: int, which: Which) -> list[Logged]:
    """The newest values, newest first; with as many as are asked for that were not refused, however long ago these were."""
    newest = store.last(metric, count + _EXTRA, which, on)
    if len(newest) < count + _EXTRA or sum(not each.run.refused for each in newest) > count:
        return newest
    had = {each.run.id for each in newest}
    return newest + [each for each in store.last(metric, count + 1, replace(which, refused=False), on) if each.run.id not in had]


def _one(logged: Iterable[Logged], which: Which, test_set: str) -> Series:
    """The values of one metric on one slice, oldest first, back to where other rows were measured.

    Where nobody says which rows the candidate's are, they are those of the newest run that says it. A run that does not say
    belongs to the series in which it lies: nothing tells that its rows were others.
    """
    found: list[Recorded] = []
    for each in logged:
        run = each.run
        if test_set and run.test_set and run.test_set != test_set:
            return Series(tuple(reversed(found)), f"run {run.id} of {run.started[:10]} measured other rows")
        test_set = test_set or run.test_set
        found.append(Recorded(each.point.value, run.id, run.started, refused=run.refused))
    where = f"`{which.model}` on branch `{which.branch}`" if which.branch else f"`{which.model}` without a branch"
    return Series(tuple(reversed(found)), f"no more runs of {where} are trusted and finished")


def test_set_of(table: Measurements | None) -> str:
    """The digest of the rows that were measured, empty where they have no ids."""
    if table is None or table.tally is None:
        return ""
    from gate.measure.identity import identity

    found = identity(table.tally)
    return found.test_set if found is not None else ""


def history_of(policies: Sequence[Policy], *, trusted: bool) -> str | Doubt:
    """The history that the policies name, else that of the environment.

    Where a trusted revision judges, what the change's job says of the history does not count, nor a file in its checkout.
    Raises PolicyError where two policies name different ones.
    """
    named = {policy.history: policy for policy in policies if policy.history}
    if len(named) > 1:
        (_, first), (_, second) = list(named.items())[:2]
        where = second.places.get("history", Place(second.file))
        what = f"`history` is not the same here and in {first.file}"
        raise PolicyError(Problem("two-histories", what, where, "say it in one policy"))
    url = next(iter(named), "")
    if not trusted:
        return url
    if not url:
        what = "the trusted policy names no history, and what the change's own job says of one does not count"
        return Doubt("no-trusted-history", what, "name it in the policy: `history: git:origin`")
    if _inside(url):
        what = f"the history `{url}` lies in the checkout, which the change can write"
        return Doubt("no-trusted-history", what, "name one that it cannot: `history: git:origin`, or `postgresql://…`")
    return url


def _inside(url: str) -> bool:
    """Whether it is a file, or a repository in a folder, of this checkout."""
    from gate.policy.find import repository_root

    kind, colon, rest = url.partition(":")
    if kind == "git" and colon:
        address = rest.partition("#")[0].removeprefix("file://")
        path = address if os.path.exists(address) and address != "origin" else ""
    elif kind == "sqlite" and colon:
        path = rest.removeprefix("///")
    else:
        path = "" if colon else url
    here, there = os.path.realpath(repository_root(".") or os.curdir), os.path.realpath(path)
    return bool(path) and os.path.commonpath([here, there]) == here

"""Which runs may go: by age and by number, never one that a name, a baseline or a waiver may stand for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from json import loads

from gate.history.store import Store, Which
from gate.record import dataclass
from gate.terms.run import DECISION, Run, Status, moment

_COMPARED = 20  # newest decisions of each model and branch: what they compared with is still a baseline
_PART = 500  # runs that are removed at once: a store is not blocked for long


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What stays: runs that started from `since` on (a moment; empty: all), the `newest` of each model and branch (None: all).

    A run goes if one of the two does not keep it; never those in `named`: ids that the policies' baselines stand for, nor
    what a waiver still let through on the day `today`. Runs that started from the moment `ahead` on lie ahead: they are
    counted by themselves, and take no other's place. Both empty: those of the machine's clock.
    """

    since: str = ""
    newest: int | None = None
    named: Collection[str] = ()
    today: str = ""
    ahead: str = ""


def prune(store: Store, keep: Keep, model: str = "", branch: str = "") -> list[Run]:
    """Remove what need not be kept, of a model and on a branch, if these are given; the runs that went. Raises HistoryError."""
    gone = superfluous(store, keep, model, branch)
    for start in range(0, len(gone), _PART):
        store.forget((), [run.id for run in gone[start : start + _PART]])
    return gone


def superfluous(store: Store, keep: Keep, model: str = "", branch: str = "") -> list[Run]:
    """The runs that would go, oldest last. Raises HistoryError."""
    others = store.others()
    runs = [run for run in store.runs(Which(model=model)) if run.id not in others]  # a baseline may be of another branch
    today, ahead = keep.today or moment()[:10], keep.ahead or moment()
    compared = {run.id for run in store.runs(Which(model=model, excluded=False))}
    kept = {*keep.named, *_newest_that_passed(runs, ahead, compared), *(name.run for name in store.names())}
    kept |= _compared_with(store, runs, ahead)
    gone = [
        run
        for count, run in _counted(runs, ahead)
        if (run.started < keep.since or (keep.newest is not None and count > keep.newest))
        and branch in ("", run.branch)
        and run.id not in kept
        and run.status is not Status.RUNNING
    ]
    if not gone:
        return []
    waived = _waived(store, [run for run in gone if run.verdict == "warn"], today)
    return [run for run in gone if run.id not in waived]


def _counted(runs: Iterable[Run], ahead: str) -> Iterator[tuple[int, Run]]:
    """How new each is on its model's branch, from 1 on; what lies ahead is counted by itself."""
    seen: dict[tuple[str, str, bool], int] = {}
    for run in runs:
        place = (run.model, run.branch, run.started >= ahead)
        seen[place] = seen.get(place, 0) + 1
        yield seen[place], run


def _newest_that_passed(runs: Iterable[Run], ahead: str, compared: Collection[str]) -> set[str]:
    """What `run:latest` stands for: of each model and branch the newest run that passed, is trusted, and is `compared` with.

    One that lies ahead stands for nothing until then, and one that is excluded until that is taken back: the newest of
    these are kept beside it.
    """
    found: dict[tuple[str, str, bool, bool], str] = {}
    for run in runs:
        if run.trusted and run.passed and run.status is Status.FINISHED:
            found.setdefault((run.model, run.branch, run.started >= ahead, run.id in compared), run.id)
    return set(found.values())


def _compared_with(store: Store, runs: Iterable[Run], ahead: str) -> set[str]:
    """The baselines of the newest decisions: `run:best(f1)` is an old run, and another repository's policy is not at hand."""
    decided = _counted((run for run in runs if run.verdict), ahead)
    newest = [run for count, run in decided if count <= _COMPARED]
    return {found for run in newest for found in _baselines(store.document(run.id, DECISION))}


def _baselines(decision: str) -> Iterator[str]:
    """The ids of the runs that a decision compared with; none where it cannot be read."""
    try:
        found = loads(decision) if decision else {}
        for each in found.get("baselines", ()):
            yield str(each["origin"].get("run", ""))
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return


def _waived(store: Store, runs: Iterable[Run], today: str) -> set[str]:
    """Runs that were let through by a waiver that is still valid today: what it was granted for must stay to be seen."""
    return {run.id for run in runs if any(until >= today for until in _waivers(store.document(run.id, DECISION)))}


def _waivers(decision: str) -> list[str]:
    """The last days of the waivers that a decision made use of."""
    try:
        found = loads(decision) if decision else {}
        waivers = [finding.get("waiver") for finding in found.get("findings", ())]
        return [str(waiver["until"]) for waiver in waivers if isinstance(waiver, dict) and "until" in waiver]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return ["9999"]  # what cannot be read is not thrown away

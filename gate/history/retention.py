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
    what a waiver still let through on the day `today` (empty: that of the machine's clock).
    """

    since: str = ""
    newest: int | None = None
    named: Collection[str] = ()
    today: str = ""


def prune(store: Store, keep: Keep, model: str = "") -> list[Run]:
    """Remove what need not be kept; the runs that went. Raises HistoryError."""
    gone = superfluous(store, keep, model)
    for start in range(0, len(gone), _PART):
        store.forget((), [run.id for run in gone[start : start + _PART]])
    return gone


def superfluous(store: Store, keep: Keep, model: str = "") -> list[Run]:
    """The runs that would go, oldest last. Raises HistoryError."""
    others = store.others()
    runs = [run for run in store.runs(Which(model=model)) if run.id not in others]
    today = keep.today or moment()[:10]
    kept = {*keep.named, *_newest_that_passed(runs, today), *(name.run for name in store.names()), *_compared_with(store, runs)}
    seen: dict[tuple[str, str], int] = {}
    gone: list[Run] = []
    for run in runs:
        place = (run.model, run.branch)
        seen[place] = seen.get(place, 0) + 1
        old = bool(keep.since) and run.started < keep.since
        many = keep.newest is not None and seen[place] > keep.newest
        if (old or many) and run.id not in kept and run.status is not Status.RUNNING:
            gone.append(run)
    if not gone:
        return []
    waived = _waived(store, [run for run in gone if run.verdict == "warn"], today)
    return [run for run in gone if run.id not in waived]


def _newest_that_passed(runs: Iterable[Run], today: str) -> set[str]:
    """What `run:latest` stands for: of each model and branch the newest run that passed and is trusted.

    One that says it is of a day to come stands for nothing until then; it is kept beside the newest of those that do.
    """
    found: dict[tuple[str, str, bool], str] = {}
    for run in runs:
        if run.trusted and run.passed:
            found.setdefault((run.model, run.branch, run.started[:10] > today), run.id)
    return set(found.values())


def _compared_with(store: Store, runs: Iterable[Run]) -> set[str]:
    """The baselines of the newest decisions: `run:best(f1)` is an old run, and another repository's policy is not at hand."""
    seen: dict[tuple[str, str], int] = {}
    found: set[str] = set()
    for run in runs:
        if run.verdict:
            place = (run.model, run.branch)
            seen[place] = seen.get(place, 0) + 1
            if seen[place] <= _COMPARED:
                found.update(_baselines(store.document(run.id, DECISION)))
    return found


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

"""Which runs are meant, for a store that cannot ask a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gate.history.store import Which
from gate.terms.run import Exclusion, Run


def meant(runs: Iterable[Run], which: Which, exclusions: Sequence[Exclusion] = ()) -> list[Run]:
    """Those that are, newest first."""
    found = sorted((run for run in runs if _is_meant(run, which, exclusions)), key=lambda run: run.order, reverse=True)
    return found if which.limit is None else found[: max(0, which.limit)]


def _is_meant(run: Run, which: Which, exclusions: Sequence[Exclusion]) -> bool:
    return (
        which.model in ("", run.model)
        and which.branch in ("", run.branch or None)
        and which.trusted in (None, run.trusted)
        and which.passed in (None, run.passed)
        and which.refused in (None, run.refused)
        and which.status in (None, run.status)
        and which.test_set in ("", run.test_set)
        and which.since <= run.started
        and (not which.before or run.started < which.before)
        and which.excluded in (None, any(_covers(each, run) for each in exclusions))
    )


def _covers(exclusion: Exclusion, run: Run) -> bool:
    return exclusion.model == run.model and exclusion.since <= run.started < exclusion.until

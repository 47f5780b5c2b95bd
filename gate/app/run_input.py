"""A recorded run as what is judged: `gate check run:ID`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gate.app.diff.runs import PREFIX, find
from gate.errors import Problem, UsageError
from gate.history.store import ALL, Store, Which, open_store
from gate.record import dataclass, replace
from gate.terms.measurements import Measurements, Source
from gate.terms.run import Point, Run, Status


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """What a run says of its metrics in the end, and the run."""

    run: Run
    candidate: Measurements


def judged_run(inputs: Sequence[str], url: str, environ: Mapping[str, str], *, trusted: bool, among: Which = ALL) -> JudgedRun:
    """The run that the only INPUT names, the latest `among` these. Raises UsageError, HistoryError."""
    if len(inputs) > 1:
        what = "a recorded run is judged by itself"
        raise UsageError(Problem("usage", what, remedy=f"gate check {inputs[0]}"))
    if trusted:
        what = "with `--policy-from` what is judged is what this job measured, not what a history says"
        raise UsageError(Problem("usage", what, remedy="name the metrics file"))
    store = open_store(url, environ)
    try:
        return _read(store, inputs[0], among)
    finally:
        store.close()


def _read(store: Store, written: str, among: Which) -> JudgedRun:
    run = find(store, written, replace(among, status=Status.FINISHED))
    last: dict[object, Point] = {}
    for point in store.points(run.id):
        before = last.get((point.metric, point.slice))
        if before is None or point.step >= before.step:
            last[point.metric, point.slice] = point
    source = Source(f"{PREFIX}{run.id}", "history", "")
    return JudgedRun(run, Measurements.of([point.measurement for point in last.values()], sources=(source,)))

"""Logging from Python: `gate.run` and `gate.log_metric`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from threading import Lock
from types import TracebackType
from typing import Any

from gate.app.policy_here import default_model, history_here
from gate.errors import GateError, HistoryError, InputError, Problem
from gate.history import recording
from gate.history.begin import begun
from gate.history.points import point, scalars, text
from gate.history.recording import Recording
from gate.history.store import VARIABLE, open_store
from gate.record import replace
from gate.terms.run import Status

RUN = "GATE_RUN"  # the id of a run that several processes record together


class LoggedRun:
    """A run that is recorded, as `with gate.run(…) as run:` gives it; threads may share it.

    When a method returns, what it logged is kept, whatever becomes of this process. An exception that leaves the `with`
    marks the run as failed; what was logged stays.
    """

    def __init__(self, recorded: Recording) -> None:
        self._recorded = recorded

    @property
    def id(self) -> str:
        """By which it can be found again."""
        return self._recorded.run.id

    def log_metric(self, name: str, value: float, step: int = 0, *, slice: Mapping[str, Any] | None = None) -> None:  # noqa: A002
        """Log one number. Raises InputError: no name, no finite number; HistoryError: the same name, slice and step was
        logged with another value, or the store cannot be written. The same value again is no error."""
        self._recorded.add([point(name, value, step, slice)])

    def log_metrics(
        self,
        metrics: Mapping[str, float],
        step: int = 0,
        *,
        slice: Mapping[str, Any] | None = None,  # noqa: A002
    ) -> None:
        """Log several numbers of one step by their names: all, or none where one is refused. Raises as log_metric does."""
        if not isinstance(metrics, Mapping):
            what = f"metrics are numbers by their names, not a {type(metrics).__name__}"
            raise InputError(Problem("not-loggable", what, remedy='run.log_metrics({"f1": 0.9}, step=3)'))
        self._recorded.add([point(name, value, step, slice) for name, value in metrics.items()])

    def __enter__(self) -> LoggedRun:
        _open_runs.append(self)
        _around.set((*_around.get(), self))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with suppress(ValueError):
            _open_runs.remove(self)
        _around.set(tuple(each for each in _around.get() if each is not self))
        if not _is_failure(error):
            self.finish()
            return
        with suppress(GateError):  # what went wrong first is what must be seen
            self.fail()

    def finish(self) -> None:
        """Say that it is done, where `with` does not. Raises HistoryError."""
        self._recorded.end(Status.FINISHED)

    def fail(self) -> None:
        """Say that it failed. Raises HistoryError."""
        self._recorded.end(Status.FAILED)


_around: ContextVar[tuple[LoggedRun, ...]] = ContextVar("gate_runs", default=())  # this thread, or this task of asyncio
_open_runs: list[LoggedRun] = []  # of the whole process, for threads that have none of their own
_one_at_a_time = Lock()


def _free() -> None:
    """In a process that was forked off the thread that held it is not there."""
    global _one_at_a_time
    _one_at_a_time = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free)


def run(
    model: str = "",
    *,
    params: Mapping[str, Any] | None = None,
    test_set: str = "",
    model_digest: str = "",
    version: str | int = "",
    store: str | os.PathLike[str] = "",
) -> LoggedRun:
    """Begin to record a run: `with gate.run("fraud", params={"depth": 6}) as run: run.log_metrics({"f1": 0.9}, step=1)`.

    `model` is the `name` of the policy, by default that of the nearest gate.yaml. `test_set` is a digest of the rows that are
    measured: another one starts a new series. `store` is where, by default the `history` of that policy, else $GATE_HISTORY,
    else `.gate/history.db`. Branch, commit and event are those of the CI job, else of the repository here. With $GATE_RUN,
    the processes that have it record one run together. Raises GateError.
    """
    environ = os.environ
    joined = environ.get(RUN, "")
    named = text("model", model) or default_model(environ)
    first = replace(
        begun(environ, named, scalars(params), joined),
        test_set=text("test_set", test_set),
        model_digest=text("model_digest", model_digest),
        version=text("version", version),
    )
    store = os.fspath(store) if isinstance(store, os.PathLike) else text("store", store)
    where = history_here(store, environ, "gate.run(store='git:origin')") or environ.get(VARIABLE, "")
    opened = open_store(where, environ, write=True)
    return LoggedRun(recording.record(opened, first, bool(joined), where, model))


def log_metric(name: str, value: float, step: int = 0, *, slice: Mapping[str, Any] | None = None) -> None:  # noqa: A002
    """Log one number: into the run of the `with gate.run(…)` around it, else into one that this process records until it ends.

    A thread without a run around it logs into the newest one that is open. Raises as LoggedRun.log_metric does.
    """
    found = point(name, value, step, slice)  # before a run begins for it
    _current()._recorded.add([found])


def _current() -> LoggedRun:
    """The innermost run that is open around this; else the newest of the process; else one that begins now and ends with it."""
    own = next((each for each in reversed(_around.get()) if each in _open_runs), None)
    if own is not None:
        return own
    with _one_at_a_time:
        if not _open_runs:
            began = run()
            _when_this_process_ends(began)
            _open_runs.append(began)
        return _open_runs[-1]


def _when_this_process_ends(began: LoggedRun) -> None:
    """End the run. A worker of multiprocessing leaves without a word to atexit."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    if multiprocessing is not None and multiprocessing.parent_process() is not None:
        from multiprocessing.util import Finalize

        Finalize(None, _at_the_end, (began,), exitpriority=-1)
    else:
        import atexit

        atexit.register(_at_the_end, began)


def _at_the_end(began: LoggedRun) -> None:
    """End the run of a process that never said when it was done; an exception that ends the process makes it a failure."""
    error = getattr(sys, "last_value", None) or sys.exc_info()[1]  # the latter is on its way through a worker
    try:
        if _is_failure(error):
            began.fail()
        else:
            began.finish()
    except HistoryError as unsent:
        print(f"gate: run {began.id} is not finished: {unsent}", file=sys.stderr)


def _is_failure(error: BaseException | None) -> bool:
    return error is not None and not (isinstance(error, SystemExit) and not error.code)

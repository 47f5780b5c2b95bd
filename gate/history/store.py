"""The room's Protocol: what every store of runs can do, and which store a URL names."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from gate import registry
from gate.documents.document import shown
from gate.errors import HistoryError, Problem
from gate.policy.find import repository_root
from gate.record import dataclass
from gate.terms.run import Exclusion, Logged, Name, Point, Record, Run, State, Status
from gate.terms.slice import WHOLE, Slice

DEFAULT = os.path.join(".gate", "history.db")
VARIABLE = "GATE_HISTORY"
_KINDS = {"sqlite:": "sqlite", "postgresql:": "postgres", "postgres:": "postgres", "git:": "git", "mlflow:": "mlflow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which runs are meant: all that is set must hold. `since` and `before` are moments at which they started.

    `branch` empty means any, None the runs that say none. `passed` that the decision let the model be deployed, `refused` that
    it did not. `excluded` False leaves out what an Exclusion covers.
    """

    model: str = ""
    branch: str | None = ""
    trusted: bool | None = None
    passed: bool | None = None
    refused: bool | None = None
    status: Status | None = None
    test_set: str = ""
    since: str = ""
    before: str = ""
    excluded: bool | None = None
    limit: int | None = None


ALL = Which()


class Store(Protocol):
    """A history. Every method raises HistoryError, and nothing else, where the store cannot do it.

    Runs come newest first: by the moment at which they started. `direct` says that a number at a time is fast.
    """

    direct: bool

    def add(self, records: Sequence[Record]) -> None:
        """Put all of the records there, or none. When this returns they are kept: that is what *acknowledged* means.

        Adding something again changes nothing. An Entry may add to a run that is there: points, documents, and how it
        ended. HistoryError: a point, a document or a run that says other than the one that is there (`run-contradiction`,
        `logged-twice`), a new point for a run that was decided on (`run-decided`), a name that is another run's
        (`name-taken`), or a name for a run that is not there (`no-such-run`).
        """

    def models(self) -> list[str]:
        """The models that have runs, by name."""

    def run(self, name: str) -> Run | None:
        """The run with this id."""

    def runs(self, which: Which = ALL) -> list[Run]:
        """The runs that are meant."""

    def last(self, metric: str, k: int, which: Which = ALL, on: Slice = WHOLE) -> list[Logged]:
        """What the `k` newest of the runs that are meant and have the metric on this slice say of it."""

    def points(self, run: str, metric: str = "") -> list[Point]:
        """What a run logged, of one metric or all, by metric, slice and step."""

    def document(self, run: str, kind: str) -> str:
        """A document of a run; empty where it has none of this kind."""

    def documents(self, run: str) -> list[str]:
        """The kinds of documents that a run has."""

    def names(self, model: str = "") -> list[Name]:
        """The names of runs."""

    def exclusions(self, model: str = "") -> list[Exclusion]:
        """The ranges that feed nothing."""

    def states(self, prefix: str = "") -> list[State]:
        """What is remembered under keys that begin so."""

    def others(self) -> set[str]:
        """The ids of runs that were logged there without gate: they are read, and not gate's to remove."""

    def forget(
        self, names: Collection[tuple[str, str]], runs: Collection[str] = (), ranges: Collection[tuple[str, str, str]] = ()
    ) -> None:
        """Take away names (model and name), exclusions (model, since and until), and runs with all that belongs to them; a run
        that has a name stays (`run-named`), and one of `others` (`history-refused`)."""

    def close(self) -> None:
        """Let go of files and connections."""


class Opener(Protocol):
    """A module of the room."""

    def open_store(self, url: str, environ: Mapping[str, str], *, write: bool) -> Store:
        """The store at a URL of this kind. Without `write` nothing is made. Raises HistoryError; MissingExtraError."""


def open_store(url: str, environ: Mapping[str, str], *, write: bool = False) -> Store:
    """The history at `url`, by default that of $GATE_HISTORY, else `.gate/history.db` of the repository.

    A URL is the path of a file of SQLite, `postgresql://…`, `git:[REMOTE][#BRANCH]`, or `mlflow:[SERVER]`. Raises GateError:
    also where there is none yet and nothing is to be written (`history-missing`).
    """
    given = url or environ.get(VARIABLE, "") or default_path()
    for prefix, kind in _KINDS.items():
        if given.startswith(prefix):
            return _opened(kind, given, environ, write)
    if "://" in given:
        what = f"`{shown(given.partition('://')[0])}://` is no kind of history"
        remedy = "a history is a file, `postgresql://…`, `git:` or `mlflow:`"
        raise HistoryError(Problem("unknown-history", what, remedy=remedy))
    return _opened("sqlite", given, environ, write)


def _opened(kind: str, url: str, environ: Mapping[str, str], write: bool) -> Store:
    opener: Opener = registry.load("history", kind)
    return opener.open_store(url, environ, write=write)


def default_path() -> str:
    """`.gate/history.db` at the root of the repository; outside of one, in this folder."""
    root = repository_root(".")
    return os.path.join(os.path.relpath(root), DEFAULT).removeprefix(f".{os.sep}") if root else DEFAULT


def public(url: str) -> str:
    """A URL as it may be shown: without user, password and options."""
    scheme, slashes, rest = url.partition("://")
    if not slashes:
        return shown(url)
    place = rest.partition("?")[0]
    host, slash, path = place.partition("/")
    return shown(f"{scheme}://{host.rpartition('@')[2]}{slash}{path}")

"""Where a ledger of uses is kept: a file, a file at a revision that judges, or the history that the policy names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from gate.app.holdout import ledger
from gate.app.holdout.ledger import Use
from gate.documents.files import FilesError
from gate.errors import GateError, OutputError, Place, Problem
from gate.language.value import Doubt
from gate.policy.policy import Policy
from gate.record import replace
from gate.terms.run import State, milliseconds, moment

if TYPE_CHECKING:
    from gate.history.store import Store

PREFIX = "holdout "
Refused: TypeAlias = Callable[[Sequence[Use]], "Doubt | None"]


class Book(Protocol):
    """One ledger. Every method raises GateError. `called` stands in sentences; `writes` says whether this run may add to it."""

    called: str
    writes: bool

    def uses(self) -> tuple[Use, ...] | Doubt | None:
        """All uses; None where there is no ledger, and why it cannot be read where that is no reason to stop."""

    def of(self, test_set: str, name: str, uses: Iterable[Use]) -> list[Use]:
        """The uses of one test set: of one that a policy only names, `name` is whose."""

    def claim(self, new: Use, refused: Refused) -> Doubt | None:
        """Take a use before it is judged, where others may take the last one at the same time; why not, if so."""

    def keep(self, new: Use) -> None:
        """Write a use down, unless it is there."""

    def give_back(self) -> None:
        """Take back what was claimed."""

    def close(self) -> None:
        """Let go of it."""


def unknown(use: Use, uses: Iterable[Use]) -> bool:
    """Whether anything is to be learned from a use: it passed, another policy judged, or it may spend more than before."""
    same = [each for each in uses if _bare(each) == _bare(use)]
    return not any(each.share >= use.share and each.passed >= use.passed for each in same)


def _bare(use: Use) -> Use:
    return replace(use, at="", commit="", share=1.0, passed=False)


class FileBook:
    """A file in this checkout, or on a disk: whoever has it open is alone with it."""

    def __init__(self, path: str, told: str) -> None:
        self.path, self.called, self.writes = path, f"ledger `{told}`", True
        self._seen: tuple[Use, ...] = ()

    def uses(self) -> tuple[Use, ...] | None:
        found = ledger.read(self.path)
        self._seen = found or ()
        return found

    def of(self, test_set: str, name: str, uses: Iterable[Use]) -> list[Use]:
        del name
        return [use for use in uses if use.test_set == test_set]

    def claim(self, new: Use, refused: Refused) -> Doubt | None:
        del new, refused
        return None

    def keep(self, new: Use) -> None:
        uses = ledger.read(self.path) or ()
        if uses != self._seen:
            what = "the ledger has changed while it was held"
            raise OutputError(Problem("ledger-unwritable", what, Place(self.path), "let no other program write to it"))
        if unknown(new, uses):
            self._seen = (*uses, new)
            ledger.write(self.path, self._seen)

    def give_back(self) -> None: ...

    def close(self) -> None: ...


class RevisionBook(FileBook):
    """The file at the revision that judges a change: it can only be looked at."""

    def __init__(self, policy: Policy, told: str) -> None:
        super().__init__(os.path.join(policy.folder, told), told)
        self.policy, self.writes = policy, False

    def uses(self) -> tuple[Use, ...] | None:
        tree = self.policy.tree
        try:
            return ledger.parse(tree.read(self.path, ledger.MOST_BYTES), f"{self.path}@{tree.revision[:12]}")
        except FilesError as error:
            if error.problems[0].slug == "not-there":
                return None
            raise

    def keep(self, new: Use) -> None:
        del new


class HistoryBook:
    """Records in a history, one for each use, whatever their order: two that come at once are both there.

    There is no lock: a use is claimed, and then it is looked whether others have claimed too many. Of two that take the last
    one at the same time none gets it, and one that tries again does.
    """

    def __init__(self, url: str | Doubt, environ: Mapping[str, str], *, writes: bool, starts: bool) -> None:
        from gate.history.store import public

        self.called = "ledger" if isinstance(url, Doubt) else f"ledger in the history `{public(url)}`"
        self.writes = writes
        self._url, self._environ, self._starts = url, environ, starts
        self._store: Store | None = None
        self._open_to_write = False
        self._mine: dict[str, tuple[Use, str]] = {}  # what was claimed, and when

    def uses(self) -> tuple[Use, ...] | Doubt | None:
        if isinstance(self._url, Doubt):
            return self._url
        try:
            return self._read(self._opened(write=self.writes and self._starts))
        except GateError as error:
            first = error.problems[0]
            if first.slug == "history-missing":
                return None
            return Doubt("history-unreadable", f"the {self.called} cannot be read: {first.message}", first.remedy)

    def of(self, test_set: str, name: str, uses: Iterable[Use]) -> list[Use]:
        named = test_set.startswith("named ")  # a history is shared by models that do not know each other
        return [use for use in uses if use.test_set == test_set and not (named and use.name != name)]

    def claim(self, new: Use, refused: Refused) -> Doubt | None:
        try:
            key = _key(new)
            store = self._opened(write=True)
            self._mine[key] = new, moment()
            self._write(key, new, self._mine[key][1])
            return refused(self._read(store, besides=self._mine) or ())
        except GateError as error:
            raise self._unwritable(error) from None

    def keep(self, new: Use) -> None:
        try:
            if not unknown(new, self._read(self._opened(write=True)) or ()):
                return
            key = next((key for key, (use, _) in self._mine.items() if _bare(use) == _bare(new)), "")
            self._write(key or _key(new), new, self._later(key))
        except GateError as error:
            raise self._unwritable(error) from None

    def give_back(self) -> None:
        for key in self._mine:
            self._write(key, None, self._later(key))
        self._mine.clear()

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    # -- the store

    def _opened(self, *, write: bool) -> Store:
        """The store, opened once more where it was only read until now."""
        from gate.history.store import open_store

        if self._store is not None and not (write and not self._open_to_write):
            return self._store
        self.close()
        self._store, self._open_to_write = open_store(str(self._url), self._environ, write=write), write
        return self._store

    def _read(self, store: Store, besides: Iterable[str] = ()) -> tuple[Use, ...] | None:
        """The uses by their moments; None where none was ever written down."""
        states = store.states(PREFIX)
        uses = [use for state in states if state.key not in besides and (use := _use(state)) is not None]
        return tuple(sorted(uses, key=lambda use: use.at)) if states else None

    def _write(self, key: str, use: Use | None, at: str) -> None:
        text = "null" if use is None else json.dumps(ledger.told_of(use), sort_keys=True)
        self._opened(write=True).add([State(key, text, at)])

    def _later(self, key: str) -> str:
        """A moment that counts for more than that of a claim, were it made in this very millisecond."""
        _, claimed = self._mine.get(key, (None, ""))
        return max(moment(), moment(milliseconds(claimed) / 1000 + 0.002) if claimed else "")

    def _unwritable(self, error: GateError) -> OutputError:
        first = error.problems[0]
        return ledger.unwritable(first.message, None, first.remedy or "may this job write to the history?")


def _key(use: Use) -> str:
    return f"{PREFIX}{use.test_set[:64]} {os.urandom(8).hex()}"


def _use(state: State) -> Use | None:
    """The use that a record tells; None for one that was given back. Raises HistoryError."""
    from gate.errors import HistoryError

    try:
        told = json.loads(state.text)
        return None if told is None else ledger.use_of(told)
    except (ValueError, TypeError, KeyError, RecursionError):
        what = f"what it says of `{state.key[:40]}` is damaged"
        raise HistoryError(Problem("broken-ledger", what)) from None

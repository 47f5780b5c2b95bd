"""The ledger of a test set's uses as a file: lines of JSON that are only ever added to, by one writer at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from gate.app.outputs import write_file
from gate.errors import InputError, OutputError, Place, Problem
from gate.record import dataclass

FORMAT = 1
MOST_BYTES = 64 << 20
PATIENCE = 60.0  # seconds to wait for another writer
_TEXTS = ("test_set", "ids", "predictions", "policy", "name", "commit", "at")
_FIELDS = (*_TEXTS, "share", "passed")
_HEAD = {"gate_holdout": FORMAT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One verdict that a test set gave.

    `test_set` and `predictions` are digests (or what the policy calls the set), `ids` is that of the ids without their
    labels ("" where only a name is known), `policy` the digest of the one that judged and `name` that of the model, `at` the
    clock (ISO 8601, UTC), `share` the part of the error rate that it might spend.
    """

    test_set: str
    predictions: str
    ids: str = ""
    policy: str
    name: str
    commit: str
    at: str
    share: float
    passed: bool


def parse(data: bytes, name: str) -> tuple[Use, ...]:
    """The uses in a ledger, in their order. Raises InputError: a damaged one is never taken for one without uses."""
    lines = data.split(b"\n")
    if lines[-1]:
        raise _broken(name, len(lines), "its last line is cut off")
    if len(lines) == 1:
        raise _broken(name, 1, "it is empty")
    found: list[Use] = []
    for number, line in enumerate(lines[:-1], 1):
        try:
            told = json.loads(line)
            if number == 1 and told != _HEAD:
                raise ValueError
            found += [use_of(told)] if number > 1 else []
        except (ValueError, TypeError, KeyError, RecursionError):
            raise _broken(name, number, "this is no line of it") from None
    return tuple(found)


def use_of(told: Any) -> Use:
    """The use that JSON tells. Raises TypeError, ValueError."""
    if not isinstance(told, dict) or set(told) != set(_FIELDS):
        raise TypeError
    texts = all(isinstance(told[key], str) for key in _TEXTS)
    if not (texts and type(told["share"]) in (float, int) and isinstance(told["passed"], bool)):
        raise TypeError
    if not (told["test_set"] and told["predictions"] and 0 < told["share"] <= 1):
        raise ValueError
    return Use(**told)


def _broken(name: str, line: int, what: str) -> InputError:
    remedy = "take it from a backup or an earlier commit; a new one would count from zero"
    return InputError(
        Problem("broken-ledger", f"the ledger of the test set's uses is damaged: {what}", Place(name, line), remedy)
    )


def told_of(use: Use) -> dict[str, Any]:
    """A use as JSON tells it."""
    return {key: getattr(use, key) for key in _FIELDS}


def text(uses: Iterable[Use]) -> str:
    """The whole ledger as it is written."""
    told: list[Mapping[str, Any]] = [_HEAD, *map(told_of, uses)]
    return "".join(f"{json.dumps(line)}\n" for line in told)


def read(path: str) -> tuple[Use, ...] | None:
    """The uses in a file; None where there is none. Raises InputError."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        what = f"the ledger of the test set's uses cannot be read: {error.strerror}"
        raise InputError(Problem("unreadable", what, Place(path))) from None
    if len(data) > MOST_BYTES:
        raise InputError(Problem("too-large", f"the ledger is larger than {MOST_BYTES >> 20} MiB", Place(path)))
    return parse(data, path)


def write(path: str, uses: Iterable[Use]) -> None:
    """Put the uses in the place of what is there, whole or not at all. Raises OutputError."""
    try:
        write_file(path, text(uses))
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: str, error: OSError) -> OutputError:
    return unwritable(error.strerror or type(error).__name__, Place(path), "check the folder and its permissions")


def unwritable(why: str, where: Place | None, remedy: str) -> OutputError:
    """A use that cannot be written down is none."""
    what = f"this use of the test set cannot be written down: {why}"
    return OutputError(Problem("ledger-unwritable", what, where, f"a use that is not counted would be free: {remedy}"))


@contextmanager
def alone(path: str, patience: float = PATIENCE) -> Iterator[None]:
    """Be the only one at this ledger: others wait, and give up after `patience` seconds. Raises OutputError.

    The lock is on a file beside it, which stays: the ledger itself is replaced at each writing.
    """
    lock = f"{os.path.abspath(path)}.lock"
    try:
        os.makedirs(os.path.dirname(lock), exist_ok=True)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        _wait(handle, path, patience)
        yield
    finally:
        os.close(handle)  # lets go, as does a process that ends in whatever way


def _wait(handle: int, path: str, patience: float) -> None:
    from time import monotonic, sleep

    end = monotonic() + patience
    while not _taken(handle):
        if monotonic() > end:
            what = f"another process has held the ledger for {patience:g} seconds"
            raise OutputError(Problem("ledger-unwritable", what, Place(path), "try again when it has ended"))
        sleep(0.02)


def _taken(handle: int) -> bool:
    """Try to take the lock."""
    try:
        import fcntl
    except ImportError:  # Windows
        return _taken_on_windows(handle)
    with suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _taken_on_windows(handle: int) -> bool:
    import msvcrt

    try:
        getattr(msvcrt, "locking")(handle, getattr(msvcrt, "LK_NBLCK"), 1)  # noqa: B009 (other systems' stubs lack them)
    except OSError:
        return False
    return True

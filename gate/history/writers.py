"""Who writes a run, and whether that process is still there: a run whose writer is gone is marked as half-written."""

from __future__ import annotations

import os

from gate.history.store import Store, Which
from gate.record import replace
from gate.terms.run import Entry, Run, Status


def writer() -> str:
    """This process: its machine as a digest, its number, and when it was started."""
    return "/".join((_machine(), str(os.getpid()), _started(os.getpid())))


def is_gone(written: str) -> bool:
    """Whether the process was one of this machine's and has ended; of another machine's that cannot be known."""
    machine, _, rest = written.partition("/")
    number, _, started = rest.partition("/")
    if machine != _machine() or not (number.isascii() and number.isdigit()):
        return False
    return _started(int(number)) != started


def settle(store: Store) -> list[Run]:
    """Mark the runs whose writer is gone, and say which. Raises HistoryError."""
    gone = [run for run in store.runs(Which(status=Status.RUNNING)) if is_gone(run.writer)]
    marked = [replace(run, status=Status.HALF_WRITTEN) for run in gone]
    if marked:
        store.add([Entry(run) for run in marked])
    return marked


def _machine() -> str:
    """A digest of its name and of what changes when it, or the container, starts anew: the history may be public, and the
    name of a machine is nobody's business."""
    import platform
    from hashlib import sha256

    told = platform.node()
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            told += f"/{file.read().strip()}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        pass
    return sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _started(process: int) -> str:
    """When the process was started, so that its number is not taken for that of a later one; empty where there is none."""
    try:
        with open(f"/proc/{process}/stat") as file:
            state = file.read().rpartition(")")[2].split()
            return "" if state[0] in ("Z", "X") else state[19]
    except OSError:
        return "" if os.path.isdir("/proc/self") else _alive(process)


def _alive(process: int) -> str:
    """The same without /proc: only whether there is such a process."""
    if os.name != "posix":
        return "-"  # there, asking may end it: a run is then taken to be going on
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return "-"

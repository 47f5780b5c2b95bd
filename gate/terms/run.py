"""A run: one recording of measurements, and of the decision on them where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias
from zlib import crc32

from gate.record import dataclass, field
from gate.terms.measurement import NO_SUPPORT, Measurement, Support
from gate.terms.metric import Direction
from gate.terms.slice import WHOLE, Slice

Scalar: TypeAlias = str | int | float | bool | None

DECISION = "decision"  # kinds of documents: the decision as `-o decision.json` writes it
MEASUREMENTS = "measurements"  # what was measured, with its tally, where no decision holds it
WAIVERS = "waivers"  # a list of the waivers that the policies stated then, used or not
REFUSED = ("fail", "undecided", "error")  # verdicts that did not let the model be deployed


class Status(Enum):
    """How far a run is."""

    RUNNING = "running"
    HALF_WRITTEN = "half-written"  # who recorded it is gone and never said that it was done
    FINISHED = "finished"
    FAILED = "failed"  # an exception ended it; what it had logged is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Who recorded what, when and where; empty where that is not known.

    `id` sorts by time. `model` is the policy's `name`. `event` is why the job ran: a value of gate.hosts.facts.Event, or
    "local" outside of CI; `trusted` that it was none of a change's. `branch` is the change's own. `started` and
    `finished` are ISO 8601 UTC to the millisecond. `params` are what the model was made with. `test_set` tells apart the
    rows that were measured, `model_digest` and `version` (in a registry) the models, `policy` is the digest of those that
    judged. `verdict` is that of the decision; a run that has one takes no more points. `writer` is the process that
    records it.
    """

    id: str
    started: str
    model: str = ""
    status: Status = Status.RUNNING
    finished: str = ""
    branch: str = ""
    commit: str = ""
    event: str = ""
    actor: str = ""
    trusted: bool = False
    params: Mapping[str, Scalar] = field(default_factory=dict)
    test_set: str = ""
    model_digest: str = ""
    version: str = ""
    policy: str = ""
    verdict: str = ""
    url: str = ""
    writer: str = ""
    gate_version: str = ""

    @property
    def passed(self) -> bool:
        """Whether its decision let the model be deployed."""
        return self.verdict in ("pass", "warn")

    @property
    def refused(self) -> bool:
        """Whether its decision did not; a run without a decision neither passed nor was refused."""
        return self.verdict in REFUSED

    @property
    def order(self) -> int:
        """A number by which runs sort, oldest first; never the same for two of them but by a rare chance (63 bits)."""
        return milliseconds(self.started) << 20 | crc32(self.id.encode()) & 0xFFFFF


@dataclass(frozen=True, slots=True)
class Point:
    """A number that was logged: a metric on a slice at a step, with its support."""

    metric: str
    value: float
    slice: Slice = WHOLE
    step: int = 0
    support: Support = NO_SUPPORT
    unit: str = ""
    better: Direction | None = None
    evidence: str = ""

    @property
    def measurement(self) -> Measurement:
        return Measurement(self.metric, self.value, self.slice, self.support, self.unit, self.better, evidence=self.evidence)


@dataclass(frozen=True, slots=True)
class Entry:
    """A run with some or all of what it recorded; `documents` by kind (see above)."""

    run: Run
    points: tuple[Point, ...] = ()
    documents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Name:
    """A name that somebody gave to a run of a model: `run:release-1.0` finds it. A name never moves on its own."""

    model: str
    name: str
    run: str
    at: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Runs of a model that started from `since` on and before `until` feed no baseline and no trend."""

    model: str
    since: str
    until: str
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Something to be remembered between runs, by its key; the latest `at` counts."""

    key: str
    text: str
    at: str


Record: TypeAlias = Entry | Name | Exclusion | State


@dataclass(frozen=True, slots=True)
class Logged:
    """What a run says of one metric in the end: the point at its highest step."""

    run: Run
    point: Point


def milliseconds(at: str) -> int:
    """A moment of ISO 8601 UTC ("2026-11-22T10:36:12.345Z") as milliseconds since 1970. Raises ValueError."""
    from datetime import datetime, timedelta, timezone

    if len(at) != len("2026-11-22T10:36:12.345Z") or at[19] != "." or at[23] != "Z":  # runs are compared by this very text
        raise ValueError(f"{at[:40]!r} is not a moment in UTC to the millisecond")
    found = datetime.fromisoformat(at[:-1]).replace(tzinfo=timezone.utc)
    return (found - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)


def moment(seconds: float | None = None) -> str:
    """Now, or so many seconds since 1970, as ISO 8601 UTC to the millisecond."""
    import time
    from datetime import datetime, timezone

    at = datetime.fromtimestamp(time.time() if seconds is None else seconds, timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def new_id(started: str) -> str:
    """An id that sorts by time and is nobody else's: 20261122-103612345-4f9a1c2b7d."""
    import os

    digits = "".join(letter for letter in started if letter.isdigit())
    return f"{digits[:8]}-{digits[8:17]}-{os.urandom(5).hex()}"

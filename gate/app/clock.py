"""The time of a decision: the machine's, or one that was given and then is said so."""

from __future__ import annotations

import re

from gate.errors import Problem, UsageError
from gate.record import dataclass

APART = 300  # seconds by which the clocks of two machines may differ: what another just recorded is no run to come
_GIVEN = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Clock:
    """A moment in UTC, ISO 8601; `simulated` when it was given."""

    now: str
    simulated: bool = False

    @property
    def today(self) -> str:
        return self.now[:10]

    @property
    def before(self) -> str:
        """Recorded runs that started from this moment on lie ahead, and count for nothing. A clock that was given is exact."""
        from gate.terms.run import milliseconds, moment

        at = self.now.replace("Z", ".000Z")
        return at if self.simulated else moment(milliseconds(at) / 1000 + APART)


def clock(given: str = "", flag: str = "--now") -> Clock:
    """The machine's clock, or what is `given` by a flag: a day, or a day and a time ending in Z. Raises UsageError."""
    import time

    if not given:
        return Clock(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    full = given if "T" in given else f"{given}T00:00:00Z"
    try:
        if not _GIVEN.match(given):
            raise ValueError
        time.strptime(full, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise UsageError(Problem("bad-clock", f"`{given[:40]}` is not a moment", remedy=f"write `{flag} 2026-12-31`")) from None
    return Clock(full, True)

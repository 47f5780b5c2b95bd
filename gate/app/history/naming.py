"""Names that a run may not be given: those by which rules find other runs."""

from __future__ import annotations

import re

from gate.errors import Problem, UsageError
from gate.reports.plain import brief

_TAKEN = re.compile(r"latest|best\(.*\)|last-\d+", re.DOTALL | re.ASCII)


def refuse_odd(name: str) -> None:
    """Raises UsageError where `run:NAME` would not mean the run with this name."""
    if _TAKEN.fullmatch(name):
        what = f"`{brief(name)}` is no name for one run: `run:{brief(name)}` is whichever run that is at the time"
        raise UsageError(Problem("usage", what, remedy="a name that no rule reads otherwise: release-1.0"))
    if "@" in name:
        what = f"`{brief(name)}` is no name for a run: what stands behind `@` is a branch (`run:latest@main`)"
        raise UsageError(Problem("usage", what, remedy=f"a name without it: {brief(name.replace('@', '-'))}"))

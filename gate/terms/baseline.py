"""A baseline: what rules compare with, and where its measurements were taken."""

from __future__ import annotations

from gate.record import dataclass
from gate.terms.measurements import Measurements


@dataclass(frozen=True, slots=True)
class Origin:
    """Where measurements were taken; empty where that is not known.

    `source` is as the policy or the command line names it ("ci:main"), `label` what a report calls it ("main").
    `at` is when, as ISO 8601 UTC; `verdict` that of the run; `url` its page; `run` its id in the history.
    """

    source: str
    label: str = ""
    commit: str = ""
    at: str = ""
    verdict: str = ""
    url: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Measurements to compare with; `name` is the word for them in rules."""

    name: str
    origin: Origin
    measurements: Measurements

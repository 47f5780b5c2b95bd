"""GitHub Actions: the report as the step's summary, annotations at the policy's lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from gate.terms.decision import Decision

# A step's summary above 1 MiB is not cut but dropped as a whole.
SUMMARY_LIMIT = 1024 * 1024


class Published(NamedTuple):
    """`annotations` are lines for standard output as they are, `troubles` for standard error; neither changes a verdict."""

    annotations: tuple[str, ...]
    troubles: tuple[str, ...] = ()


def active(environ: Mapping[str, str]) -> bool:
    """Whether this process runs in a step of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def publish(decision: Decision, environ: Mapping[str, str]) -> Published:
    """Appends the report to the step's summary, and gives the annotations.

    What other commands of the step have written there stays. Trouble is told, never raised: the report is a service.
    """
    from gate.reports import annotations

    trouble = _summarise(decision, environ.get("GITHUB_STEP_SUMMARY", ""))
    return Published(tuple(annotations.render(decision).splitlines()), (trouble,) if trouble else ())


def _summarise(decision: Decision, path: str) -> str:
    """Appends to the summary; what went wrong, if anything did."""
    from gate.reports import markdown
    from gate.reports.plain import brief

    if not path:
        return "no step summary: GITHUB_STEP_SUMMARY is not set"
    try:
        size = Path(path).stat().st_size if Path(path).is_file() else 0
        report = ("\n" if size else "") + markdown.render(decision) + "\n"
        data = report.encode()
        if size + len(data) > SUMMARY_LIMIT:
            return f"no step summary: with {size} bytes already there the report would pass GitHub's limit of {SUMMARY_LIMIT}"
        with Path(path).open("ab") as file:
            file.write(data)
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        return f"no step summary: {brief(str(error))}"
    return ""

"""Problems of a policy, mended with the names that the metrics have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.errors import Place, Problem
from gate.policy.spelling import respelt
from gate.record import replace
from gate.terms.measurements import Measurements


def with_names(problems: Sequence[Problem], table: Measurements | None) -> Iterator[Problem]:
    """The problems; where the line holds a name of the metrics that must be quoted, with the line as it is right."""
    for problem in problems:
        about_names = problem.slug.startswith(("rule-", "yaml-"))
        line = _line(problem.where) if table is not None and problem.where and about_names else ""
        better = respelt(line, [*table.names, *table.aliases]) if table is not None and line else ""
        yield replace(problem, remedy=f"write: {better}") if better else problem


def _line(where: Place) -> str:
    """The line of a file that a problem stands in; empty where it cannot be read."""
    try:
        with open(where.file, encoding="utf-8-sig") as file:
            lines = file.read().split("\n")
    except (OSError, ValueError):
        return ""
    return lines[where.line - 1] if 0 < where.line <= len(lines) else ""

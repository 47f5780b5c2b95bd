"""What a CI machine shows of a decision by itself: the step's summary, and remarks at the policy's lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gate.terms.decision import Decision


class Told(NamedTuple):
    """`lines` are for standard output as they are, `troubles` for standard error; neither changes a verdict."""

    lines: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


def tell(decision: Decision, environ: Mapping[str, str]) -> Told:
    """Appends the report to the step's summary, and gives the annotations. Elsewhere than on GitHub: nothing.

    What other commands of the step have written there stays. Trouble is told, never raised: the report is a service.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return Told()
    from gate.hosts.github_step import summarise
    from gate.reports import annotations, markdown

    trouble = summarise(environ, markdown.render(decision))
    return Told(tuple(annotations.render(decision).splitlines()), (trouble,) if trouble else ())

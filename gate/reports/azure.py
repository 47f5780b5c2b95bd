"""The decision as Azure Pipelines' logging commands: an issue at the line of each rule that does not hold."""

from __future__ import annotations

from gate.reports.callouts import Callout, callouts
from gate.reports.entries import conclusion
from gate.reports.outline import outline
from gate.reports.plain import LONGEST_TEXT, brief
from gate.terms.decision import Decision

_NAMES = {"file": "sourcepath", "line": "linenumber", "column": "columnnumber"}


def render(decision: Decision) -> str:
    """The commands for standard output, a line each, the worst first; the last line is the verdict, as words.

    A rule has one issue, however many slices it fails on. At most 10 errors and 10 warnings, then a line with the
    number of the rest. No command sets the step's result: that is the exit code's.
    """
    found = callouts(decision)
    told = [_command("error", each) for each in found.errors] + [_command("warning", each) for each in found.warnings]
    told += [f"gate: {found.rest}"] if found.rest else []
    verdict = f"{conclusion(decision, outline(decision))} (verdict {decision.verdict.value}, exit {decision.exit_code})"
    return "".join(f"{line}\n" for line in (*told, brief(f"gate: {verdict}", LONGEST_TEXT)))


def _command(level: str, of: Callout) -> str:
    properties = {"type": level, **{_NAMES[name]: value for name, value in of.spot.items()}}
    written = "".join(f"{name}={_property(value)};" for name, value in properties.items())
    return f"##vso[task.logissue {written}]{_data(chr(10).join((of.heading, *of.body)))}"


def _data(text: str) -> str:
    """The agent reads `%AZP25` as a percent sign, so that a `%0A` of a name stays what it is."""
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace("]", "%5D").replace(";", "%3B")

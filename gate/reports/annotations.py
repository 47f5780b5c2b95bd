"""The decision as GitHub's workflow commands: an annotation at the line of each rule that does not hold."""

from __future__ import annotations

from gate.reports.callouts import Callout, callouts
from gate.terms.decision import Decision

_NAMES = {"file": "file", "line": "line", "column": "col"}


def render(decision: Decision) -> str:
    """The commands for standard output, a line each, the worst first; empty where there is nothing to say.

    A rule has one annotation, however many slices it fails on. At most 10 errors and 10 warnings, then a notice with
    the number of the rest.
    """
    found = callouts(decision)
    told = [_command("error", each) for each in found.errors] + [_command("warning", each) for each in found.warnings]
    told += [_command("notice", Callout(f"{found.mark}gate", [found.rest]))] if found.rest else []
    return "".join(f"{line}\n" for line in told)


def _command(level: str, of: Callout) -> str:
    properties = {**{_NAMES[name]: value for name, value in of.spot.items()}, "title": of.heading}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {written}::{_data(chr(10).join(of.body))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

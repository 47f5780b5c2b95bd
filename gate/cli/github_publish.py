"""The front door of the GitHub Action `publish`: its inputs, which are data, become a command line of `gate publish`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from gate.cli import action
from gate.cli.action import given, lines, options, switch
from gate.errors import Problem, UsageError
from gate.hosts.here import here

OUTPUTS = ("verdict", "exit-code", "unverified", "comment-url", "check-url")


def command(environ: Mapping[str, str]) -> list[str]:
    """The words after `gate`. Raises UsageError."""
    _refuse_edited_event(environ)
    words = ["publish", "--github-output"]
    words += options(environ, ("policy", "baseline"), ("policy-from", "check-name", "artifact"))
    words += ["--no-comment"] if not switch(environ, "comment", True) else []
    words += ["--no-check"] if not switch(environ, "check", True) else []
    words += ["--strict-publish"] if switch(environ, "strict-publish", False) else []
    return [*words, "--", *lines(environ, "decisions")]


def _refuse_edited_event(environ: Mapping[str, str]) -> None:
    """The event's file says which commit gets the check; the runner's own word of it is an input. Raises UsageError."""
    head = given(environ, "head")
    facts = here(environ) if head else None
    if facts is not None and facts.head != head:
        what = f"the event's file names another commit than GitHub does ({head[:12]}): a step of this job has changed it"
        raise UsageError(Problem("event-edited", what, remedy="run nothing of the change in this job; see docs/trust.md"))


def main(environ: Mapping[str, str]) -> int:
    """Judge again as the inputs say, and tell GitHub; the exit code."""
    return action.main(environ, command, OUTPUTS)


if __name__ == "__main__":
    sys.exit(main(os.environ))

"""The front door of the GitHub Action: its inputs, which are data, become a command line of `gate check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from gate.cli import action
from gate.cli.action import given, lines, options, switch
from gate.errors import Problem, UsageError
from gate.hosts.here import here

# Events whose change is judged by the policy of the branch that it would go to.
CHANGES = ("pull_request", "pull_request_target")
QUEUE = "merge_group"
OUTPUTS = ("verdict", "exit-code", "failed", "warned", "undecided", "missing", "report", "decision", "comment-url")


def command(environ: Mapping[str, str]) -> list[str]:
    """The words after `gate`. The report and the decision go into the action's own folder. Raises UsageError."""
    _refuse_edited_event(environ)
    folder = given(environ, "folder")
    words = ["check", "--github-output", f"--output=markdown={folder}/report.md", f"--output=json={folder}/decision.json"]
    words += options(environ, ("policy", "baseline", "model", "output"), ("from", "first-release", "warn-exit-code"))
    trusted = _trusted(environ)
    words += [f"--policy-from={trusted}"] if trusted else []
    words += ["--comment"] if switch(environ, "comment", environ.get("GITHUB_EVENT_NAME") in CHANGES) else []
    words += ["--record"] if switch(environ, "record", False) else []
    words += ["--act"] if switch(environ, "act", False) else []
    words += ["--strict-publish"] if switch(environ, "strict-publish", False) else []
    return [*words, "--", *lines(environ, "metrics")]


def _trusted(environ: Mapping[str, str]) -> str:
    """Where the policy is read: the base of a change unless the workflow says otherwise."""
    written = given(environ, "policy-from").strip()
    if written == "none":
        return ""
    return written or ("base" if environ.get("GITHUB_EVENT_NAME") in (*CHANGES, QUEUE) else "")


def _refuse_edited_event(environ: Mapping[str, str]) -> None:
    """An earlier step can have edited the event's file; the runner's own word of the base is an input. Raises UsageError."""
    base, branch = given(environ, "base"), environ.get("GITHUB_BASE_REF", "")
    facts = here(environ) if base else None
    if facts is not None and (facts.base != base or (branch and facts.base_branch != branch)):
        what = f"the event's file names another base than GitHub does ({base[:12]}): a step of this job has changed it"
        raise UsageError(Problem("event-edited", what, remedy="do not trust what this job says; see docs/trust.md"))


def main(environ: Mapping[str, str]) -> int:
    """Judge as the inputs say; the exit code."""
    return action.main(environ, command, OUTPUTS)


if __name__ == "__main__":
    sys.exit(main(os.environ))

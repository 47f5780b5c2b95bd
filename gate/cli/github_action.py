"""The front door of the GitHub Action: its inputs, which are data, become a command line of `gate check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from gate.cli import main as command_line
from gate.cli.console import complain
from gate.errors import GateError, Problem, UsageError
from gate.hosts.here import here

PREFIX = "GATE_INPUT_"
LISTS = ("policy", "baseline", "output")  # one entry a line
TEXTS = ("from", "first-release", "warn-exit-code")
# Events whose change is judged by the policy of the branch that it would go to.
CHANGES = ("pull_request", "pull_request_target")
QUEUE = "merge_group"
OUTPUTS = ("verdict", "exit-code", "failed", "warned", "undecided", "missing", "report", "decision", "comment-url")


def command(environ: Mapping[str, str], folder: str) -> list[str]:
    """The words after `gate`. The report and the decision go into `folder`. Raises UsageError."""
    words = ["check", "--github-output", f"--output=markdown={folder}/report.md", f"--output=json={folder}/decision.json"]
    for name in LISTS:
        words += [f"--{name}={line}" for line in _lines(_input(environ, name))]
    for name in TEXTS:
        text = _input(environ, name).strip()
        words += [f"--{name}={text}"] if text else []
    trusted = _trusted(environ)
    words += [f"--policy-from={trusted}"] if trusted else []
    words += ["--comment"] if _switch(environ, "comment", environ.get("GITHUB_EVENT_NAME") in CHANGES) else []
    words += ["--strict-publish"] if _switch(environ, "strict-publish", False) else []
    return [*words, "--", *_lines(_input(environ, "metrics"))]


def _trusted(environ: Mapping[str, str]) -> str:
    """Where the policy is read: the base of a change unless the workflow says otherwise."""
    written = _input(environ, "policy-from").strip()
    if written == "none":
        return ""
    return written or ("base" if environ.get("GITHUB_EVENT_NAME") in (*CHANGES, QUEUE) else "")


def _input(environ: Mapping[str, str], name: str) -> str:
    return environ.get(PREFIX + name.upper().replace("-", "_"), "")


def _lines(text: str) -> list[str]:
    """Lines that hold something. Only a line feed ends one: other separators of Unicode may stand in a file's name."""
    return [line.strip(" \t\r") for line in text.split("\n") if line.strip(" \t\r")]


def _switch(environ: Mapping[str, str], name: str, otherwise: bool) -> bool:
    """`true` or `false`, as YAML writes them; `otherwise` where nothing is written."""
    written = _input(environ, name).strip()
    if written.lower() not in ("", "true", "false"):
        raise UsageError(Problem("usage", f"the input `{name}` is neither true nor false: `{written[:40]}`"))
    return written.lower() == "true" if written else otherwise


def main(environ: Mapping[str, str]) -> int:
    """Judge as the inputs say; the exit code, which is in the step's outputs too, whatever happened."""
    told = environ["GITHUB_OUTPUT"]
    before = os.path.getsize(told) if os.path.exists(told) else 0
    code = _run(environ)
    broke_off = not os.path.exists(told) or os.path.getsize(told) == before  # before there was a decision
    values = dict.fromkeys(OUTPUTS, "") | {"verdict": "error"} if broke_off else {}
    with open(told, "a", encoding="utf-8") as file:  # the last line with a name counts: this code is the step's, always
        file.writelines(f"{name}={value}\n" for name, value in {**values, "exit-code": str(code)}.items())
    return code


def _run(environ: Mapping[str, str]) -> int:
    try:
        _refuse_edited_event(environ)
        words = command(environ, environ[PREFIX + "FOLDER"])
        _enter(_input(environ, "working-directory").strip())
    except GateError as error:
        complain(command_line.told(error))
        return error.exit_code
    for name in [name for name in os.environ if name.startswith("GATE_")]:  # an earlier step can have set GATE_POLICY
        del os.environ[name]
    return command_line.main(words)


def _refuse_edited_event(environ: Mapping[str, str]) -> None:
    """An earlier step can have edited the event's file; the runner's own word of the base is an input. Raises UsageError."""
    base, branch = _input(environ, "base"), environ.get("GITHUB_BASE_REF", "")
    facts = here(environ) if base else None
    if facts is not None and (facts.base != base or (branch and facts.base_branch != branch)):
        what = f"the event's file names another base than GitHub does ({base[:12]}): a step of this job has changed it"
        raise UsageError(Problem("event-edited", what, remedy="do not trust what this job says; see docs/trust.md"))


def _enter(folder: str) -> None:
    if not folder:
        return
    try:
        os.chdir(folder)
    except OSError as error:
        problem = Problem("usage", f"the input `working-directory` is no folder to work in: {error.strerror}")
        raise UsageError(problem) from None


if __name__ == "__main__":
    sys.exit(main(os.environ))

"""What the front doors of the GitHub Actions share: inputs are data, and the exit code is told whatever happened."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from gate.cli import main as command_line
from gate.cli.console import complain
from gate.errors import GateError, Problem, UsageError

PREFIX = "GATE_INPUT_"


def given(environ: Mapping[str, str], name: str) -> str:
    """An input as the workflow wrote it; empty where it did not."""
    return environ.get(PREFIX + name.upper().replace("-", "_"), "")


def lines(environ: Mapping[str, str], name: str) -> list[str]:
    """Lines that hold something. Only a line feed ends one: other separators of Unicode may stand in a file's name."""
    return [line.strip(" \t\r") for line in given(environ, name).split("\n") if line.strip(" \t\r")]


def switch(environ: Mapping[str, str], name: str, otherwise: bool) -> bool:
    """`true` or `false`, as YAML writes them; `otherwise` where nothing is written. Raises UsageError."""
    written = given(environ, name).strip()
    if written.lower() not in ("", "true", "false"):
        raise UsageError(Problem("usage", f"the input `{name}` is neither true nor false: `{written[:40]}`"))
    return written.lower() == "true" if written else otherwise


def options(environ: Mapping[str, str], lists: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Inputs as options of the same names; each in one word, so that none can pass for another."""
    words = [f"--{name}={line}" for name in lists for line in lines(environ, name)]
    return words + [f"--{name}={text}" for name in texts if (text := given(environ, name).strip())]


def main(environ: Mapping[str, str], command: Callable[[Mapping[str, str]], list[str]], outputs: Sequence[str]) -> int:
    """Run the command; the exit code, which is in the step's outputs too. `command` may raise GateError."""
    told = environ["GITHUB_OUTPUT"]
    before = os.path.getsize(told) if os.path.exists(told) else 0
    code = _run(environ, command)
    broke_off = not os.path.exists(told) or os.path.getsize(told) == before  # before there was a decision
    values = dict.fromkeys(outputs, "") | {"verdict": "error"} if broke_off else {}
    with open(told, "a", encoding="utf-8") as file:  # the last line with a name counts: this code is the step's, always
        file.writelines(f"{name}={value}\n" for name, value in {**values, "exit-code": str(code)}.items())
    return code


def _run(environ: Mapping[str, str], command: Callable[[Mapping[str, str]], list[str]]) -> int:
    try:
        words = command(environ)
        _enter(given(environ, "working-directory").strip())
    except GateError as error:
        complain(command_line.told(error))
        return error.exit_code
    for name in [name for name in os.environ if name.startswith("GATE_")]:  # an earlier step can have set GATE_POLICY
        del os.environ[name]
    return command_line.main(words)


def _enter(folder: str) -> None:
    if not folder:
        return
    try:
        os.chdir(folder)
    except OSError as error:
        problem = Problem("usage", f"the input `working-directory` is no folder to work in: {error.strerror}")
        raise UsageError(problem) from None

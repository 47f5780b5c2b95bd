"""A job on a runner of GitHub's, as far as composite actions need one: expressions, steps, and the files that steps write.

Expressions and action.yml are read by GitHub's own code (expressions.mjs); how variables and files of commands work
follows actions/runner: Handler.cs, FileCommandManager.cs, ActionCommand.cs.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHELL = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")  # where the machine that runs the tests needs them
SUMMARY_LIMIT = 1024 * 1024  # a larger summary is dropped as a whole


class Node:
    """GitHub's expressions, bundled for node: one process for all that is asked."""

    def __init__(self, bundle: Path) -> None:
        self._process = subprocess.Popen(["node", str(bundle)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def ask(self, request: Mapping[str, object]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "GitHub's own code refuses this: see standard error"
        return json.loads(answer)

    def close(self) -> None:
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()


@dataclass
class Ran:
    """How a step ended; for one that uses an action, how the action did."""

    code: int = 0
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""

    @property
    def commands(self) -> list[str]:
        """Lines of the log that the runner takes as commands."""
        lines = (line.lstrip() for line in self.log.splitlines())
        return [line for line in lines if line.startswith(("::", "##["))]


@dataclass
class Job:
    """`tools` are the folders of PATH, `github` is the context, `temp` RUNNER_TEMP; `env` and `path` are what steps leave."""

    node: Node
    workspace: Path
    temp: Path
    tools: Sequence[str]
    github: dict[str, Any]
    env: dict[str, str] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    steps: int = 0

    def run(self, script: str, env: Mapping[str, str] | None = None, action: Path | None = None) -> Ran:
        """One `run:` step in bash."""
        self.steps += 1
        own = self.temp / f"_step{self.steps}"
        own.mkdir(parents=True)
        names = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_STATE")
        files = {name: own / name.lower() for name in names}
        for file in files.values():
            file.touch()
        (own / "script.sh").write_text(script, encoding="utf-8")
        variables = self._variables(env or {}, action) | {name: str(file) for name, file in files.items()}
        done = subprocess.run(
            [*SHELL, str(own / "script.sh")], cwd=self.workspace, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        log = done.stdout.decode("utf-8", "replace")
        summary = files["GITHUB_STEP_SUMMARY"].read_bytes()
        ran = Ran(done.returncode, log=log, summary=summary.decode() if len(summary) <= SUMMARY_LIMIT else "")
        ran.outputs = _printed(log) | pairs(files["GITHUB_OUTPUT"].read_bytes().decode())
        left = pairs(files["GITHUB_ENV"].read_bytes().decode())
        self.env |= {name: value for name, value in left.items() if name.upper() != "NODE_OPTIONS"}
        self.path = [*reversed(files["GITHUB_PATH"].read_text().splitlines()), *self.path]
        return ran

    def uses(self, action: Path, given: Mapping[str, str], done: Mapping[str, Mapping[str, str]] | None = None) -> Ran:
        """A step that uses a composite action. Of the steps in `done` only the outputs count: they have run before."""
        template = self.node.ask({"action": (action / "action.yml").read_text(encoding="utf-8")})
        assert template["errors"] == []
        inputs = self._values(template["inputs"], {}, failed=False) | dict(given)
        steps: dict[str, Any] = {name: {"outputs": dict(outputs)} for name, outputs in (done or {}).items()}
        whole = Ran()
        for step in (step for step in template["steps"] if step["id"] not in steps):
            known = {"inputs": inputs, "steps": steps, "env": self.env}
            failed = whole.code != 0
            if self._values({"if": {"expression": step["condition"]}}, known, failed)["if"] != "true":
                continue
            ran = self.run(step["run"], self._values(step["env"], known, failed), action)
            steps[step["id"]] = {"outputs": ran.outputs, "outcome": "failure" if ran.code else "success"}
            whole.log, whole.summary = whole.log + ran.log, whole.summary + ran.summary
            whole.code = whole.code or (0 if step["forgiven"] else ran.code)
        whole.outputs = self._values(template["outputs"], {"inputs": inputs, "steps": steps}, whole.code != 0)
        return whole

    def _values(self, wanted: Mapping[str, Any], contexts: Mapping[str, Any], failed: bool) -> dict[str, str]:
        """Texts as they are, expressions evaluated."""
        expressions = [each["expression"] for each in wanted.values() if isinstance(each, dict)]
        if not expressions:
            return dict(wanted)
        contexts = {"github": self.github, **contexts}
        found = iter(self.node.ask({"expressions": expressions, "contexts": contexts, "failed": failed}))
        return {name: next(found) if isinstance(each, dict) else each for name, each in wanted.items()}

    def _variables(self, env: Mapping[str, str], action: Path | None) -> dict[str, str]:
        """What an earlier step left, then the step's own `env`, then GitHub's: nobody can replace those."""
        machine = {name: os.environ[name] for name in ("HOME", "LANG", *CERTIFICATES) if name in os.environ}
        event = self.temp / "_event.json"
        if not event.exists():  # written once for the job: a step can change it
            event.write_text(json.dumps(self.github.get("event", {})), encoding="utf-8")
        own = {f"GITHUB_{name.upper()}": value for name, value in self.github.items() if isinstance(value, str)}
        own |= {"GITHUB_ACTIONS": "true", "CI": "true", "RUNNER_TEMP": str(self.temp), "RUNNER_OS": "Linux"}
        own |= {"GITHUB_WORKSPACE": str(self.workspace), "GITHUB_EVENT_PATH": str(event)}
        own |= {"GITHUB_ACTION_PATH": str(action)} if action else {}
        own.pop("GITHUB_TOKEN", None)  # only a step that asks for it is given the token
        return machine | {"PATH": os.pathsep.join([*self.path, *self.tools])} | self.env | dict(env) | own


def pairs(text: str) -> dict[str, str]:
    """What a file of commands sets: `name=value`, or `name<<END`, lines, `END`."""
    found: dict[str, str] = {}
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    for line in (line for line in lines if line):
        equals, here = line.find("="), line.find("<<")
        if equals >= 0 and (here < 0 or equals < here):
            found[line[:equals]] = line[equals + 1 :]
            continue
        assert here > 0, f"the runner refuses this line: {line!r}"
        value: list[str] = []
        while (each := next(lines, None)) != line[here + 2 :]:
            assert each is not None, f"the runner misses the end of {line!r}"
            value.append(each)
        found[line[:here]] = "\n".join(value)
    return found


def _printed(log: str) -> dict[str, str]:
    """Outputs by the old command `::set-output`, which the runner still takes from any line of the log."""
    start = "::set-output name="
    lines = (line.lstrip() for line in log.splitlines())
    told = (line[len(start) :].partition("::") for line in lines if line.startswith(start))
    return {name: value for name, _, value in told}

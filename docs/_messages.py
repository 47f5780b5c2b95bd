"""Example messages: what brings an error or reason about, and what gate then says."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from _commands import quiet, within

import gate
from gate.app import outputs
from gate.app.check import CheckRequest
from gate.app.check import check as decide
from gate.app.lint.lint import LintRequest, lint
from gate.cli import check
from gate.cli import main as command_line
from gate.cli.command import Parser
from gate.documents.yaml import load
from gate.errors import GateError, Problem
from gate.terms.decision import Decision, Reason

TODAY = "2026-06-01"

_ENTRY = re.compile(r"^(## (?P<slug>[a-z0-9-]+)\n(?:(?!^## ).)*?^```text\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)


def filled(page: str, cases: dict[str, dict[str, Any]]) -> str:
    """errors.md with the message of each slug in the first block under it."""
    written = _ENTRY.sub(lambda match: match[1] + example(match["slug"], cases[match["slug"]]), page)
    assert written.count("\n## ") == page.count("\n## "), "a block of errors.md is not closed"
    return written


def error_cases(path: Path) -> dict[str, dict[str, Any]]:
    """How to bring about each error and reason."""
    cases: dict[str, dict[str, Any]] = load(path.read_text(encoding="utf-8"), path.name)[0]
    return cases


def example(slug: str, case: dict[str, Any]) -> str:
    """The message that a case brings about."""
    if "by_hand" in case:
        return str(case["by_hand"])
    with tempfile.TemporaryDirectory() as folder, within(Path(folder)), quiet():
        _write(case)
        found = _told(slug, case)
    if found is None:
        raise AssertionError(f"the case of `{slug}` does not bring it about")
    return f"{found}\n"


def _write(case: dict[str, Any]) -> None:
    """The files of a case, in the folder that it runs in."""
    rules = case.get("rules", "  - recall >= 0.85")
    policy = case.get("policy", f"gate: 1\n{case.get('more', '')}rules:\n{rules}\n")
    files = {"gate.yaml": policy, "metrics.json": case.get("metrics", '{"recall": 0.91}'), **case.get("files", {})}
    for name, text in files.items():
        if text is not None:
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(text, encoding=case.get("encoding", "utf-8"))


def _told(slug: str, case: dict[str, Any]) -> str | None:
    try:
        decision = _done(case)
    except GateError as error:
        return next((_shown(problem) for problem in error.problems if problem.slug == slug), None)
    if decision is None:
        return None
    reasons = [reason for finding in decision.findings for reason in (*finding.reasons, *finding.notes)]
    return next((_shown(reason) for reason in (*reasons, *decision.notes) if reason.slug == slug), None)


def _done(case: dict[str, Any]) -> Decision | None:
    if case.get("run", [""])[0] == "check":
        return _checked(case["run"])
    if case.get("run", [""])[0] == "lint":
        raise _advice(case["run"][1:])
    if "run" in case:
        command_line.run(case["run"], {})
        return None

    given = {key: case[key] for key in ("baseline", "first_release") if key in case}
    return gate.check(case.get("inputs", ["metrics.json"]), now=TODAY, **given)


def _advice(metrics: list[str]) -> GateError:
    """All that `gate lint --metrics …` says."""
    found = lint(LintRequest(metrics=metrics, now=TODAY))
    return GateError(*(problem for each in found for problem in (*each.errors, *each.advice)))


def _checked(argv: list[str]) -> Decision:
    """What `gate check` does with these arguments, up to the decision."""
    args = Parser("check", check).parse_args(argv[1:])
    outputs.prepare([outputs.parse(written) for written in args.output], [])
    return decide(
        CheckRequest(inputs=args.inputs, policies=args.policy, baselines=args.baseline, reader=args.reader, now=args.now)
    )


def _shown(found: Problem | Reason) -> str:
    if isinstance(found, Problem):
        return str(found)
    return f"{found.text}\n→ {found.remedy}" if found.remedy else found.text

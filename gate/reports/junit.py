"""The decision as JUnit XML: what Jenkins, GitLab, Azure, CircleCI and others show as a table of tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gate.reports.entries import conclusion, fact, lines, numbered, policy_of, silent, title
from gate.reports.outline import Outline, Standing, label, outline, standing_of
from gate.reports.plain import LONGEST_TEXT, brief
from gate.reports.xml import attributes, escaped
from gate.terms.decision import Decision, Finding, Verdict

_OWN = "gate"  # the suite of what is no rule's: why the gate could not run
# Whatever does not hold and yet does not block is "skipped": a test has no warnings, and skipped ones are seen.
_ELEMENT = {
    Standing.FAILS: "failure", Standing.UNDECIDED: "error", Standing.MISSING: "error", Standing.WAIVED: "skipped",
    Standing.WARNS: "skipped", Standing.LET_PASS: "skipped",
}  # fmt: skip
_LEAD = {Standing.WAIVED: "waived: ", Standing.WARNS: "warning: ", Standing.LET_PASS: "let pass: "}


class _Case(NamedTuple):
    """A test case; `element` says what became of it and is empty where it passed. Nothing in it is escaped yet."""

    name: str
    element: str = ""
    type: str = ""
    message: str = ""
    lines: tuple[str, ...] = ()


class _Suite(NamedTuple):
    name: str
    file: str
    properties: tuple[tuple[str, str], ...]
    cases: list[_Case]


def render(decision: Decision) -> str:
    """A test suite for each policy with a test case for each finding, ending in a newline.

    A rule that fails is a `failure`, one that is undecided or missing an `error`; what does not block (a warning, a
    waiver, level info) is `skipped`, with its message. Why the gate could not run is an `error` in a suite of its own.
    So there is a failure or an error whenever the verdict's exit code is not 0. It keeps to Jenkins' junit-10.xsd.
    """
    of = outline(decision)
    suites = [*_own_suite(decision, of), *_policy_suites(decision)]
    cases = [case for suite in suites for case in suite.cases]
    head = attributes(name=conclusion(decision, of), tests=len(cases), failures=_count(cases, "failure"))
    body = "".join(line for suite in suites for line in _written(suite, decision))
    errors = _count(cases, "error")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites{head} errors="{errors}" time="0">\n{body}</testsuites>\n'


def _own_suite(decision: Decision, of: Outline) -> list[_Suite]:
    """What is to be said beside the findings, if anything."""
    cases = []
    for message in decision.messages:
        first, *rest = message.split("\n")
        cases.append(_Case(first, "error", "error", first, tuple(rest)))
    if silent(decision, of):
        element = "failure" if decision.verdict is Verdict.FAIL else "error"
        cases.append(_Case("the verdict", element, decision.verdict.value, conclusion(decision, of)))
    return [_Suite(_OWN, "", _facts(decision), cases)] if cases or not decision.policies else []


def _policy_suites(decision: Decision) -> list[_Suite]:
    """A suite for each policy in the order given, then for policies that only findings name."""
    found: dict[tuple[str, str], list[Finding]] = {(each.name, each.file): [] for each in decision.policies}
    for finding in decision.findings:
        policy = policy_of(decision, finding)
        found.setdefault((policy.name, policy.file) if policy else (finding.policy, finding.policy), []).append(finding)
    facts = _facts(decision)
    digests = {(each.name, each.file): each.sha256 for each in decision.policies}
    return [
        _Suite(name, file, (*facts, ("policy", file), ("policy-sha256", digests.get((name, file), ""))), [*map(_case, findings)])
        for (name, file), findings in found.items()
    ]


def _case(finding: Finding) -> _Case:
    here = standing_of(finding)
    named = label(finding) if finding.rule == finding.expression else f"{finding.rule}: {label(finding)}"
    if here is Standing.HOLDS:
        return _Case(named, lines=(fact(finding),) if fact(finding) else ())
    first, *rest = lines(finding) or [""]
    told = (*rest, *([f"why: {finding.why}"] if finding.why else []), *([f"owner: {finding.owner}"] if finding.owner else []))
    message = _LEAD.get(here, "") + (f"{title(finding)}: {first}" if first else title(finding))
    return _Case(named, _ELEMENT[here], finding.outcome.value, message, told)


def _facts(decision: Decision) -> tuple[tuple[str, str], ...]:
    """What every suite says of the decision as a whole."""
    told = [("verdict", decision.verdict.value), ("exit-code", str(decision.exit_code))]
    told += [("advisory", "true")] if decision.advisory else []
    told += [("simulated-clock", "true")] if decision.simulated else []
    told += [("commit", decision.commit), ("judged-at", decision.judged_at), ("gate", decision.gate_version)]
    told += [(each.role, f"{each.name} sha256 {each.sha256}") for each in decision.inputs]
    told += [("model", f"{each.name} sha256 {each.sha256}") for each in decision.model]
    told += [("note", note.text) for note in decision.notes]
    return tuple((name, value) for name, value in told if value)


# -- writing


def _written(suite: _Suite, decision: Decision) -> Iterator[str]:
    head = attributes(name=suite.name or _OWN, tests=len(suite.cases), failures=_count(suite.cases, "failure"))
    head += attributes(errors=_count(suite.cases, "error"), skipped=_count(suite.cases, "skipped"), time=0)
    head += attributes(timestamp=decision.judged_at) if decision.judged_at else ""
    head += attributes(file=suite.file) if suite.file else ""
    yield f"  <testsuite{head}>\n    <properties>\n"
    for name, value in suite.properties:
        yield f'      <property name="{escaped(name)}" value="{escaped(value, LONGEST_TEXT)}"/>\n'
    yield "    </properties>\n"
    names = numbered(brief(case.name) for case in suite.cases)
    for name, case in zip(names, suite.cases, strict=True):
        yield from _written_case(name, suite.name or _OWN, case)
    yield "  </testsuite>\n"


def _written_case(name: str, classname: str, case: _Case) -> Iterator[str]:
    head = attributes(classname=classname) + f' name="{escaped(name, len(name) + 1)}" time="0"'
    text = "\n".join(escaped(line, LONGEST_TEXT) for line in case.lines)
    if not case.element:
        yield (
            f"    <testcase{head}>\n      <system-out>{text}</system-out>\n    </testcase>\n"
            if text
            else f"    <testcase{head}/>\n"
        )
        return
    kind = f'{attributes(type=case.type)} message="{escaped(case.message, LONGEST_TEXT)}"'
    yield f"    <testcase{head}>\n      <{case.element}{kind}>{text}</{case.element}>\n    </testcase>\n"


def _count(cases: list[_Case], element: str) -> int:
    return sum(case.element == element for case in cases)

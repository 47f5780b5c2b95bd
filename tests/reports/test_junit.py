"""JUnit XML as its readers take it: by a schema, by junitparser, by an XML parser."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from runpy import run_path
from xml.etree import ElementTree

import junitparser
import pytest

from gate.reports.junit import render
from gate.reports.plain import brief
from gate.terms.decision import Decision, Level, Outcome, PolicyIdentity, Reason, UsedWaiver, Verdict
from gate.terms.slice import Slice

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
EVERY: dict[str, Decision] = {**GOLDEN, "extreme": decisions["EXTREME"], "nothing": Decision(Verdict.FAIL)}
SCHEMA = Path(__file__).with_name("junit.xsd")
finding = decisions["finding"]


def cases(decision: Decision) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(render(decision)).iter("testcase"))


def what_became(case: ElementTree.Element) -> str:
    return next((each.tag for each in case if each.tag != "system-out"), "passed")


@pytest.mark.parametrize("name", EVERY)
def test_it_keeps_to_the_schema(name: str, tmp_path: Path) -> None:
    xmllint = shutil.which("xmllint")
    if xmllint is None:
        pytest.skip("needs xmllint (libxml2-utils)")
    file = tmp_path / "gate.xml"
    file.write_text(render(EVERY[name]), encoding="utf-8")
    done = subprocess.run([xmllint, "--noout", "--nonet", "--schema", SCHEMA, file], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", EVERY)
def test_something_is_red_if_and_only_if_the_exit_code_is_not_0(name: str) -> None:
    told = junitparser.JUnitXml.fromstring(render(EVERY[name]).encode())
    assert bool(told.failures + told.errors) == (EVERY[name].exit_code != 0)


@pytest.mark.parametrize("name", EVERY)
def test_counts_are_those_of_the_cases(name: str) -> None:
    root = ElementTree.fromstring(render(EVERY[name]))
    for element in (root, *root.iter("testsuite")):
        found = [what_became(case) for case in element.iter("testcase")]
        assert element.get("tests") == str(len(found))
        assert element.get("failures") == str(found.count("failure"))
        assert element.get("errors") == str(found.count("error"))
        if element is not root:
            assert element.get("skipped") == str(found.count("skipped"))


@pytest.mark.parametrize("name", EVERY)
def test_every_suite_says_the_verdict(name: str) -> None:
    for suite in ElementTree.fromstring(render(EVERY[name])).iter("testsuite"):
        told = {each.get("name"): each.get("value") for each in suite.iter("property")}
        assert told["verdict"] == EVERY[name].verdict.value
        assert told["exit-code"] == str(EVERY[name].exit_code)


def test_what_blocks_is_a_failure_or_an_error() -> None:
    found = [(what_became(each), each.get("name")) for each in cases(GOLDEN["failing"])]
    assert found[:4] == [
        ("failure", "recall >= 0.85"),
        ("failure", "no-regression: recall >= baseline - 0.01"),
        ("error", "recall[region=apac] >= 0.8"),
        ("skipped", "latency_p95_ms <= 200"),
    ]
    assert {what for what, _ in found[4:]} == {"passed"}
    assert [what_became(each) for each in cases(GOLDEN["undecided"])][:4] == ["error"] * 4


def test_a_failure_tells_what_a_person_needs() -> None:
    failure = cases(GOLDEN["failing"])[0].find("failure")
    assert failure is not None
    assert failure.get("message") == "recall >= 0.85 fails: 0.812, needs >= 0.85: short by 0.038"
    text = failure.text or ""
    assert "why: One point of recall is about 300 missed frauds a week." in text
    assert "owner: @fraud-ml" in text


def test_what_does_not_block_is_skipped_and_says_so() -> None:
    told = [each.find("skipped") for each in cases(GOLDEN["warning"])[:3]]
    messages = [each.get("message", "").partition(":")[0] for each in told if each is not None]
    assert messages == ["waived", "warning", "let pass"]
    assert "RISK-123" in "".join(told[0].itertext() if told[0] is not None else ())


def test_a_rule_that_holds_with_a_warning_is_skipped_too() -> None:
    (case,) = cases(Decision(Verdict.WARN, (finding("a > 0 or b > 0", effect=Verdict.WARN, value=1.0, threshold=0.0),)))
    assert what_became(case) == "skipped"


def test_an_error_has_a_case_for_each_message() -> None:
    found = cases(GOLDEN["error"])
    assert [what_became(each) for each in found] == ["error", "error"]
    assert "  metrics.json has: accuracy, f1, precision, recall" in "".join(found[0].itertext())


def test_a_verdict_that_no_finding_explains_is_a_case_of_its_own() -> None:
    (case,) = cases(Decision(Verdict.UNDECIDED, notes=(Reason("nothing-evaluated", "no blocking rule was evaluated"),)))
    error = case.find("error")
    assert error is not None
    assert error.get("message") == "Undecided, do not deploy: no blocking rule was evaluated"


def test_each_policy_has_its_suite() -> None:
    one, other = (PolicyIdentity(name, f"{name}.yaml", "abc", 1) for name in ("one", "other"))
    found = (
        finding("a > 0", policy="other.yaml"),
        finding("b > 0", Outcome.FAIL, policy="one.yaml"),
        finding("c > 0", policy="x"),
    )
    root = ElementTree.fromstring(render(Decision(Verdict.FAIL, found, policies=(one, other))))
    told = {(each.get("name"), each.get("file")): [case.get("name") for case in each.iter("testcase")] for each in root}
    assert told == {("one", "one.yaml"): ["b > 0"], ("other", "other.yaml"): ["a > 0"], ("x", "x"): ["c > 0"]}


def test_no_two_cases_of_a_suite_have_one_name() -> None:
    """GitLab keeps one case of a name: a pass would hide a failure."""
    long = "m" * 500
    found = (finding(f"{long}a{long} > 0", Outcome.FAIL), finding(f"{long}b{long} > 0"), finding("x > 0"), finding("x > 0"))
    names = [each.get("name") for each in cases(Decision(Verdict.FAIL, found))]
    assert len(set(names)) == 4


@pytest.mark.parametrize(
    "name", [*decisions["HOSTILE_NAMES"], "]]>", "<![CDATA[", "\x00\x08\x0b\x1f", "\ufffe\uffff", "\r\n\t", "\"'"]
)
def test_no_name_breaks_out_of_its_place(name: str) -> None:
    found = finding(
        f'"{name}" >= 0.5', Outcome.FAIL, level=Level.WARN, rule=name, policy=name, slice=Slice.of({name: name}), value=0.25,
        threshold=0.5, reasons=(Reason(name, name, name),), why=name, owner=name, waiver=UsedWaiver(name, name, name, name),
    )  # fmt: skip
    decision = Decision(
        Verdict.FAIL, (found, replace(found, rule="other")), policies=(PolicyIdentity(name, name, name, 1),), messages=(name,),
        commit=name, judged_at=name, gate_version=name, notes=(Reason(name, name),),
    )  # fmt: skip
    text = render(decision)
    assert all(character.isprintable() or character == "\n" for character in text)
    root = ElementTree.fromstring(text)
    assert {each.tag for each in root.iter()} <= {
        "testsuites", "testsuite", "properties", "property", "testcase", "error", "skipped", "failure", "system-out",
    }  # fmt: skip
    assert [each.get("name") for each in root] == ["gate", brief(name)]
    assert next(each.text for each in root.iter("skipped")) is not None


def test_the_same_decision_is_the_same_bytes() -> None:
    assert render(GOLDEN["failing"]) == render(GOLDEN["failing"])

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from runpy import run_path

import pytest

from gate.errors import Place
from gate.reports.annotations import render
from gate.terms.decision import Decision, Outcome, PolicyIdentity, Reason, Verdict
from gate.terms.slice import Slice

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
finding = decisions["finding"]
COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:\r\n]*,?)+)::([^\r\n]*)")


def parsed(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands as GitHub's runner reads them."""
    told = []
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        told.append((match[1], {name: unescaped(value) for name, value in properties.items()}, unescaped(match[3])))
    return told


def unescaped(text: str) -> str:
    for mark, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(mark, character)
    return text


def test_a_failing_rule_is_an_error_at_its_line() -> None:
    level, properties, message = parsed(render(GOLDEN["failing"]))[0]
    assert level == "error"
    assert properties == {"file": "gate.yaml", "line": "9", "col": "5", "title": "recall >= 0.85 fails"}
    assert message.splitlines()[:2] == ["0.812, needs >= 0.85: short by 0.038", "`recall` is at most 0.8364 with 95 % confidence"]


def test_errors_come_before_warnings() -> None:
    assert [level for level, _, _ in parsed(render(GOLDEN["failing"]))] == ["error", "error", "error", "warning"]
    assert [level for level, _, _ in parsed(render(GOLDEN["undecided"]))] == ["error"] * 4
    assert [level for level, _, _ in parsed(render(GOLDEN["warning"]))] == ["warning", "warning"]
    assert render(GOLDEN["passing"]) == ""


def test_an_error_tells_its_messages() -> None:
    (_, properties, message), _ = parsed(render(GOLDEN["error"]))
    assert properties == {"file": "gate.yaml", "line": "14", "col": "7", "title": "gate could not run"}
    assert "     14 |   - recal >= 0.85\n        |     ^^^^^ did you mean `recall`?" in message


def test_the_slices_of_a_rule_share_an_annotation() -> None:
    ((_, properties, message),) = parsed(render(GOLDEN["long"]))
    assert properties["title"] == "recall[region=*] >= 0.8 fails on 20 slices"
    assert message.splitlines()[0] == "region=r01: 0.789, needs >= 0.8: short by 0.011"
    assert "and 10 more" in message


def test_ten_of_a_level_and_a_notice_of_the_rest() -> None:
    failing = [finding(f"m{at} > 0", Outcome.FAIL) for at in range(13)]
    warning = [finding(f"w{at} > 0", Outcome.FAIL, effect=Verdict.WARN) for at in range(11)]
    told = parsed(render(Decision(Verdict.FAIL, (*warning, *failing))))
    assert [level for level, _, _ in told] == ["error"] * 10 + ["warning"] * 10 + ["notice"]
    assert told[-1][2].startswith("+3 more errors, +1 more warnings")


@pytest.mark.parametrize("name", decisions["HOSTILE_NAMES"])
def test_no_name_ends_a_command_or_starts_one(name: str) -> None:
    found = finding(
        f'"{name}" >= 0.5', Outcome.FAIL, line=3, file=f"{name}.yaml", slice=Slice.of({"a": name}), value=0.1, threshold=0.5,
        reasons=(Reason("x", name, name),),
    )  # fmt: skip
    text = render(Decision(Verdict.FAIL, (found,), messages=(name,)))
    told = parsed(text)
    assert [level for level, _, _ in told] == ["error", "error"]
    assert set(told[1][1]) == {"file", "line", "col", "title"}
    assert all(line.isprintable() for line in text.splitlines())


def test_percent_signs_come_back_as_they_were() -> None:
    ((_, properties, message),) = parsed(
        render(Decision(Verdict.FAIL, (finding("a%0A,b: c > 0", Outcome.FAIL, reasons=(Reason("x", "100%0Ax"),)),)))
    )
    assert properties["title"] == "a%0A,b: c > 0 fails"
    assert message == "100%0Ax"


def test_titles_say_advisory_and_simulated() -> None:
    decision = replace(GOLDEN["warning"], policies=(PolicyIdentity("p", "p.yaml", "", 1, advisory=True),))
    assert all(each["title"].startswith("advisory: simulated clock: ") for _, each, _ in parsed(render(decision)))


def test_a_rule_without_a_place_has_none() -> None:
    ((_, properties, _),) = parsed(render(Decision(Verdict.FAIL, (finding("a > 0", Outcome.FAIL, where=Place("gate.yaml")),))))
    assert properties == {"file": "gate.yaml", "title": "a > 0 fails"}

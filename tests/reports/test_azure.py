"""Azure's logging commands as its agent reads them, and what they share with GitHub's."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

from gate.reports import annotations
from gate.reports.azure import render
from gate.terms.decision import Decision, Outcome, Reason, Verdict
from gate.terms.slice import Slice

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
EVERY: dict[str, Decision] = {**GOLDEN, "extreme": decisions["EXTREME"], "nothing": Decision(Verdict.FAIL)}
finding = decisions["finding"]
START = "##vso["


def parsed(text: str) -> list[tuple[dict[str, str], str]]:
    """The commands as the agent reads them: from the first `##vso[` of a line to the first `]` after it, and the rest."""
    told = []
    for line in text.splitlines():
        if START not in line:
            assert "##" not in line
            continue
        head, _, message = line.partition(START)[2].partition("]")
        command, _, properties = head.partition(" ")
        assert command == "task.logissue"
        pairs = [pair.split("=", 1) for pair in properties.split(";") if pair]
        told.append(({name: unescaped(value) for name, value in pairs}, unescaped(message)))
    return told


def unescaped(text: str) -> str:
    for mark, character in (("%0D", "\r"), ("%0A", "\n"), ("%3B", ";"), ("%5D", "]"), ("%AZP25", "%")):
        text = text.replace(mark, character)
    return text


def test_a_failing_rule_is_an_error_at_its_line() -> None:
    properties, message = parsed(render(GOLDEN["failing"]))[0]
    assert properties == {"type": "error", "sourcepath": "gate.yaml", "linenumber": "9", "columnnumber": "5"}
    assert message.splitlines()[:2] == ["recall >= 0.85 fails", "0.812, needs >= 0.85: short by 0.038"]


@pytest.mark.parametrize("name", EVERY)
def test_the_last_line_is_the_verdict(name: str) -> None:
    last = render(EVERY[name]).splitlines()[-1]
    assert START not in last
    assert last.startswith("gate: ")
    assert last.endswith(f"(verdict {EVERY[name].verdict.value}, exit {EVERY[name].exit_code})")


@pytest.mark.parametrize("name", EVERY)
def test_there_is_an_error_if_and_only_if_the_exit_code_is_not_0(name: str) -> None:
    levels = [properties["type"] for properties, _ in parsed(render(EVERY[name]))]
    assert ("error" in levels) == (EVERY[name].exit_code != 0)
    assert levels == sorted(levels)
    assert ("::error " in annotations.render(EVERY[name])) == (EVERY[name].exit_code != 0)


def test_an_error_tells_its_messages() -> None:
    (properties, message), _ = parsed(render(GOLDEN["error"]))
    assert properties == {"type": "error", "sourcepath": "gate.yaml", "linenumber": "14", "columnnumber": "7"}
    assert "     14 |   - recal >= 0.85\n        |     ^^^^^ did you mean `recall`?" in message


def test_ten_of_a_level_and_a_line_with_the_rest() -> None:
    failing = tuple(finding(f"m{at} > 0", Outcome.FAIL) for at in range(13))
    text = render(Decision(Verdict.FAIL, failing))
    assert len(parsed(text)) == 10
    assert "gate: +3 more errors: the report lists them all" in text.splitlines()


def test_a_bracket_or_a_semicolon_of_a_name_ends_nothing() -> None:
    found = finding("recall[a=1] > 0", Outcome.FAIL, file="a;b]c%3B.yaml", line=3, reasons=(Reason("x", "100%0A]; 5%AZP25"),))
    ((properties, message),) = parsed(render(Decision(Verdict.FAIL, (found,))))
    assert properties["sourcepath"] == "a;b]c%3B.yaml"
    assert message.splitlines() == ["recall[a=1] > 0 fails", "100%0A]; 5%AZP25"]


@pytest.mark.parametrize("name", [*decisions["HOSTILE_NAMES"], "##vso[task.complete result=Succeeded;]", "#\u200b#vso[x]y", "\r"])
def test_no_name_ends_a_command_or_starts_one(name: str) -> None:
    found = finding(
        f'"{name}" >= 0.5', Outcome.FAIL, line=3, file=f"{name}.yaml", slice=Slice.of({"a": name}), value=0.1, threshold=0.5,
        reasons=(Reason("x", name, name),), notes=(Reason("x", name),),
    )  # fmt: skip
    text = render(Decision(Verdict.FAIL, (found,), messages=(name,)))
    assert text.count("##") == 2
    told = parsed(text)
    assert [properties["type"] for properties, _ in told] == ["error", "error"]
    assert set(told[1][0]) == {"type", "sourcepath", "linenumber", "columnnumber"}
    assert all(line.isprintable() for line in text.splitlines())

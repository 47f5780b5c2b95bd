from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from runpy import run_path

import pytest

from gate.reports.terminal import width
from gate.reports.text import render
from gate.terms.decision import Decision, Finding, Level, Outcome, Reason, Verdict

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
EVERY = {**GOLDEN, "extreme": decisions["EXTREME"]}
WIDTHS = (40, 60, 76, 100, 120, 200)
finding = decisions["finding"]


def last_line(text: str) -> str:
    return text.splitlines()[-1]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("show_all", [False, True])
def test_every_line_fits_the_terminal(name: str, columns: int, show_all: bool) -> None:
    decision = replace(EVERY[name], messages=())  # messages come laid out, with their carets
    for line in render(decision, columns=columns, show_all=show_all).splitlines():
        assert width(line) <= columns, line


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("columns", WIDTHS)
def test_nothing_on_the_page_can_command_or_hide(name: str, columns: int) -> None:
    for line in render(EVERY[name], columns=columns, show_all=True).splitlines():
        assert line.isprintable()
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("columns", WIDTHS)
def test_the_last_line_is_the_verdict_and_agrees_with_the_exit_code(name: str, columns: int) -> None:
    decision = EVERY[name]
    line = last_line(render(decision, columns=columns))
    assert line.endswith(f"exit {decision.exit_code}")
    starts = {
        Verdict.PASS: "DEPLOY:",
        Verdict.WARN: "DEPLOY, with warnings",
        Verdict.FAIL: "DO NOT DEPLOY",
        Verdict.UNDECIDED: "UNDECIDED, do not deploy",
        Verdict.ERROR: "ERROR, do not deploy",
    }
    assert line.startswith(starts[decision.verdict])


@pytest.mark.parametrize("name", EVERY)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    plain, colourful = render(EVERY[name]), render(EVERY[name], colour=True)
    assert "\x1b" not in plain
    assert colourful != plain
    assert re.sub(r"\x1b\[[\d;]+m", "", colourful) == plain


@pytest.mark.parametrize("name", EVERY)
def test_ascii_only_is_ascii_and_fits(name: str) -> None:
    text = render(replace(EVERY[name], messages=()), columns=60, ascii_only=True, show_all=True)
    assert text.isascii()
    assert all(len(line) <= 60 for line in text.splitlines())


def test_what_blocks_comes_first_and_what_holds_is_one_line() -> None:
    signs = re.findall(r"^  ([✗?!·✓]) ", render(GOLDEN["failing"]), flags=re.MULTILINE)
    assert signs == ["✗", "✗", "?", "!", "✓"]
    assert "✓ 9 rules hold (10 findings)" in render(GOLDEN["failing"])


def test_all_shows_what_holds_and_what_no_rule_uses() -> None:
    text = render(GOLDEN["failing"], show_all=True)
    assert text.count("\n  ✓ ") == 10
    assert "--all" not in text
    assert "used by no rule: confusion.fn, confusion.fp" in text


def test_a_failing_finding_says_all_that_helps() -> None:
    text = render(GOLDEN["failing"], columns=120)
    for said in (
        "0.812 [0.784, 0.837]  n 612  short by 0.038",
        "gate.yaml:9",
        "at most 0.8364 with 95 % confidence",
        "`region=latam` carries 42 % of the change: 0.79 → 0.64, n 71",
        "why: One point of recall is about 300 missed frauds a week. (`@fraud-ml`)",
        "needs 0.843, short by 0.031",
        "rule `no-regression`, owner `@fraud-ml`",
        "→ about 310 more positives of `region=apac` would settle it",
        "against main at 9b0d77e (2 days ago, passed)",
    ):
        assert said in text


def test_the_parts_of_a_compound_rule_are_told() -> None:
    text = render(GOLDEN["undecided"])
    assert "`recall >= 0.9` is undecided: 0.9048 against 0.9" in text
    assert "`precision >= 0.6` holds: 0.7142 against 0.6" in text


def test_the_first_line_says_advisory_and_simulated() -> None:
    decision = replace(GOLDEN["hostile"], simulated=True)
    policies = tuple(replace(each, advisory=True) for each in decision.policies)
    for columns in WIDTHS:
        first = render(replace(decision, policies=policies), columns=columns).splitlines()[0]
        assert first.startswith("gate  [advisory, simulated clock]")


def test_the_exit_code_can_be_another_one() -> None:
    assert last_line(render(GOLDEN["warning"], exit_code=10)).endswith("exit 10")


def test_messages_of_an_error_keep_their_lines() -> None:
    text = render(GOLDEN["error"])
    assert "       14 |   - recal >= 0.85\n          |     ^^^^^ did you mean `recall`?\n" in text
    assert last_line(text).startswith("ERROR, do not deploy: the gate could not run")


def test_many_findings_are_counted_after_the_first_forty() -> None:
    many = tuple(
        Finding(f"m{at} > 0", "gate.yaml", f"m{at} > 0", Outcome.FAIL, Verdict.FAIL, Level.BLOCK, value=-1.0, threshold=0.0)
        for at in range(55)
    )
    text = render(Decision(Verdict.FAIL, many))
    assert "… 15 more like these" in text
    assert text.count("✗") == 41
    assert render(Decision(Verdict.FAIL, many), show_all=True).count("✗") == 55
    assert last_line(text).startswith("DO NOT DEPLOY: 55 rules fail")


def test_what_is_the_same_for_many_slices_is_said_once() -> None:
    assert render(GOLDEN["long"]).count("One point of recall") == 1


def test_a_long_rule_stands_on_lines_of_its_own() -> None:
    rule = " and ".join(f"metric_number_{at} >= 0.5" for at in range(9))
    text = render(Decision(Verdict.FAIL, (finding(rule, Outcome.FAIL, value=0.25, threshold=0.5),)), columns=80)
    assert "metric_number_8" not in text.splitlines()[0]
    assert all(len(line) <= 80 for line in text.splitlines())


def test_an_unfinished_decision_still_renders() -> None:
    assert render(Decision(Verdict.PASS)) == "gate\n\nDEPLOY" + " " * 64 + "exit 0\n"


def test_a_decision_that_no_finding_blocks_says_why() -> None:
    why = Reason("nothing-evaluated", "no blocking rule was evaluated on a measurement")
    decision = Decision(Verdict.UNDECIDED, (finding("f1 >= 0.5", Outcome.MISSING, effect=Verdict.WARN),), notes=(why,))
    assert last_line(render(decision)).startswith(f"UNDECIDED, do not deploy: {why.text} ")

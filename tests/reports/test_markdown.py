from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from runpy import run_path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.reports.markdown import LIMIT, PLANS, render
from gate.terms.decision import Decision, Finding, Level, Outcome, PolicyIdentity, Reason, Verdict

Page = run_path(str(Path(__file__).with_name("page.py")))["Page"]
decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
EVERY = {**GOLDEN, "extreme": decisions["EXTREME"]}
finding = decisions["finding"]


def headline(text: str) -> str:
    return text.splitlines()[0]


@pytest.mark.parametrize("name", EVERY)
def test_a_page_holds_only_what_a_report_may_hold(name: str) -> None:
    page = Page(render(EVERY[name]))
    page.assert_inert()
    assert page.elements.count("h2") == 1


@pytest.mark.parametrize("name", EVERY)
def test_every_row_has_as_many_cells_as_its_head(name: str) -> None:
    text = render(EVERY[name])
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(Page(text).cells) == sum(set(line) - set("|-: ") != set() for line in rows)
    assert set(Page(text).cells) <= {4, 5, 6}


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from(list("ab1 `|\\<>&;*_~[]()!@#:/.$\"'-+=\n\r")), min_size=1, max_size=30))
def test_no_name_breaks_out(name: str) -> None:
    base = decisions["hostile"](name, 0)
    decision = Decision(
        Verdict.FAIL,
        (base, replace(base, effect=Verdict.WARN), decisions["hostile"](name, 3)),
        policies=(PolicyIdentity(name, name, name, 1),),
        notes=(Reason("x", name, name),),
        unused=(name, name),
        messages=(name,),
        commit=name,
        judged_at=name,
        gate_version=name,
    )
    page = Page(render(decision))
    page.assert_inert()
    assert page.elements.count("h2") == 1
    assert page.elements.count("details") == 3
    assert page.elements.count("table") == 3
    assert len(page.cells) == 7


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("failing", "## ⛔ Do not deploy `fraud-detection`: `recall ≥ 0.85` and 1 other rule fail"),
        ("passing", "## ✅ Deploy `fraud-detection`: 10 rules hold"),
        ("undecided", "## ❔ Undecided, do not deploy `fraud-detection`: `recall ≥ 0.85` and 3 other rules are undecided"),
        ("warning", "## ⚠️ Deploy `fraud-detection`, with warnings: 1 rule waived, 1 warns · simulated clock"),
        ("error", "## 🛑 Error, do not deploy `fraud-detection`: the gate could not run"),
        ("long", "## ⛔ Do not deploy `fraud-detection`: `recall[region=*] ≥ 0.8` fails on 20 slices"),
    ],
)
def test_the_first_line_is_the_answer_and_the_reason(name: str, line: str) -> None:
    assert headline(render(GOLDEN[name])) == line


def test_a_decision_that_no_finding_blocks_says_why() -> None:
    why = Reason("nothing-evaluated", "no blocking rule was evaluated on a measurement")
    decision = Decision(Verdict.UNDECIDED, (finding("f1 >= 0.5", Outcome.MISSING, effect=Verdict.WARN),), notes=(why,))
    assert headline(render(decision)) == f"## ❔ Undecided, do not deploy this model: {why.text}"


def test_one_rule_that_fails_is_named_with_what_it_does() -> None:
    decision = Decision(Verdict.FAIL, (finding("recall >= 0.85", Outcome.FAIL), finding("f1 >= 0.5")))
    assert headline(render(decision)) == "## ⛔ Do not deploy this model: `recall ≥ 0.85` fails"


def test_the_first_line_says_advisory_and_simulated() -> None:
    decision = replace(GOLDEN["passing"], simulated=True, policies=(PolicyIdentity("p", "p.yaml", "", 1, advisory=True),))
    assert headline(render(decision)).endswith(" · advisory · simulated clock")


def test_what_blocks_stands_in_the_table_and_the_rest_is_folded() -> None:
    text = render(GOLDEN["failing"])
    table, folded = text.split("<details>", 1)
    assert [line.split(" ")[1] for line in table.splitlines() if line.startswith("| ") and "`" in line][1:] == [
        "⛔",
        "⛔",
        "❔",
        "⚠️",
    ]
    assert folded.count("| ✅ |") == 10
    assert "9 rules hold (10 findings)" in folded
    assert "5 metrics used by no rule" in folded


def test_every_number_stands_beside_what_it_needs() -> None:
    row = next(line for line in render(GOLDEN["failing"]).splitlines() if "no-regression" in line)
    assert row.replace("\u00a0", " ") == (
        "| ⛔ | `recall ≥ baseline - 0.01` <sub>`no-regression`</sub> | **0.812** <sub>n 612</sub> | ≥ 0.843 | −0.031 | −0.041 |"
    )


def test_paragraphs_say_why_who_and_what_to_do() -> None:
    text = render(GOLDEN["failing"])
    for said in (
        "- `region=latam` carries 42 % of the change: 0.79 → 0.64, n 71",
        "- <em>One point of recall is about 300 missed frauds a week. (`@fraud-ml`)</em>",
        "- → about 310 more positives of `region=apac` would settle it",
        "**`latency_p95_ms ≤ 200`** fails, as a warning (`@serving`)",
        "Commit `3f2a1c9` against `main` at `9b0d77e` (2 days ago, passed).",
    ):
        assert said in text
    assert render(GOLDEN["long"]).count("One point of recall") == 1


def test_waivers_are_told_twice_beside_the_rule_and_in_a_table() -> None:
    text = render(GOLDEN["warning"])
    assert "- waived until 2026-12-31 by `@head-of-risk`: relabelled data, RISK-123; floor `recall >= 0.8`" in text
    assert "| `recall ≥ baseline - 0.01` | 2026-12-31 | `@head-of-risk` | relabelled data, RISK-123 | `recall ≥ 0.8` |" in text
    assert "1 rule let pass" in text


def test_the_footer_says_what_judged_what() -> None:
    footer = render(GOLDEN["failing"]).splitlines()[-1]
    for said in ("gate 0.1.0", "policy `gate.yaml` sha256 `1f0c9a7de2b4`", "metrics `metrics.json`", "evidence claimed"):
        assert said in footer
    assert "evidence measured" in render(GOLDEN["passing"]).splitlines()[-1]
    mixed = replace(GOLDEN["passing"], findings=(*GOLDEN["passing"].findings, finding("a > 0")))
    assert "evidence 1 claimed, 10 measured" in render(mixed).splitlines()[-1]


def many(count: int, name: str = "metric") -> Decision:
    """So many rules that fail, each with a long explanation, and as many that hold."""
    outcomes = [(Outcome.FAIL, Verdict.FAIL), (Outcome.PASS, Verdict.PASS)]
    reasons = (Reason("x", "because " * 60, "do " * 60),)
    return Decision(
        Verdict.FAIL,
        tuple(
            Finding(
                f"{name}_{at}",
                "p",
                f"{name}_{at} > {at}",
                outcome,
                effect,
                Level.BLOCK,
                value=0.5,
                threshold=1.5,
                reasons=reasons,
            )
            for outcome, effect in outcomes
            for at in range(count)
        ),
        unused=tuple(f"unused_{name}_{at}" for at in range(count)),
        notes=reasons * count,
    )


@pytest.mark.parametrize(
    "decision", [many(30), many(200), many(5000), many(3000, "\x1b" * 990)], ids=["30", "200", "5000", "nasty"]
)
@pytest.mark.parametrize("limit", [LIMIT, 20_000, 10_000])
def test_a_long_report_loses_sections_whole_and_says_so(decision: Decision, limit: int) -> None:
    text = render(decision, limit=limit)
    assert len(text) <= limit
    page = Page(text)
    page.assert_inert()
    assert headline(text).startswith("## ⛔ Do not deploy this model")
    if not page.elements.count("details"):
        assert "Left out to keep this short" in text
        assert "what holds" in text


def test_what_is_left_out_comes_in_a_stated_order() -> None:
    decision = many(100)
    lengths = [len(render(decision, limit=limit)) for limit in (10**9, 60_000, 30_000, 20_000, 9_000)]
    assert lengths == sorted(lengths, reverse=True)
    assert "unused_metric_0" in render(many(5))
    for field in ("rows", "paragraphs", "holding", "unused", "notes", "lines", "charts"):
        amounts = [getattr(room, field) for room in PLANS]
        assert amounts == sorted(amounts, reverse=True)


def test_all_that_is_not_shown_is_counted() -> None:
    text = render(many(150))
    assert "*and 50 more like these, in decision.json*" in text


def test_long_errors_are_cut_by_whole_lines() -> None:
    text = render(Decision(Verdict.ERROR, messages=tuple(f"message {at}" for at in range(900))))
    assert "lines more" in text
    assert len(text) <= LIMIT
    Page(text).assert_inert()


def test_jinja_is_loaded_only_to_render() -> None:
    import subprocess

    script = "import sys; import gate.reports.markdown; sys.exit('jinja2' in sys.modules)"
    root = str(Path(__file__).parents[2])
    assert subprocess.run([sys.executable, "-c", script], check=False, cwd=root).returncode == 0

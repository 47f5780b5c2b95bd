"""However much there is to tell, a report fits where it goes, and nothing in it stays open."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.record import replace
from gate.reports.markdown import LIMIT, render
from gate.terms.case import LostCase
from gate.terms.decision import Decision, Finding, InputIdentity, Outcome, PolicyIdentity, Reason, UsedWaiver, Verdict
from gate.terms.slice import Slice

Page = run_path(str(Path(__file__).with_name("page.py")))["Page"]
finding = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))["finding"]
SUMMARY = 1024 * 1024  # bytes of a step's summary on GitHub; a byte more, and all of it is lost
LONG = 20_000  # characters: less than any host gives
PIECES = (
    "a",
    "é",
    "🚒",
    "`",
    "```mermaid",
    "|",
    "<details>",
    "</details>",
    "\x1b",
    "\u202e",
    "%%{init}",
    "**",
    "_",
    "@acme/x",
    "$",
    "\n",
)


def told(name: str, outcome: Outcome, at: int, slices: int, words: int) -> Finding:
    on = {"slice": Slice.of({"region": f"{name}{at % slices}"})} if slices > 1 else {}
    made: Finding = finding(
        f"metric_{at // slices}[region=*] >= 0.8" if on else f"metric_{at} >= 0.8",
        outcome,
        **{**on, "value": 0.5 + at % 7 / 20, "threshold": 0.8, "baseline": name, "baseline_value": 0.7, "unit": name, "n": 10.0},
        why=f"{name} " * words,
        owner=name,
        reasons=(Reason("x", f"{name} " * words, f"{name} " * words),),
        waiver=UsedWaiver("2026-12-31", name, name, name) if at % 5 == 0 else None,
    )
    return made


@st.composite
def decided(draw: st.DrawFn) -> Decision:
    """A decision of any size, with names of any kind and length."""
    name = "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4))) * draw(st.sampled_from([1, 10, 200]))
    slices, words = draw(st.sampled_from([1, 3, 25, 60])), draw(st.sampled_from([0, 1, 40]))
    counts = {outcome: draw(st.sampled_from([0, 1, 12, 130, 400])) for outcome in Outcome}
    findings = tuple(told(name[:900], outcome, at, slices, words) for outcome, count in counts.items() for at in range(count))
    many = draw(st.sampled_from([0, 1, 60, 500]))
    return Decision(
        draw(st.sampled_from(list(Verdict))),
        findings,
        policies=tuple(PolicyIdentity(name, name, name, 1, advisory=True) for _ in range(1 + many // 50)),
        inputs=tuple(InputIdentity(name, name, name, name) for _ in range(many)),
        messages=(name,) * many,
        notes=(Reason("x", f"{name} " * words, name),) * many,
        unused=(name,) * many,
        lost=(LostCase(name, name, name, 1.0, 0.0),) * many,
        commit=name,
        run_url="https://ci.example/runs/1" if many else name,
    )


def assert_whole(text: str) -> Any:
    page = Page(text)
    assert not page.open
    assert page.elements.count("details") == text.count("\n<details><summary>")
    # Were a fence or a fold still open, the last line would be in it.
    assert text.splitlines()[-1].startswith("<sub>gate")
    assert page.elements[-1] in ("sub", "code", "em")
    assert not [code for code in page.codes if "<sub>gate" in code]
    return page


@settings(max_examples=50, deadline=None)
@given(decided(), st.sampled_from([LIMIT, LONG, SUMMARY // 4]))
def test_every_report_fits_and_is_whole(decision: Decision, limit: int) -> None:
    text = render(decision, limit=limit)
    assert len(text) <= limit
    assert len(text.encode()) <= SUMMARY
    assert_whole(text)


def test_a_report_that_ends_in_a_fence_would_be_found() -> None:
    text = render(Decision(Verdict.FAIL, tuple(told("a", Outcome.FAIL, at, 3, 0) for at in range(3))))
    assert_whole(text)
    for cut in ("\n```\n\n<sub>Bars", "</details>\n\n<sub>gate"):
        assert cut in text
        with pytest.raises(AssertionError):
            assert_whole(text.replace(cut, cut.replace("```", "").replace("</details>", "")))


LONG_ONE = Decision(Verdict.FAIL, tuple(told("region", Outcome.FAIL, at, 60, 40) for at in range(400)))


def test_what_is_left_out_is_found_at_the_run() -> None:
    text = render(replace(LONG_ONE, run_url="https://github.com/acme/fraud_model/actions/runs/1?pr=7"), limit=12_000)
    assert "charts" in text.partition("*Left out to keep this short: ")[2]
    assert " All of it is in decision.json of [this run](https://github.com/acme/fraud%5Fmodel/actions/runs/1?pr=7).*" in text
    assert ("a", "href", "https://github.com/acme/fraud%5Fmodel/actions/runs/1?pr=7") in Page(text).attributes


@pytest.mark.parametrize(
    "url",
    [
        "", "javascript:alert(1)", "https://evil.example/) [x](", "https://a.example/ b", "https://a.example/<b>", "//a.example",
        "https://user@a.example/", "https://a.example/`", "https://a.example/\n", "https://a.example/" + "x" * 600, "ftp://a.example/",
    ],
)  # fmt: skip
def test_an_address_that_is_more_than_an_address_is_no_link(url: str) -> None:
    text = render(replace(LONG_ONE, run_url=url), limit=12_000)
    assert "All of it is in decision.json.*" in text
    Page(text).assert_inert()

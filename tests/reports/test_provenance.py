"""What was compared with, whose policy judged, and what the change would make of it, in words and in every report."""

from __future__ import annotations

from runpy import run_path

import pytest

from gate.record import replace
from gate.reports import markdown, text
from gate.reports.provenance import age, becomes, compared, judged_by, lost_title, title_of, word_of
from gate.terms.baseline import Baseline, Origin
from gate.terms.case import LostCase
from gate.terms.decision import Decision, Verdict
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.revision import Proposed, ProposedChange, Revision
from gate.terms.slice import Slice

PASSING: Decision = run_path("tests/looks/decisions.py")["PASSING"]
NOW = "2026-11-22T09:41:07Z"
COMMIT = "9b0d77e41c2f3a5b6d7e8f901234567890abcdef"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-20T09:00:00Z", "2 days ago"),
        ("2026-11-20T09:00:00.000Z", "2 days ago"),  # as the history has it
        ("2026-11-20T09:00:00.Z", ""),
        ("2026-11-21T09:41:07Z", "1 day ago"),
        ("2026-11-21T09:41:08Z", "23 hours ago"),
        ("2026-11-22T08:41:07Z", "1 hour ago"),
        ("2026-11-22T09:39:00Z", "2 minutes ago"),
        ("2026-11-22T09:41:00Z", "just now"),
        ("2026-11-22T10:41:00Z", "just now"),  # clocks differ
        ("", ""),
        ("yesterday", ""),
    ],
)
def test_how_old(at: str, said: str) -> None:
    assert age(at, NOW) == said


def test_a_baseline_is_called_by_where_it_came_from() -> None:
    main = Baseline("baseline", Origin("ci:main", "main", COMMIT, "2026-11-20T09:00:00Z", "warn"), Measurements())
    pinned = Baseline("pinned", Origin("./old.json", "old.json"), Measurements())
    found = compared(replace(PASSING, baselines=(main, pinned)))
    assert found == [("main", "9b0d77e", ("2 days ago", "passed with warnings")), ("pinned (old.json)", "", ())]


def test_whose_policy_judged() -> None:
    assert judged_by(PASSING) is None
    assert judged_by(replace(PASSING, revision=Revision("base", COMMIT, "github"))) == ("base", "9b0d77e", "GitHub's API")


def trusted() -> Decision:
    proposed = Proposed(
        ("gate.yaml",),
        True,
        (ProposedChange("looser", "recall >= 0.85", "recall >= 0.8"), ProposedChange("looser", "f1 > 0.5", ""),
         ProposedChange("changed", "a > b", "b > a", ("why",)), ProposedChange("tighter", "", "x > 1")),
        "pass",
    )  # fmt: skip
    lost = (LostCase("case-7", "exact", "baseline", 1, 0, Slice.of({"lang": "de"})), LostCase("a|b", "exact", "baseline", 1, 0))
    return replace(PASSING, revision=Revision("main", COMMIT, "git"), proposed=proposed, lost=lost)


def test_words() -> None:
    decision = trusted()
    assert decision.proposed is not None
    assert title_of(decision.proposed) == "This change loosens the gate (not used)"
    assert title_of(Proposed((), False)) == "This change tightens the gate (not used)"
    assert title_of(Proposed((), True, messages=("x",))) == "This change breaks the policy (not used)"
    assert [word_of(change) for change in decision.proposed.changes] == [
        "looser",
        "removed, looser",
        "cannot be compared, counts as looser",
        "added, tighter",
    ]
    assert becomes(decision.proposed) == "Tried on the same measurements, the model would pass under the proposed policy."
    assert becomes(Proposed((), True, messages=("x",))) == "The proposed policy cannot judge:"
    assert becomes(Proposed((), True, verdict="nonsense")) == ""
    assert lost_title(decision) == "2 cases held on the baseline and fail now"
    assert lost_title(replace(decision, lost=decision.lost[:1])) == "1 case held on the baseline and fails now"


def test_the_terminal_tells_it() -> None:
    lines = text.render(trusted()).splitlines()
    assert "policy of main (9b0d77e)" in " ".join(lines[:3])
    assert "  This change loosens the gate (not used)" in lines
    assert "    recall >= 0.85 → recall >= 0.8  (looser)" in lines
    assert "    f1 > 0.5  (removed, looser)" in lines
    assert "    case-7  exact[lang=de]  1 → 0" in lines


def test_markdown_tells_it() -> None:
    lines = markdown.render(trusted()).splitlines()
    assert "**This change loosens the gate (not used)**" in lines
    assert "- `recall ≥ 0.85` → `recall ≥ 0.8`: looser" in lines
    assert "- `a > b` → `b > a`: cannot be compared, counts as looser; why" in lines
    assert "| `case-7` | `exact[lang=de]` | 1 | 0 |" in lines
    assert r"| `a\|b` | `exact` | 1 | 0 |" in lines
    assert "policy read at `main` (`9b0d77e`) by git" in lines[-1]


def test_many_are_counted() -> None:
    decision = trusted()
    assert decision.proposed is not None
    many = replace(
        decision,
        lost=decision.lost * 300,
        proposed=replace(decision.proposed, changes=decision.proposed.changes * 20),
    )
    told = markdown.render(many)
    assert "*and 580 more, in decision.json*" in told
    assert "- and 50 more, in decision.json" in told
    assert "… and 580 more; --all shows them" in text.render(many)
    assert "more; --all" not in text.render(many, show_all=True)


def test_a_proposed_policy_that_is_broken_is_quoted_and_harmless() -> None:
    proposed = Proposed(("gate.yaml",), True, messages=("gate.yaml:1:1: ```\n<script>@all</script>",))
    decision = replace(PASSING, verdict=Verdict.WARN, revision=Revision("main", COMMIT, "git"), proposed=proposed)
    told = markdown.render(decision)
    assert "**This change breaks the policy (not used)**" in told
    assert "````text\ngate.yaml:1:1: ```\n<script>@all</script>\n````" in told
    assert "This change breaks the policy (not used)" in text.render(decision)


def test_rows_that_gate_has_counted_are_all_counted_although_some_are_named() -> None:
    lost = tuple(LostCase(f"txn-{number}", "correct", "baseline", 1, 0) for number in range(20))
    table = Measurements.of([Measurement("lost", 121, evidence="measured")])
    counted = replace(PASSING, lost=lost, candidate=table)
    assert lost_title(counted) == "121 cases held on the baseline and fail now"
    assert "… and 101 more\n" in text.render(counted)
    assert "*and 101 more*" in markdown.render(counted)
    claimed = replace(counted, candidate=Measurements.of([Measurement("lost", 121)]))
    assert lost_title(claimed) == "20 cases held on the baseline and fail now"

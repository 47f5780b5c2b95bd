"""What people read: what is shown, what would settle it, and why no number can be named."""

from __future__ import annotations

from typing import Any

import pytest

from gate.confidence.answers.enough import rounded
from gate.confidence.answers.words import beside
from gate.reports.numbers import interval
from gate.terms.decision import Finding
from tests.judge.situation import finding

HEAD = "confidence: 95%\nrules: "


def told(rule: str, metrics: dict[str, Any], baseline: dict[str, Any] | None = None) -> Finding:
    return finding(f"{HEAD}[{rule}]", metrics, baseline)


def reason(found: Finding) -> tuple[str, str, str]:
    (only,) = found.reasons
    return only.slug, only.text, only.remedy


def test_a_floor() -> None:
    found = told("recall >= 0.85", {"recall": {"k": 344, "n": 400}})
    assert reason(found) == (
        "not-proven",
        "`recall` is at least 0.829 with 95 % confidence; the rule asks 0.85",
        "about 7,400 more positives would settle it, were the estimate the truth",
    )


def test_a_ceiling_that_is_missed() -> None:
    slug, text, _ = reason(told("fpr <= 0.05", {"fpr": {"k": 22, "n": 400}}))
    assert (slug, text) == ("not-proven", "`fpr` may be as low as 0.039 with 95 % confidence; the rule asks 0.05")


def test_a_change() -> None:
    found = told("recall >= baseline - 0.01", {"recall": {"k": 380, "n": 400}}, {"recall": {"k": 376, "n": 400}})
    _, text, _ = reason(found)
    assert text == "its change since the baseline is at least −0.017 with 95 % confidence; the rule asks −0.01"
    assert [note.slug for note in found.notes] == ["unpaired"]
    assert found.interval is None  # of the value: it is the margin that decides


def test_a_rule_without_a_margin_is_explained() -> None:
    found = told("recall >= baseline", {"recall": {"k": 380, "n": 400}}, {"recall": {"k": 376, "n": 400}})
    slug, text, remedy = reason(found)
    assert slug == "not-proven"
    assert text.endswith("the rule leaves no margin, so that an equally good model stays undecided at any n")
    assert "baseline - 0.01" in remedy
    passed = told("fpr <= baseline", {"fpr": {"k": 10, "n": 400}}, {"fpr": {"k": 76, "n": 400}})
    assert [(note.slug, note.remedy) for note in passed.notes if note.slug == "no-margin"] == [
        ("no-margin", "say how much may be lost: `… <= baseline + 0.01`")
    ]


@pytest.mark.parametrize(
    ("k", "n", "limit", "more"),
    [
        (82, 100, 0.8, 2400.0),  # statistics.md, sec. 3: .82 against .80 needs 2,408 rows
        (164, 200, 0.8, 2300.0),
    ],
)
def test_how_many_more(k: int, n: int, limit: float, more: float) -> None:
    sure = told(f"recall >= {limit}", {"recall": {"k": k, "n": n}}).certainty
    assert sure is not None
    assert (sure.more, sure.why) == (more, "")


def test_no_number_where_the_estimate_is_on_the_threshold() -> None:
    sure = told("recall >= 0.8", {"recall": {"k": 80, "n": 100}}).certainty
    assert sure is not None
    assert sure.more is None
    assert sure.why == "the estimate sits on the threshold: no affordable sample settles it"


def test_what_is_settled_needs_nothing_more() -> None:
    sure = told("recall >= 0.8", {"recall": {"k": 95, "n": 100}}).certainty
    assert sure is not None
    assert (sure.more, sure.why) == (None, "")
    assert sure.provable == pytest.approx(0.07)  # 87 of 100, where 86 are not enough


def test_an_interval_ends_where_the_metric_does() -> None:
    for name, high in (("brier", 1.0), ("log_loss", 0.12 + 6.313752 * 0.3)):  # t of one degree of freedom; a loss has no end
        found = told(f"{name} <= 0.3", {name: {"value": 0.12, "stderr": 0.3, "n": 2}})
        assert found.interval is not None
        assert found.interval.low == 0
        assert found.interval.high == pytest.approx(high)


def test_one_is_not_many() -> None:
    few = told("roc_auc >= 0.8", {"roc_auc": {"value": 0.9, "n_pos": 1, "n_neg": 600}})
    assert "1 positive is too few" in reason(few)[1]
    one = told("recall >= 0.85", {"recall": {"k": 1, "n": 1}})
    assert reason(one)[1].endswith("no result on 1 positive can prove it")


def test_the_interval_and_the_sentence_say_the_same() -> None:
    found = told("recall >= 0.85", {"recall": {"k": 174, "n": 200}})
    assert found.interval is not None
    assert interval(found.interval, 0.85) == "[0.825, 0.905]"
    assert "at least 0.825 " in reason(found)[1]


def test_no_evidence_says_what_to_supply() -> None:
    slug, text, remedy = reason(told("recall >= 0.8", {"recall": 0.9}))
    assert (slug, text) == ("no-evidence", "`recall` does not say on how many positives it was measured")
    assert remedy == 'write `{"value": 0.9, "n": 400}`, with `n` the number of positives'


def test_a_guard_says_what_it_guards() -> None:
    slug, text, _ = reason(told("roc_auc >= 0.8", {"roc_auc": {"value": 0.9, "n_pos": 4, "n_neg": 600}}))
    assert slug == "too-thin"
    assert "4 positives are too few" in text


def test_the_interval_beside_the_value_is_what_decides() -> None:
    found = told("recall >= 0.85", {"recall": {"k": 344, "n": 400}})
    assert found.certainty is not None
    assert found.interval == found.certainty.shown
    assert found.interval is not None
    assert found.interval.low - 0.85 == pytest.approx(found.certainty.low)
    assert found.interval.confidence == 0.9


@pytest.mark.parametrize(("number", "shown"), [(0.3, 1), (9.2, 10), (12.1, 13), (904, 910), (90400, 91000)])
def test_two_digits_upwards(number: float, shown: float) -> None:
    assert rounded(number) == shown


@pytest.mark.parametrize(
    ("bound", "limit", "up", "shown"),
    [
        (0.8290, 0.85, False, "0.829"),
        (0.84999, 0.85, False, "0.84999"),
        (0.8500001, 0.85, True, "0.8500001"),
        (-0.0312, -0.01, False, "−0.032"),
        (float("-inf"), 0.0, False, "−∞"),
        (12.34, 10, True, "12.4"),
    ],
)
def test_a_bound_is_never_rounded_onto_its_limit(bound: float, limit: float, up: bool, shown: str) -> None:
    assert beside(bound, limit, up) == shown


@pytest.mark.parametrize(
    ("rule", "needed"),
    [
        ("a >= 0.855 or b >= 0.9", "2 alternatives share the error rate, so that one must be shown with 97.5 % confidence"),
        ("(b >= 0.9 or a >= 0.855) and b >= 0.5", "one must be shown with 97.5 % confidence"),
        ("a >= 0.855 or b >= 0.9 or b >= 0.95 or b >= 0.96", "one must be shown with 98.7 % confidence"),
        ("0.5 <= a <= 0.857", "2 comparisons share the error rate, so that one must be refuted with 97.5 % confidence"),
    ],
)
def test_what_is_decided_for_itself_but_not_for_the_rule_says_why(rule: str, needed: str) -> None:
    found = told(rule, {"a": {"k": 355, "n": 400}, "b": {"k": 330, "n": 400}})
    assert found.outcome.value == "undecided"
    _, text, remedy = reason(found)
    assert text.startswith("`a` ")
    assert text.endswith(needed)
    more = int(remedy.split("about ")[1].split(" ")[0].replace(",", ""))
    assert more > 400  # what it takes at that confidence: at 95 % it is shown as it is


def test_a_band_tells_of_the_side_that_is_open() -> None:
    assert "the rule asks 0.857" in reason(told("0.5 <= a <= 0.857", {"a": {"k": 332, "n": 400}}))[1]

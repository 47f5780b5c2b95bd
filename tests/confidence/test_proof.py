"""Rules that ask for confidence, as a whole: proven, refuted, undecided, and never more than the plain values say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.judge.situation import decide, finding, findings, slices, slugs

HEAD = "confidence: 95%\nrules: "


def share(k: float, n: float) -> dict[str, float]:
    return {"k": k, "n": n}


SURE: dict[str, tuple[str, dict[str, Any], str]] = {
    "proven": ("[recall >= 0.85]", {"recall": share(380, 400)}, "pass"),
    "refuted": ("[recall >= 0.85]", {"recall": share(300, 400)}, "fail"),
    "between": ("[recall >= 0.85]", {"recall": share(344, 400)}, "undecided"),
    "a ceiling": ("[fpr <= 0.05]", {"fpr": share(2, 400)}, "pass"),
    "the other way round": ("[0.85 <= recall]", {"recall": share(380, 400)}, "pass"),
    "a band": ("[0.1 <= rate <= 0.3]", {"rate": share(80, 400)}, "pass"),
    "a band at its edge": ("[0.1 <= rate <= 0.3]", {"rate": share(116, 400)}, "undecided"),
    "no evidence": ("[recall >= 0.85]", {"recall": 0.99}, "undecided"),
    "no evidence, and not even so": ("[recall >= 0.85]", {"recall": 0.5}, "fail"),
    "no value": ("[recall >= 0.85]", {"recall": None}, "missing"),
    "a typo": ("[recal >= 0.85]", {"recall": share(380, 400)}, "missing"),
    "a typo inside or": ("[recall >= 0.85 or recal >= 0.1]", {"recall": share(380, 400)}, "missing"),
    "both proven": ("[recall >= 0.85 and fpr <= 0.05]", {"recall": share(380, 400), "fpr": share(2, 400)}, "pass"),
    "one of both": ("[recall >= 0.85 and fpr <= 0.05]", {"recall": share(344, 400), "fpr": share(2, 400)}, "undecided"),
    "one refuted": ("[recall >= 0.85 and fpr <= 0.05]", {"recall": share(344, 400), "fpr": share(80, 400)}, "fail"),
    "either": ("[recall >= 0.85 or fpr <= 0.05]", {"recall": share(344, 400), "fpr": share(2, 400)}, "pass"),
    "neither": ("[recall >= 0.85 or fpr <= 0.05]", {"recall": share(300, 400), "fpr": share(80, 400)}, "fail"),
    "not": ("[not recall < 0.85]", {"recall": share(380, 400)}, "pass"),
    "a boolean beside it": ("[converged == true and recall >= 0.85]", {"recall": share(380, 400), "converged": True}, "pass"),
    "a boolean against it": ("[converged == true and recall >= 0.85]", {"recall": share(380, 400), "converged": False}, "fail"),
    "two kinds of scale": ("[success_percent >= 95%]", {"success_percent": {"value": 97, "n": 1000}}, "undecided"),
    "one row": ("[recall >= 0.5]", {"recall": share(1, 1)}, "undecided"),
    "all of few": ("[recall >= 0.9]", {"recall": share(20, 20)}, "undecided"),
    "all of enough": ("[recall >= 0.9]", {"recall": share(29, 29)}, "pass"),
    "a weighted mean": ("[0.7 * recall + 0.3 * f1 >= 0.8]", {"recall": share(380, 400), "f1": {"value": 0.9, "n": 420}}, "pass"),
    "a product": ("[recall * precision >= 0.8]", {"recall": share(380, 400), "precision": share(380, 400)}, "pass"),
    "too near": ("[recall * precision >= 0.89]", {"recall": share(380, 400), "precision": share(380, 400)}, "undecided"),
    "n of all rows, where the matrix tells": (
        "[recall >= 0.5]", {"recall": {"value": 0.9, "n": 1000}, "tp": 90, "fn": 10, "fp": 5, "tn": 895}, "undecided"
    ),
    "n of the positives": (
        "[recall >= 0.5]", {"recall": {"value": 0.9, "n": 100}, "tp": 90, "fn": 10, "fp": 5, "tn": 895}, "pass"
    ),
    "a range that leaves no room": ("[recall >= 0]", {"recall": share(1, 400)}, "pass"),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "metrics", "outcome"), SURE.values(), ids=SURE)
def test_outcome(rules: str, metrics: dict[str, Any], outcome: str) -> None:
    found = finding(HEAD + rules, metrics)
    assert found.outcome.value == outcome


AGAINST: dict[str, tuple[str, Any, Any, str]] = {
    "not worse": ("recall >= baseline - 0.05", share(380, 400), share(372, 400), "pass"),
    "worse": ("recall >= baseline - 0.01", share(300, 400), share(372, 400), "fail"),
    "too few to tell": ("recall >= baseline - 0.01", share(380, 400), share(380, 400), "undecided"),
    "relative": ("recall >= 0.9 * baseline", share(380, 400), share(372, 400), "pass"),
    "a ratio": ("(recall - baseline) / baseline >= -0.1", share(380, 400), share(372, 400), "pass"),
    "a ratio that says as much": ("recall / baseline(recall) >= 0.9", share(380, 400), share(372, 400), "pass"),
    "no baseline evidence": ("recall >= baseline - 0.05", share(380, 400), 0.9, "undecided"),
    "a baseline of 0": ("recall >= 0.9 * baseline", share(380, 400), share(0, 400), "undecided"),
}


@pytest.mark.parametrize(("rule", "now", "before", "outcome"), AGAINST.values(), ids=AGAINST)
def test_against_a_baseline(rule: str, now: Any, before: Any, outcome: str) -> None:
    found = finding(f"{HEAD}[{rule}]", {"recall": now}, {"recall": before})
    assert found.outcome.value == outcome


def test_a_ratio_decides_as_the_product_it_means() -> None:
    for k in range(330, 400, 7):
        sure = [
            finding(f"{HEAD}[{rule}]", {"recall": share(k, 400)}, {"recall": share(372, 400)}).certainty
            for rule in ("recall / baseline(recall) >= 0.95", "recall >= 0.95 * baseline")
        ]
        assert sure[0] is not None
        assert sure[1] is not None
        assert (sure[0].p_above, sure[0].p_below) == pytest.approx((sure[1].p_above, sure[1].p_below))


BOUNDED = "its measurements are bounded one by one"
APART = "the model and the baseline are compared as if on different rows"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("0.7 * recall + 0.3 * precision >= baseline - 0.1", BOUNDED),
        ("0.7 * recall + 0.3 * precision >= 0.8", BOUNDED),
        ("recall * precision >= 0.8", BOUNDED),
        ("recall / baseline(precision) >= 0.8", BOUNDED),
        ("recall >= baseline - 0.1", APART),
        ("recall >= 0.9 * baseline", APART),
        ("recall / baseline(recall) >= 0.8", APART),
        ("recall[r=a] + recall[r=b] >= baseline - 0.2", APART),
    ],
)
def test_a_pass_says_that_its_evidence_was_not_joint(rule: str, said: str) -> None:
    now = slices("r", "recall", {"a": share(370, 400), "b": share(380, 400)})
    now |= {"recall": share(380, 400), "precision": share(375, 400)}
    found = finding(f'{HEAD}["{rule}"]', now, now)
    assert found.outcome.value == "pass"
    assert [said in note.text for note in found.notes] == [True]


def test_one_measurement_has_nothing_to_say_of_joint_evidence() -> None:
    assert finding(HEAD + '["recall >= 0.85"]', {"recall": share(380, 400)}).notes == ()


def test_min_n_stays_a_doubt() -> None:
    found = finding(HEAD + "[{check: recall >= 0.5, min_n: 500}]", {"recall": share(380, 400)})
    assert (found.outcome.value, slugs(found)) == ("undecided", ["too-few-rows"])


# -- slices


def test_extremes_over_slices_by_every_pair() -> None:
    rule = HEAD + '["max(fpr[g=*]) - min(fpr[g=*]) <= 0.05"]'
    near = {"a": share(100, 1000), "b": share(105, 1000), "c": share(102, 1000)}
    assert finding(rule, slices("g", "fpr", near)).outcome.value == "pass"
    assert (
        finding(rule, slices("g", "fpr", {name: share(each["k"] / 10, 100) for name, each in near.items()})).outcome.value
        == "undecided"
    )
    assert finding(rule, slices("g", "fpr", {**near, "d": share(300, 1000)})).outcome.value == "fail"


def test_slices_that_block_on_evidence_share_the_error_rate() -> None:
    """A slice that fails alone does not fail among fifty; one that is far off does."""
    rules = '[{check: "recall[g=*] >= 0.8", undecided: pass}]'
    bad = share(67, 100)
    assert findings(HEAD + rules, slices("g", "recall", {"a": bad}))["g=a"] == "fail"
    many = {f"s{number}": share(85, 100) for number in range(49)}
    found = findings(HEAD + rules, slices("g", "recall", {"a": bad, **many}))
    assert found["g=a"] == "undecided"
    assert findings(HEAD + rules, slices("g", "recall", {"a": share(40, 100), **many}))["g=a"] == "fail"


def test_floors_need_no_correction() -> None:
    many = {f"s{number}": share(67, 100) for number in range(50)}
    found = decide(HEAD + '["recall[g=*] >= 0.8"]', slices("g", "recall", many)).findings
    assert {each.outcome.value for each in found} == {"fail"}
    assert all(each.certainty is not None and each.certainty.family is None for each in found)


def test_the_family_is_told_and_its_interval_says_the_same() -> None:
    many = {f"s{number}": share(60 + number, 100) for number in range(30)}
    text = HEAD + '[{check: "recall[g=*] >= 0.8", undecided: pass}]'
    for each in decide(text, slices("g", "recall", many)).findings:
        sure = each.certainty
        assert sure is not None
        assert sure.high is not None
        assert sure.low is not None
        assert sure.family == 30
        assert (each.outcome.value == "fail") == (sure.p_below <= 0.05) == (sure.high <= 0)
        assert (each.outcome.value == "pass") == (sure.p_above <= 0.05) == (sure.low >= 0)


# -- what holds for all


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 3000), st.floats(0, 1), st.sampled_from([0.5, 0.8, 0.9, 0.99]), st.sampled_from([">=", ">", "<=", "<"]))
def test_confidence_never_decides_otherwise_than_the_plain_values(n: int, part: float, limit: float, operator: str) -> None:
    k = round(part * n)
    rule = f"recall {operator} {limit}"
    plain = finding(f"rules: [{rule}]", {"recall": share(k, n)}).outcome.value
    sure = finding(f"{HEAD}[{rule}]", {"recall": share(k, n)})
    assert sure.outcome.value in (plain, "undecided")
    assert sure.certainty is not None
    low, high = sure.certainty.low, sure.certainty.high
    assert low is not None
    assert high is not None
    assert (sure.outcome.value == "pass") == (low >= 0)
    assert (sure.outcome.value == "fail") == (high <= 0)
    assert high > low


@settings(max_examples=60, deadline=None)
@given(st.integers(30, 2000), st.floats(0, 1), st.sampled_from(["90%", "95%", "99%"]))
def test_more_confidence_never_decides_more(n: int, part: float, confidence: str) -> None:
    k = round(part * n)
    outcomes = [
        finding(f"confidence: {each}\nrules: [recall >= 0.8]", {"recall": share(k, n)}).outcome.value
        for each in (confidence, "99.9%")
    ]
    assert outcomes[1] in (outcomes[0], "undecided")

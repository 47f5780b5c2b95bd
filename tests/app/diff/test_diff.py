"""What became of measurements and findings between two files."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.app.check import CheckRequest, decide, failed
from gate.app.clock import clock
from gate.app.diff.decisions import compare_decisions
from gate.app.diff.diff import FORMS, DiffRequest, diff, render
from gate.app.diff.metrics import compare_metrics
from gate.app.outputs import wanted
from gate.errors import GateError
from gate.policy.change import PolicyComparison
from gate.policy.load import loads
from gate.readers.inputs import read_mapping
from gate.reports import json as decision_json
from gate.terms.comparison import DecisionComparison, FindingMove, MeasurementMove, MetricsComparison, Move
from gate.terms.decision import Decision
from gate.terms.measurements import Source
from gate.terms.metric import Direction

A, B = Source("a.json", "metrics", "aa"), Source("b.json", "metrics", "bb")


def compared(before: Any, after: Any) -> MetricsComparison:
    return compare_metrics(read_mapping(before), read_mapping(after), A, B)


def only(before: Any, after: Any) -> MeasurementMove:
    (moved,) = compared(before, after).moves
    return moved


def moves(comparison: MetricsComparison) -> list[tuple[str, str]]:
    return [(each.metric, each.move.value) for each in comparison.moves]


# -- measurements


@pytest.mark.parametrize(
    ("metric", "before", "after", "move"),
    [
        ("accuracy", 0.9, 0.8, Move.WORSE),
        ("accuracy", 0.8, 0.9, Move.BETTER),
        ("latency_p95_ms", 140, 150, Move.WORSE),
        ("latency_p95_ms", 150, 140, Move.BETTER),
        ("my_score", 0.8, 0.9, Move.CHANGED),
        ("accuracy", 0.9, 0.9, Move.EQUAL),
        ("accuracy", 0.3, 0.1 + 0.2, Move.EQUAL),  # rounding noise
        ("rows", 10**12, 10**12 + 1, Move.CHANGED),  # whole numbers are exact
        ("accuracy", 0.9, None, Move.WORSE),
        ("my_score", 0.9, math.nan, Move.WORSE),
        ("accuracy", None, 0.9, Move.CHANGED),
        ("accuracy", None, None, Move.EQUAL),
        ("accuracy", None, math.nan, Move.CHANGED),
        ("converged", True, False, Move.CHANGED),
        ("converged", True, 1, Move.CHANGED),
    ],
)
def test_what_becomes_of_a_measurement(metric: str, before: Any, after: Any, move: Move) -> None:
    assert only({metric: before}, {metric: after}).move is move


def test_a_change_has_a_sign_and_a_size() -> None:
    moved = only({"recall": 0.8}, {"recall": 0.6})
    assert moved.change == pytest.approx(-0.2)
    assert moved.relative == pytest.approx(-0.25)
    assert only({"x": -2}, {"x": -1}).relative == 0.5  # of the absolute value: it rose


def test_nothing_is_relative_to_zero() -> None:
    moved = only({"brier": 0}, {"brier": 0.1})
    assert (moved.change, moved.relative) == (0.1, None)


@pytest.mark.parametrize(("before", "after"), [(-1e308, 1.7e308), (10**308, -(10**308)), (5e-324, 1e308), (2**60, 2**60 + 1)])
def test_no_number_is_too_large(before: float, after: float) -> None:
    moved = only({"x": before}, {"x": after})
    assert moved.move is Move.CHANGED
    for form in ("text", "markdown", "json"):
        assert render(form, compared({"x": before}, {"x": after}))
    assert moved.change is not None
    assert moved.change != 0


def test_a_file_may_say_which_way_is_better() -> None:
    up, down = {"value": 2, "better": "higher"}, {"value": 3, "better": "lower"}
    assert only({"x": 2}, {"x": down}).move is Move.WORSE
    assert only({"x": up}, {"x": 3}).better is Direction.HIGHER
    assert only({"x": up}, {"x": down}).move is Move.CHANGED  # they contradict each other
    assert only({"accuracy": {"value": 0.9, "better": "lower"}}, {"accuracy": 0.8}).move is Move.CHANGED


def test_worse_comes_first_by_relative_size_then_better_unknown_one_sided_and_equal() -> None:
    before = {
        "a": 1,
        "gone": 1,
        "recall": 0.8,
        "f1": 0.8,
        "brier": 0,
        "auc": 0.5,
        "mae": 2,
        "mse": 4,
        "same": 1,
        "precision": 0.5,
    }
    after = {
        "a": 2,
        "recall": 0.4,
        "f1": 0.7,
        "brier": 0.1,
        "auc": None,
        "mae": 1,
        "mse": 3,
        "same": 1,
        "new": 1,
        "precision": 0.9,
    }
    assert moves(compared(before, after)) == [
        ("brier", "worse"), ("auc", "worse"), ("recall", "worse"), ("f1", "worse"),
        ("precision", "better"), ("mae", "better"), ("mse", "better"),
        ("a", "changed"), ("gone", "removed"), ("new", "added"), ("same", "equal"),
    ]  # fmt: skip


def test_slices_are_compared_one_by_one() -> None:
    def document(**regions: float) -> dict[str, Any]:
        return {"slices": [{"slice": {"region": region}, "metrics": {"recall": value}} for region, value in regions.items()]}

    told = [(str(each.slice), each.move.value) for each in compared(document(eu=0.9, us=0.8), document(eu=0.8, jp=0.7)).moves]
    assert told == [("region=eu", "worse"), ("region=us", "removed"), ("region=jp", "added")]


def test_texts_are_no_measurements() -> None:
    assert compared({"status": "done"}, {"status": "failed", "branch": "x"}).moves == ()
    assert moves(compared({"accuracy": 0.9}, {"accuracy": "0.9"})) == [("accuracy", "worse")]


values = st.floats(allow_nan=True) | st.integers(-(10**30), 10**30) | st.booleans() | st.none() | st.just("text")
tables = st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), values, max_size=6)


@settings(max_examples=60, deadline=None)
@given(tables, tables)
def test_any_two_files_can_be_compared_and_told(before: dict[str, Any], after: dict[str, Any]) -> None:
    try:
        comparison = compared(before, after)
    except GateError:
        return
    for form in ("text", "markdown"):
        assert all(character in "\n\u00a0" or character.isprintable() for character in render(form, comparison))
    assert json.loads(render("json", comparison))["kind"] == "metrics"
    turned = compared(after, before)
    opposite = {Move.WORSE: Move.BETTER, Move.BETTER: Move.WORSE, Move.REMOVED: Move.ADDED, Move.ADDED: Move.REMOVED}
    there = {(each.metric, each.slice): each for each in comparison.moves}
    for each in turned.moves:
        other = there[each.metric, each.slice]
        if None not in (value.value if value else 0 for value in (each.before, each.after)):
            assert other.move is opposite.get(each.move, each.move)


@settings(deadline=None)
@given(tables)
def test_a_file_is_equal_to_itself(table: dict[str, Any]) -> None:
    try:
        comparison = compared(table, table)
    except GateError:
        return
    assert all(each.move is Move.EQUAL for each in comparison.moves)


# -- decisions


def decided(policy: str, metrics: Any) -> Decision:
    return decide([loads(policy, "2026-11-22")], read_mapping(metrics), None, clock("2026-11-22"))


def rules(*written: str) -> str:
    return "gate: 1\nname: model\nrules:\n" + "".join(f"  - {rule}\n" for rule in written)


def between(before: Decision, after: Decision) -> DecisionComparison:
    return compare_decisions(before, after, A, B)


def finding_moves(comparison: DecisionComparison) -> list[tuple[str, str]]:
    return [(next(each.rule for each in (moved.after, moved.before) if each), moved.move.value) for moved in comparison.moves]


def test_what_fails_now_comes_first() -> None:
    policy = rules("a > 1", "b > 1", "c > 1", "d > 1", "e > 1", "{check: f > 1, level: warn}")
    before = decided(policy, {"a": 2, "b": 2, "c": 0, "d": 2, "e": 0, "f": 2})
    after = decided(policy, {"a": 3, "b": None, "c": 2, "d": 0, "e": 0, "f": 0})
    comparison = between(before, after)
    assert finding_moves(comparison) == [
        ("d > 1", "worse"), ("b > 1", "worse"), ("f > 1", "worse"), ("c > 1", "better"), ("e > 1", "equal"), ("a > 1", "equal"),
    ]  # fmt: skip


def test_rules_that_are_new_or_gone_and_slices_that_are() -> None:
    slices = {"slices": [{"slice": {"r": "eu"}, "metrics": {"x": 2}}, {"slice": {"r": "us"}, "metrics": {"x": 2}}]}
    fewer = {"slices": slices["slices"][:1]}
    comparison = between(
        decided(rules("a > 1", "'x[r=*] > 1'"), {"a": 2, **slices}), decided(rules("b > 1", "'x[r=*] > 1'"), {"b": 2, **fewer})
    )
    told = [(each.move.value, each.rule_moved) for each in comparison.moves]
    assert told == [("removed", True), ("removed", False), ("added", True), ("equal", False)]


def test_a_rule_that_reads_otherwise_under_the_same_id_is_told() -> None:
    before, after = (decided(rules(f"{{id: floor, check: a > {floor}}}"), {"a": 3}) for floor in (1, 2))
    (moved,) = between(before, after).moves
    assert moved.move is Move.CHANGED
    assert "the rule was `a > 1`" in render("text", between(before, after))


def test_a_level_that_falls_is_a_change() -> None:
    before, after = (
        decided(rules("a > 1", "b > 1"), {"a": 3, "b": 3}),
        decided(rules("{check: a > 1, level: warn}", "b > 1"), {"a": 3, "b": 3}),
    )
    assert finding_moves(between(before, after)) == [("a > 1", "changed"), ("b > 1", "equal")]
    assert "pass → pass (warn)" in render("text", between(before, after))


def test_a_waiver_is_better_than_a_failure_and_is_said() -> None:
    rule = rules("a > 1", "b > 1")
    waiver = "waivers:\n  - {rule: a > 1, until: 2026-12-31, why: known, by: someone}\n"
    before, after = decided(rule, {"a": 0, "b": 2}), decided(rule + waiver, {"a": 0, "b": 2})
    assert finding_moves(between(before, after))[0] == ("a > 1", "better")
    assert "fail → fail, waived" in render("text", between(before, after))


def test_policies_are_compared_by_their_digests() -> None:
    first, second = decided(rules("a > 1"), {"a": 2}), decided(rules("a > 2"), {"a": 3})
    (moved,) = between(first, second).policies
    assert moved.before != moved.after
    (moved,) = between(first, first).policies
    assert moved.before == moved.after == first.policies[0].sha256


def test_the_same_rule_of_two_policies_is_compared_twice() -> None:
    policies = [loads(rules("a > 1"), "2026-11-22", f"{name}.yaml") for name in ("one", "two")]
    both = decide(policies, read_mapping({"a": 2}), None, clock("2026-11-22"))
    comparison = between(both, both)
    assert [each.move for each in comparison.moves] == [Move.EQUAL, Move.EQUAL]
    assert len(comparison.policies) == 2


def test_a_decision_that_is_an_error_says_why() -> None:
    good = decided(rules("a > 1"), {"a": 2})
    with pytest.raises(GateError) as caught:
        loads("gate: 1\nrules: [a >]")
    bad = failed(caught.value, CheckRequest(inputs=[]))
    text = render("text", between(good, bad))
    assert "verdict  pass → error" in text
    assert "B says   gate.yaml:2:" in text
    assert isinstance(between(good, bad).moves[0], FindingMove)


# -- files


def written(folder: Path, **documents: Any) -> list[str]:
    paths = []
    for name, document in documents.items():
        path = folder / f"{name}.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        paths.append(str(path))
    return paths


def problem(before: str, after: str, **more: Any) -> tuple[str, str]:
    with pytest.raises(GateError) as caught:
        diff(DiffRequest(before=before, after=after, **more))
    assert caught.value.exit_code == 2
    (found,) = caught.value.problems
    return found.slug, str(found)


def test_what_a_file_is_shows_in_its_content(tmp_path: Path) -> None:
    decision = decision_json.render(decided(rules("a > 1"), {"a": 2}))
    metrics, first, second, policy = written(tmp_path, m={"a": 2}, d=decision, e=decision, p=rules("a > 1"))
    assert isinstance(diff(DiffRequest(before=metrics, after=metrics)), MetricsComparison)
    assert isinstance(diff(DiffRequest(before=first, after=second)), DecisionComparison)
    slug, said = problem(metrics, first)
    assert slug == "not-of-a-kind"
    assert "m.json` is a metrics file and" in said
    Path(policy).rename(tmp_path / "gate.yaml")
    slug, said = problem(str(tmp_path / "gate.yaml"), metrics)
    assert slug == "not-of-a-kind"
    assert "gate.yaml` is a policy and" in said
    assert isinstance(diff(DiffRequest(before=str(tmp_path / "gate.yaml"), after=str(tmp_path / "gate.yaml"))), PolicyComparison)


def test_a_metric_called_verdict_makes_no_decision(tmp_path: Path) -> None:
    (path,) = written(tmp_path, m={"verdict": 1, "gate": 2, "exit_code": 0, "format": 1})
    assert isinstance(diff(DiffRequest(before=path, after=path)), MetricsComparison)


def test_a_damaged_decision_is_refused_as_one(tmp_path: Path) -> None:
    data = json.loads(decision_json.render(decided(rules("a > 1"), {"a": 2})))
    data["findings"][0]["outcome"] = "fine"
    (path,) = written(tmp_path, d=data)
    assert problem(path, path)[0] == "malformed-decision"


def test_a_format_that_is_named_is_used_for_both(tmp_path: Path) -> None:
    path = tmp_path / "metrics.txt"
    path.write_text("accuracy: 0.9\n")
    comparison = diff(DiffRequest(before=str(path), after=str(path), reader="yaml"))
    assert [each.move for each in comparison.moves] == [Move.EQUAL]


def test_standard_input_is_one_of_the_two(tmp_path: Path) -> None:
    (path,) = written(tmp_path, m={"accuracy": 0.9})
    stdin = io.BytesIO(b'{"accuracy": 0.8}')
    comparison = diff(DiffRequest(before=path, after="-", stdin=stdin))
    assert [each.move for each in comparison.moves] == [Move.WORSE]
    assert problem("-", "-", stdin=stdin)[0] == "stdin-twice"


def test_a_path_with_an_equals_sign_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "lr=0.1.json"
    path.write_text('{"accuracy": 0.9}')
    comparison = diff(DiffRequest(before=str(path), after=str(path)))
    assert isinstance(comparison, MetricsComparison)
    assert [each.metric for each in comparison.moves] == ["accuracy"]


def test_only_forms_that_a_comparison_has() -> None:
    assert [each.form for each in wanted(["a.md", "b.json", "text=c"], FORMS, "a comparison")] == ["markdown", "json", "text"]
    with pytest.raises(GateError):
        wanted(["a.pdf"], FORMS, "a comparison")

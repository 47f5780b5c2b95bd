"""The confusion matrix in reports: what is shown, what is not, and that labels are only text."""

from __future__ import annotations

from collections.abc import Iterable

from gate.reports import html, markdown
from gate.reports.matrix import Matrix, matrix
from gate.terms.decision import Decision, Verdict
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice


def decision(items: Iterable[Measurement]) -> Decision:
    return Decision(Verdict.PASS, candidate=Measurements.of(items))


def cells(labels: list[str]) -> list[Measurement]:
    return [
        Measurement("confusion", float(10 * row + column), Slice.of({"label": true, "prediction": guess}))
        for row, true in enumerate(labels)
        for column, guess in enumerate(labels)
    ]


def two(*names: str) -> list[Measurement]:
    counts = {"tp": 7.0, "fp": 2.0, "fn": 1.0, "tn": 90.0, "rows": 100.0}
    return [Measurement(name, counts[name]) for name in names]


def test_two_classes_come_from_their_counts() -> None:
    found = matrix(decision(two("tp", "fp", "fn", "tn", "rows")), 12)
    assert found == Matrix(("positive", "negative"), (("positive", ("7", "1")), ("negative", ("2", "90"))))


def test_counts_that_gate_did_not_make_of_rows_are_no_matrix() -> None:
    assert matrix(decision(two("tp", "fp", "fn", "tn")), 12) is None
    assert matrix(decision(two("tp", "fp", "fn", "rows")), 12) is None
    assert matrix(Decision(Verdict.PASS), 12) is None


def test_many_classes_come_from_their_cells_unless_they_are_too_many() -> None:
    found = matrix(decision(cells(["cat", "dog", "eel"])), 3)
    assert found is not None
    assert found.rows[1] == ("dog", ("10", "11", "12"))
    assert matrix(decision(cells(["cat", "dog", "eel"])), 2) is None


def test_labels_are_only_text_in_reports() -> None:
    hostile = decision(cells(["a|b", "<script>alert(1)</script>", "c\u202ed"]))
    page, text = html.render(hostile), markdown.render(hostile)
    assert "<script>alert" not in page
    assert "Confusion matrix" in page
    assert r"`a\|b`" in text
    assert "\u202e" not in page + text
    assert "| true ↓, predicted → |" in text


def test_a_report_without_room_says_that_the_matrix_is_left_out() -> None:
    text = markdown.render(decision(cells(["cat", "dog"])), limit=100)
    assert "Left out to keep this short: the confusion matrix" in text
    assert "true ↓" not in text

"""A rule that cannot be read is corrected with the names that the metrics have."""

from __future__ import annotations


def test_check_corrects_a_name_with_the_metrics(desk):
    desk.rules("weighted avg.f1-score >= 0.8")
    run = desk.check({"weighted avg": {"f1-score": 0.9}})
    assert run.code == 2
    assert """write: - '"weighted avg".f1-score >= 0.8'""" in run.err


def test_unreadable_metrics_leave_the_message_as_it_is(desk):
    desk.rules("weighted avg.f1-score >= 0.8")
    run = desk.check("{")
    assert run.code == 2
    assert "two values stand side by side" in run.err
    assert "gate.yaml:4:5" in run.err


def test_the_corrected_line_works(desk):
    desk.rules("""'"weighted avg".f1-score >= 0.8'""")
    assert desk.check({"weighted avg": {"f1-score": 0.9}}).code == 0

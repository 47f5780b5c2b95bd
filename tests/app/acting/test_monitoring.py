"""`purpose: monitor`: other words, the same verdict, and where to roll back to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.app.api import check
from gate.cli.main import main
from gate.reports import html, markdown, text
from gate.terms.decision import Decision

POLICY = "gate: 1\nname: fraud\n{}rules: [recall >= 0.85, latency <= 200]\n"


def judged(folder: Path, recall: float, latency: float = 100, purpose: str = "purpose: monitor\n") -> Decision:
    (folder / "gate.yaml").write_text(POLICY.format(purpose))
    (folder / "metrics.json").write_text(json.dumps({"recall": recall, "latency": latency}))
    return check(folder / "metrics.json", policy=folder / "gate.yaml", now="2026-06-01")


@pytest.mark.parametrize(
    ("recall", "latency", "said"),
    [
        (0.8, 100, "Act: `fraud` fell below `recall ≥ 0.85`"),
        (0.9, 300, "Act: `fraud` rose above `latency ≤ 200`"),
        (0.8, 300, "Act: `fraud` fell below `recall ≥ 0.85` and 1 other rule fails"),
        (0.9, 100, "Nothing to do: `fraud` (2 rules hold)"),
    ],
)
def test_the_headline_says_what_to_act_on(tmp_path: Path, recall: float, latency: float, said: str) -> None:
    decision = judged(tmp_path, recall, latency)
    assert said in markdown.render(decision).split("\n")[0]
    for rendered in (text.render(decision), markdown.render(decision), html.render(decision)):
        assert "deploy" not in rendered.lower()


def test_the_verdict_is_the_same(tmp_path: Path) -> None:
    for recall in (0.8, 0.9):
        watched, gated = judged(tmp_path, recall), judged(tmp_path, recall, purpose="")
        assert (watched.verdict, watched.exit_code) == (gated.verdict, gated.exit_code)
    assert "DO NOT DEPLOY" in text.render(judged(tmp_path, 0.8, purpose="purpose: deploy\n"))


def test_a_failing_monitor_names_the_newest_run_that_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATE_HISTORY", "history.db")
    for day, recall in (("01", 0.9), ("02", 0.91), ("03", 0.8), ("04", 0.8)):
        judged(tmp_path, recall)
        main(["check", "metrics.json", "--record", "--now", f"2026-05-{day}"])
    assert "the newest run that passed is 20260502-000000000-" in capsys.readouterr().out.split("DO NOT")[-1]


def test_where_nothing_passed_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATE_HISTORY", "history.db")
    judged(tmp_path, 0.8)
    assert main(["check", "metrics.json"]) == 1
    assert "there is no recorded run that passed, to roll back to" in capsys.readouterr().out

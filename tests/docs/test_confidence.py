"""The page on confidence shows what was measured, and nothing older."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def drawn() -> dict[str, Any]:
    return run_path(str(DOCS / "draw_confidence.py"))


def test_the_page_and_the_picture_are_drawn_from_the_numbers(drawn: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn["main"](["--check"]) == 0, capsys.readouterr().out


def test_every_group_has_cells_and_stays_below_its_bar(drawn: dict[str, Any]) -> None:
    rows = drawn["measured"]()
    assert list(drawn["grouped"](rows)) == list(drawn["GROUPS"])
    assert [row for row in rows if drawn["bound"](row) and drawn["above"](row)] == []


def test_a_rate_above_its_bar_is_seen(drawn: dict[str, Any]) -> None:
    row = {
        "section": "Scores",
        "metric": "roc_auc",
        "bar": 6.0,
        "draws": 10_000,
        "false_pass": 6.7,
        "false_fail": 5.0,
        "plain": 50.0,
    }
    assert drawn["above"](row)
    assert not drawn["above"]({**row, "false_pass": 6.5})
    assert "1 above" in drawn["table"]([row])

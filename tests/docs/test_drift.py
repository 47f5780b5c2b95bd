"""The page on drift names all that is measured."""

from __future__ import annotations

from pathlib import Path

from gate.measure import pitfalls, quality
from gate.measure.drift import catalogue
from gate.measure.metrics import majority

PAGE = (Path(__file__).parents[2] / "docs" / "drift.md").read_text(encoding="utf-8")


def test_every_measurement_is_on_the_page() -> None:
    names = [each.name for room in (catalogue, quality, pitfalls, majority) for each in room.METRICS]
    assert [name for name in names if f"`{name}`" not in PAGE] == []

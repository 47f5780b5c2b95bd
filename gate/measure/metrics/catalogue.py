"""Every metric that gate can measure: which families there are, and what each says of its metrics."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from gate.measure.definition import Definition
from gate.measure.metrics.metric import Described
from gate.terms.tally import Tally

FAMILIES = (
    "counts",
    "confusion",
    "majority",
    "scores",
    "classes",
    "class_scores",
    "many_labels",
    "operating",
    "regression",
    "ranking",
    "columns",
    "by_name",
    "flips",
)


def families(tally: Tally, definition: Definition) -> list[Any]:
    """The families that have something to say of a tally."""
    return [family for family in map(load, FAMILIES) if family.applies(tally, definition)]


def described() -> dict[str, list[Described]]:
    """All metrics by family, for the page in the docs."""
    return {name: list(load(name).METRICS) for name in FAMILIES}


def load(name: str) -> Any:
    """A family's module."""
    return import_module(f"gate.measure.metrics.{name}")

"""What `ask` names: `ndcg@5` is the metric `ndcg` with the limit 5."""

from __future__ import annotations

import re

from gate.measure.definition import Definition


def limits(definition: Definition, metric: str) -> list[int]:
    """The whole numbers above 0 that are asked for behind a metric's `@`."""
    asked = (re.fullmatch(re.escape(metric) + "@([1-9][0-9]{0,6})", each) for each in definition.ask)
    return sorted({int(each[1]) for each in asked if each})

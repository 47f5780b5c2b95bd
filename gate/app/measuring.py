"""What rows are measured by: the `measure:` of the policies that judge, or flags of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gate.errors import Place, PolicyError, Problem
from gate.measure.definition import from_mapping
from gate.measure.engines.engine import Effort
from gate.measure.measuring import Measuring
from gate.policy.policy import Policy
from gate.record import replace


def of_policies(policies: Iterable[Policy]) -> Measuring | None:
    """What the policies define; None where none of them does. Raises PolicyError: two that differ, one that is no definition."""
    found: Measuring | None = None
    first: Policy | None = None
    for policy in policies:
        if policy.measure is None:
            continue
        where = policy.places.get("measure", Place(policy.file))
        by = Measuring(definition=from_mapping(policy.measure, where))
        if found is not None and first is not None and by != found:
            what = f"`measure` is not the same here and in {first.file}, and the rows can be measured by one of them only"
            raise PolicyError(Problem("two-measures", what, where, "say it in one policy"))
        found, first = by, policy
    return found


def of_flags(flags: Mapping[str, Any], policies: Iterable[Policy], effort: Effort, engine: str) -> Measuring | None:
    """What flags define, over what the policies do; None where neither does. Raises GateError."""
    base = of_policies(policies)
    if not flags and base is None:
        return None
    written = {**(base.definition.document if base else {}), **flags}
    return Measuring(definition=from_mapping(written), engine=engine, effort=effort)


def alone(by: Measuring) -> Measuring:
    """The same for the rows of another model, which hold no baseline of their own."""
    alone = replace(by.definition, baseline_prediction="", baseline_score="", baseline_threshold=None)
    return replace(by, definition=alone)

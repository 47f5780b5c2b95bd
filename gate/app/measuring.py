"""What rows are measured by: the `measure:` of the policies that judge, or flags of the command line."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from gate.errors import Place, PolicyError, Problem
from gate.measure.definition import from_mapping
from gate.measure.engines.engine import Effort
from gate.measure.measuring import Measuring
from gate.measure.questions import BEYOND
from gate.measure.source import is_address
from gate.policy.policy import Policy
from gate.record import replace


def of_policies(policies: Collection[Policy], now: str = "") -> Measuring | None:
    """What the policies define; None where none of them does. Raises PolicyError: two that differ, one that is no definition."""
    found: Measuring | None = None
    first: Policy | None = None
    for policy in policies:
        if policy.measure is None:
            continue
        where = policy.places.get("measure", Place(policy.file))
        definition = from_mapping(policy.measure, where)
        reference, train = (_from(policy.folder, path) for path in (definition.reference, definition.train))
        by = Measuring(definition=definition, reference=reference, train=train)
        if found is not None and first is not None and by != found:
            what = f"`measure` is not the same here and in {first.file}, and the rows can be measured by one of them only"
            raise PolicyError(Problem("two-measures", what, where, "say it in one policy"))
        found, first = by, policy
    return replace(found, read=_read(policies), now=now) if found is not None else None


def _from(folder: str, path: str) -> str:
    return os.path.join(folder, path) if path and not is_address(path) else path


def _read(policies: Iterable[Policy]) -> frozenset[str]:
    """The metrics that rules read, by the names that rows give them."""
    names = {reading.metric for policy in policies for rule in policy.rules for reading in rule.expr.readings}
    return frozenset(names | {policy.metrics[name].source for policy in policies for name in names & policy.metrics.keys()})


def of_flags(
    flags: Mapping[str, Any], policies: Collection[Policy], effort: Effort, engine: str, now: str = ""
) -> Measuring | None:
    """What flags define, over what the policies do; None where neither does. Raises GateError."""
    base = of_policies(policies, now)
    if not flags and base is None:
        return None
    definition = from_mapping({**(base.definition.document if base else {}), **flags})
    told = replace(base, definition=definition) if base else Measuring(definition=definition, now=now)
    rows = {name: flags[name] for name in ("reference", "train") if name in flags}
    told = told if base else replace(told, read=_read(policies))
    # A ledger and a history know a test set again; where rows have no `id` this costs nothing.
    return replace(told, engine=engine, effort=replace(effort, identify=True), **rows)


def refuse_again(flags: Mapping[str, Any], policies: Collection[Policy]) -> None:
    """Refuse flags for what a policy says of rows: in a check it is not for the command line to say otherwise."""
    for policy in policies:
        said = [key for key in flags if key in (policy.measure or {})]
        if said:
            what = f"`{said[0]}` of `measure` is said here, and by a flag of the command line as well"
            remedy = "in a check the policy says it: leave out the flag"
            raise PolicyError(Problem("two-measures", what, policy.places.get("measure", Place(policy.file)), remedy))


def alone(by: Measuring) -> Measuring:
    """The same for the rows of another model: they hold no baseline of their own, and no rule asks how they drift."""
    other = by.definition
    alone = replace(other, baseline_prediction="", baseline_score="", baseline_threshold=None, threshold=other.cut)
    definition = replace(alone, reference="", train="", ask=_own(alone.ask))
    effort = replace(by.effort, identify=False)
    return replace(by, definition=definition, effort=effort, reference="", train="", read=frozenset())


def _own(ask: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in ask if name not in BEYOND)

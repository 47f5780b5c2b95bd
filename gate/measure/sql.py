"""The SQL that counts, the same for every engine but for what its dialect spells otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gate.measure.definition import Definition
from gate.measure.profile import Profile
from gate.measure.quantities import Quantity, Sum, fixed, quantities, sums

# Why a row cannot be used, as the cells' last key says it; "" is a row that can. See `state`.
NOT_FINITE, NULL, BASELINE, RANGE, BASELINE_RANGE, WEIGHT = "nan", "null", "baseline", "range", "baseline range", "weight"


class Dialect(Protocol):
    """What engines spell differently."""

    def name(self, column: str) -> str:
        """A quoted name."""

    def is_nan(self, expression: str) -> str:
        """Whether a double is NaN."""

    def whole(self, expression: str) -> str:
        """A double without fraction as an integer that does not overflow when summed."""

    def of_hex(self, expression: str) -> str:
        """Fifteen hexadecimal digits as an integer that does not overflow when summed."""


def text(value: str) -> str:
    """A literal."""
    return "'" + value.replace("'", "''") + "'"


def literal(value: Any) -> str:
    """A label as it stands in the rows."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, (int, float)) else text(str(value))


def rows(
    definition: Definition,
    profile: Profile,
    dialect: Dialect,
    columns: Sequence[str],
    source: str,
    instead: Mapping[str, str] | None = None,
) -> str:
    """A select of every row: g0, g1… the slice columns, label, prediction, baseline, state, y, p, q, w.

    `instead` says what stands there in tasks that are not binary, and what stands there besides.
    """
    name = dialect.name
    cut = [f"{name(column)} as g{index}" for index, column in enumerate(columns)]
    told = {"label": name(definition.label) if definition.label else "null"}
    told["prediction"] = _predicted(definition.prediction, definition.score, definition.threshold, dialect)
    told["baseline"] = _predicted(definition.baseline_prediction, definition.baseline_score, definition.cut, dialect)
    told["state"] = state(definition, profile, dialect)
    told["y"] = _truth(definition, profile, dialect)
    for short, column in (("p", definition.score), ("q", definition.baseline_score), ("w", definition.weight)):
        told[short] = f"cast({name(column)} as double)" if column else "cast(null as double)"
    listed = [f"{expression} as {alias}" for alias, expression in (told | dict(instead or {})).items()]
    return f"select {', '.join([*cut, *listed])} from {source}"


def _predicted(column: str, score: str, threshold: float, dialect: Dialect) -> str:
    if column:
        return dialect.name(column)
    return f"(cast({dialect.name(score)} as double) >= {threshold!r})" if score else "null"


def _truth(definition: Definition, profile: Profile, dialect: Dialect) -> str:
    """1 for the positive label, 0 for another, null for none."""
    if profile.task != "binary":
        return "cast(null as double)"
    label = dialect.name(definition.label)
    known = has_label(definition, profile, dialect)
    if not profile.positives:
        return f"case when {known} then 0e0 end"
    among = ", ".join(literal(each) for each in profile.positives)
    return f"case when not ({known}) then null when {label} in ({among}) then 1e0 else 0e0 end"


def has_label(definition: Definition, profile: Profile, dialect: Dialect) -> str:
    """Whether the row has a label: NaN, as frames write a missing one, is none."""
    label = dialect.name(definition.label)
    number = profile.kinds[definition.label] == "number"
    return f"{label} is not null" + (f" and not {dialect.is_nan(label)}" if number else "")


def state(definition: Definition, profile: Profile, dialect: Dialect) -> str:
    """Why a row cannot be used: the first that holds of its weight, score, prediction and baseline."""
    cases: list[str] = []
    if definition.weight:
        weight = _double(definition.weight, dialect)
        cases.append(f"when {weight} is null or not ({weight} >= 0 and {weight} <= 1e6) then {text(WEIGHT)}")
    for score, prediction, null in (
        (definition.score, definition.prediction, NULL),
        (definition.baseline_score, definition.baseline_prediction, BASELINE),
    ):
        cases += score_states(score, null, definition, dialect) if score else []
        if prediction:
            missing = f"{dialect.name(prediction)} is null"
            number = profile.kinds[prediction] == "number"
            nan = f" or {dialect.is_nan(dialect.name(prediction))}" if number else ""
            cases.append(f"when {missing}{nan} then {text(null)}")
    return f"case {' '.join(cases)} else '' end" if cases else "''"


def score_states(column: str, null: str, definition: Definition, dialect: Dialect) -> list[str]:
    score = _double(column, dialect)
    finite = f"{score} >= -1.7976931348623157e308 and {score} <= 1.7976931348623157e308"
    nan, beyond = (BASELINE, BASELINE_RANGE) if null == BASELINE else (NOT_FINITE, RANGE)
    cases = [
        f"when {score} is null then {text(null)}",
        f"when {dialect.is_nan(score)} or not ({finite}) then {text(nan)}",
    ]
    if definition.probability:
        cases.append(f"when {score} < 0 or {score} > 1 then {text(beyond)}")
    return cases


def _double(column: str, dialect: Dialect) -> str:
    return f"cast({dialect.name(column)} as double)"


# -- cells


def fields(definition: Definition, profile: Profile) -> tuple[str, ...]:
    """The numbers of a cell."""
    return ("n", *(each.name for each in sums(definition, profile.task)))


def counted(definition: Definition, profile: Profile, dialect: Dialect, groups: Sequence[str], source: str) -> str:
    """A select that counts what `rows` selected: by `groups`, label, prediction, baseline, state."""
    by = [*groups, "label", "prediction", "baseline", "state"]
    worth = {each.name: each for each in quantities(definition, profile.task)}
    each_row = [f"{quantity.sql} as {quantity.name}" for quantity in worth.values()]
    usable = "state = '' and y is not null" if worth else "state = ''"
    numbers = [f"{_summed(one, worth, dialect, usable)} as f{index}" for index, one in enumerate(sums(definition, profile.task))]
    within = f"(select *{''.join(', ' + each for each in each_row)} from ({source}) as r0) as r1"
    return f"select {', '.join([*by, 'count(*) as n', *numbers])} from {within} group by {', '.join(by)}"


def _summed(one: Sum, worth: dict[str, Quantity], dialect: Dialect, usable: str) -> str:
    """The sum of a product over the rows that can be used; a weight alone counts for rows without a label, too."""
    plain = all(factor == "w" for factor in one.factors)
    product = " * ".join(one.factors)
    bounded = all(worth[factor].bounded for factor in one.factors if factor != "w")
    number = dialect.whole(fixed(product)) if bounded else product
    holds = "state <> 'weight'" if plain else usable
    return f"coalesce(sum(case when {holds} then {number} end), 0)"


def added(groups: Sequence[str], count: int, source: str) -> str:
    """A select that adds up counted rows of finer groups."""
    by = [*groups, "label", "prediction", "baseline", "state"]
    numbers = ["sum(n)", *(f"sum(f{index})" for index in range(count))]
    return f"select {', '.join([*by, *numbers])} from {source} group by {', '.join(by)}"

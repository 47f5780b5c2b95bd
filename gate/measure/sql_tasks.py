"""What a row says in tasks that are not binary: many classes with scores, many labels, numbers, rankings."""

from __future__ import annotations

from collections.abc import Sequence

from gate.measure import sql
from gate.measure.definition import Definition, label_text
from gate.measure.profile import Profile
from gate.measure.sql import Dialect

_LARGEST = "1.7976931348623157e308"
_KNOWN = "''"  # where a cell needs no more than that there is a label


def rows(definition: Definition, profile: Profile, dialect: Dialect, columns: Sequence[str], source: str) -> str:
    """A select of every row as `sql.rows` has it, with what the task reads: `y` is null where there is no label.

    Classes with scores: `s0, s1…`, their `square_sum`, `t` that of the row's own class, `place` its rank among them. Many
    labels: `y0, h0, y1, h1…` for each class, 1 or 0. Regression and rankings: the numbers `y` and `p` (and `q`).
    Columns to summarise: `x0, x1…`; the cluster that a row belongs to is its `unit`.
    """
    task = {"regression": _numbers, "ranking": _numbers, "multilabel": _many_labels, "multiclass": _classes}.get(profile.task)
    instead = task(definition, profile, dialect) if task else {}
    if definition.id and definition.has_baseline:
        instead["case_id"] = dialect.name(definition.id)
    instead |= {"unit": dialect.name(definition.cluster)} if definition.cluster else {}
    instead |= {"query": dialect.name(definition.query)} if definition.query else {}
    for index, column in enumerate(definition.columns):
        name = dialect.name(column)
        kind = profile.kinds[column]
        instead[f"x{index}"] = {
            "boolean": f"cast(case when {name} then 1e0 when not {name} then 0e0 end as double)",
            "text": name,
        }.get(kind, f"cast({name} as double)")
    return sql.rows(definition, profile, dialect, columns, source, instead)


def finite(expression: str) -> str:
    """Whether a double is neither NaN nor infinite; null counts as not."""
    return f"coalesce({expression} >= -{_LARGEST} and {expression} <= {_LARGEST}, false)"


def _number(column: str, dialect: Dialect) -> str:
    """A column as a finite number, or null."""
    double = f"cast({dialect.name(column)} as double)"
    return f"case when {finite(double)} then {double} end"


def _states(cases: list[str], definition: Definition, dialect: Dialect) -> str:
    """The state of a row: that of its weight first."""
    weight = f"cast({dialect.name(definition.weight)} as double)" if definition.weight else ""
    bad = f"when {weight} is null or not ({weight} >= 0 and {weight} <= 1e6) then {sql.text(sql.WEIGHT)}"
    every = [bad, *cases] if weight else cases
    return f"case {' '.join(every)} else '' end" if every else "''"


def _unusable(column: str, dialect: Dialect, null: str = sql.NULL, nan: str = sql.NOT_FINITE) -> list[str]:
    double = f"cast({dialect.name(column)} as double)"
    return [f"when {double} is null then {sql.text(null)}", f"when not {finite(double)} then {sql.text(nan)}"]


def _numbers(definition: Definition, profile: Profile, dialect: Dialect) -> dict[str, str]:
    label = _number(definition.label, dialect)
    guess = definition.prediction or definition.score
    before = definition.baseline_prediction or definition.baseline_score
    cases = _unusable(guess, dialect) if guess else []
    cases += _unusable(before, dialect, sql.BASELINE, sql.BASELINE) if before else []
    cases += [f"when {dialect.name(definition.query)} is null then {sql.text(sql.NULL)}"] if profile.task == "ranking" else []
    return {
        "label": f"case when {label} is not null then {_KNOWN} end",
        "prediction": _KNOWN if guess else "null",
        "baseline": _KNOWN if before else "null",
        "state": _states(cases, definition, dialect),
        "y": label,
        "p": _number(guess, dialect) if guess else "cast(null as double)",
        "q": _number(before, dialect) if before else "cast(null as double)",
    }


def _many_labels(definition: Definition, profile: Profile, dialect: Dialect) -> dict[str, str]:
    found: dict[str, str] = {}
    cases: list[str] = []
    for index, (label, column) in enumerate(definition.labels.items()):
        found[f"y{index}"] = _truth(column, profile, dialect)
        if definition.predictions:
            found[f"h{index}"] = guess = _truth(definition.predictions[label], profile, dialect)
            cases.append(f"when {guess} is null then {sql.text(sql.NULL)}")
        else:
            score = definition.scores[label]
            double = f"cast({dialect.name(score)} as double)"
            found[f"h{index}"] = f"case when {double} >= {definition.threshold!r} then 1 else 0 end"
            cases += sql.score_states(score, sql.NULL, definition, dialect)
    known = " and ".join(f"{_truth(column, profile, dialect)} is not null" for column in definition.labels.values())
    return found | {
        "label": f"case when {known} then {_KNOWN} end",
        "prediction": _KNOWN,
        "state": _states(cases, definition, dialect),
        "y": f"case when {known} then 1e0 end",
    }


def _truth(column: str, profile: Profile, dialect: Dialect) -> str:
    """1, 0 or null of a column of true and false or of 0 and 1; other numbers count as their being above 0."""
    name = dialect.name(column)
    if profile.kinds[column] == "boolean":
        return f"(case when {name} then 1 when not {name} then 0 end)"
    double = f"cast({name} as double)"
    return f"(case when {double} > 0 and {finite(double)} then 1 when {double} <= 0 then 0 end)"


def _classes(definition: Definition, profile: Profile, dialect: Dialect) -> dict[str, str]:
    if not definition.scores:
        return {}
    label = dialect.name(definition.label)
    classes = sorted(definition.scores)
    doubles = {each: f"cast({dialect.name(definition.scores[each])} as double)" for each in classes}
    raw = {each: [sql.literal(value) for value in profile.labels if label_text(value) == each] for each in classes}
    is_class = {each: f"{label} in ({', '.join(raw[each])})" for each in classes if raw[each]}
    own = " ".join(f"when {test} then {doubles[each]}" for each, test in is_class.items())
    at = " ".join(f"when {test} then {classes.index(each)}" for each, test in is_class.items())
    truth = f"(case {own} end)"
    ahead = [
        f"case when {doubles[each]} > {truth} or ({doubles[each]} = {truth} and {index} > (case {at} end)) then 1 else 0 end"
        for index, each in enumerate(classes)
    ]
    cases = [case for column in definition.scores.values() for case in sql.score_states(column, sql.NULL, definition, dialect)]
    for column, null in ((definition.prediction, sql.NULL), (definition.baseline_prediction, sql.BASELINE)):
        cases += [f"when {dialect.name(column)} is null then {sql.text(null)}"] if column else []
    found = {
        "y": f"case when {sql.has_label(definition, profile, dialect)} then 1e0 end",
        "t": truth,
        "place": f"(1 + {' + '.join(ahead)})",
        "square_sum": " + ".join(f"{each} * {each}" for each in doubles.values()),
        "state": _states(cases, definition, dialect),
    } | {f"s{index}": double for index, double in enumerate(doubles.values())}
    if not definition.prediction:
        largest = f"greatest({', '.join(doubles.values())})"
        best = " ".join(f"when {each} = {largest} then {sql.text(name)}" for name, each in doubles.items())
        found["prediction"] = f"case {best} end"
    return found

"""The whole beside a reference: a classifier that tells the rows from the reference's finds what no column shows."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from gate.errors import MissingExtraError
from gate.measure.definition import Definition
from gate.measure.drift.columns import Chosen, Kind
from gate.measure.drift.sides import Side
from gate.measure.metrics.metric import Value
from gate.stats import samples

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST_ROWS = 10_000  # of each side
LEAST_ROWS = 200
FOLDS = 5
CATEGORIES = 200  # the classifier tells so many apart; rarer ones are one


def auc(now: Side, before: Side, columns: Sequence[Chosen], definition: Definition) -> Value:
    """ROC AUC of boosted trees that tell `now` from `before`, mean over five folds that they did not learn from.

    Each fold's standard error is DeLong's. At most 10,000 rows of each side are looked at, chosen by a hash of the row,
    so that their order does not matter. The label is no feature: it may not be there yet.
    Raises MissingExtraError without scikit-learn.
    """
    used = [column for column in columns if not column.problem and column.name != definition.label]
    if min(now.rows, before.rows) < LEAST_ROWS:
        return Value(None, problem=f"not measured: {min(now.rows, before.rows)} rows, and {LEAST_ROWS} are needed")
    if not used:
        return Value(None, problem="not measured: no column can be compared")
    tables = [_sampled(side, used, salt) for side, salt in ((before, "reference"), (now, "current"))]
    features, categorical = _encoded(used, tables)
    return _cross_fitted(features, len(tables[0][0]), categorical)


def _sampled(side: Side, columns: Sequence[Chosen], salt: str) -> list[Any]:
    """A few rows as arrays, in an order that tells nothing."""
    read = [
        f"cast({side.spelling.name(column.name)} as {'double' if column.kind is Kind.NUMBER else 'varchar'}) as c{index}"
        for index, column in enumerate(columns)
    ]
    order = side.shuffled([column.name for column in columns], salt)
    names = [f"c{index}" for index in range(len(columns))]
    found = side.arrays(f"select {', '.join(read)} from {side.table} order by {order} limit {MOST_ROWS}", names)
    return [found[name] for name in names]


def _encoded(columns: Sequence[Chosen], tables: Sequence[list[Any]]) -> tuple[Array, list[bool]]:
    """Both tables, one below the other, as numbers: categories by how frequent they are, NaN for missing."""
    import numpy as np

    encoded = []
    for index, column in enumerate(columns):
        raw: Any = np.ma.concatenate([table[index] for table in tables])  # type: ignore[no-untyped-call]
        if column.kind is Kind.NUMBER:
            values = np.ma.filled(raw.astype(np.float64), np.nan)
            encoded.append(np.where(np.isinf(values), np.sign(values) * np.finfo(np.float32).max, values))
        else:
            encoded.append(_ranked(np.ma.filled(raw.astype(object), None)))
    return np.column_stack(encoded), [column.kind is Kind.CATEGORY for column in columns]


def _ranked(values: Array) -> Array:
    from collections import Counter

    import numpy as np

    counts = Counter(value for value in values if value is not None)
    common = sorted(counts, key=lambda value: (-counts[value], value))[:CATEGORIES]
    codes: dict[Any, float] = {value: float(index) for index, value in enumerate(common)} | {None: float("nan")}
    return np.array([codes.get(value, float(len(common))) for value in values])


def _cross_fitted(features: Array, first: int, categorical: list[bool]) -> Value:
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]
        from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise MissingExtraError("the domain classifier", "sklearn") from None
    import numpy as np

    side = (np.arange(len(features)) >= first).astype(np.int64)
    areas: list[tuple[float, float]] = []
    told = {"max_iter": 40, "max_leaf_nodes": 15, "early_stopping": False, "random_state": 0}
    with threadpool_limits(1):  # so few rows are slower in several threads, much slower where others work, too
        for learn, judge in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(features, side):
            model = HistGradientBoostingClassifier(categorical_features=categorical, **told)
            scores = model.fit(features[learn], side[learn]).decision_function(features[judge])
            areas.append(samples.auc(np.sort(scores[side[judge] == 1]), np.sort(scores[side[judge] == 0])))
    value = sum(area for area, _ in areas) / FOLDS
    n_pos = int(side.sum())
    stderr = sqrt(sum(error * error for _, error in areas)) / FOLDS
    return Value(value, n=len(side), stderr=stderr, n_pos=n_pos, n_neg=len(side) - n_pos)

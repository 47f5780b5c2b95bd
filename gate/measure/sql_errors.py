"""Counts for predicted numbers: sums of powers of the error, and the order of the errors."""

from __future__ import annotations

from gate.measure import orders, weighted_orders
from gate.measure.further import Rows, weights
from gate.measure.sql_powers import add, by_size, largest, rests, sums
from gate.stats.sized import Powers
from gate.terms.tally import Table

# e the error (prediction less label), a its absolute value, y the label, r the error relative to the label.
ERRORS: tuple[Powers, ...] = (
    (("a", 1),), (("a", 2),), (("a", 4),), (("e", 1),), (("e", 1), ("a", 1)), (("a", 2), ("y", 1)), (("a", 2), ("y", 2)),
    (("y", 1),), (("y", 2),), (("y", 3),), (("y", 4),),
)  # fmt: skip
CUBES: tuple[Powers, ...] = ((("a", 3),), (("a", 6),), (("e", 3),))
RELATIVE: tuple[Powers, ...] = ((("r", 1),), (("r", 2),))
RELATIVE_CUBES: tuple[Powers, ...] = ((("r", 3),),)
# l an error of the candidate, d what it exceeds the baseline's by.
PAIRED: tuple[Powers, ...] = ((("l", 1),), (("d", 1),), (("l", 2),), (("l", 1), ("d", 1)), (("d", 2),))
PAIRED_CUBES: tuple[Powers, ...] = ((("l", 3),), (("l", 2), ("d", 1)), (("l", 1), ("d", 2)), (("d", 3),))
EXPLAINED: tuple[Powers, ...] = ((("d", 1),), (("d", 2),), (("d", 1), ("y", 1)), (("d", 1), ("y", 2)))
RESTS: tuple[Powers, ...] = ((("y", 1),), (("y", 2),))  # a variance is the small difference of these
SMALLEST = 2.0**-52  # what a label of 0 counts as, below a relative error, as scikit-learn has it


def tables(rows: Rows) -> dict[str, Table]:
    """`errors`, `relative_errors`, `largest_error`; where rows are few enough `error_order` and `error_steps`, of the absolute
    errors; and with a baseline `paired_errors`, and `explained`: what squares of errors exceed the baseline's by, and labels.
    """
    if rows.profile.task != "regression" or not (rows.asked.prediction or rows.asked.score):
        return {}
    found: dict[str, Table] = {}
    models = [("", "p"), *([("baseline", "q")] if rows.asked.has_baseline else [])]
    for model, guess in models:
        error = f"({guess} - y)"
        relative = f"(abs({error}) / greatest(abs(y), {SMALLEST!r}))"
        squares = sums(rows, ERRORS, CUBES) | rests(rows, RESTS)
        add(found, "errors", ("model", "e", "y"), ("n", *squares), model, by_size(rows, {"e": error, "y": "y"}, squares))
        ratios = sums(rows, RELATIVE, RELATIVE_CUBES)
        add(found, "relative_errors", ("model", "r"), ("n", *ratios), model, by_size(rows, {"r": relative}, ratios))
        add(found, "largest_error", ("model", "error"), ("n",), model, largest(rows, f"abs({error})"))
        _ordered(rows, found, model, f"abs({guess} - y)")
    return found | (_paired(rows) if rows.asked.has_baseline else {})


def _ordered(rows: Rows, found: dict[str, Table], model: str, size: str) -> None:
    """The order of the absolute errors."""
    if rows.asked.weight:
        add(found, "error_cells", ("model", "cell"), ("n", *weights(rows)), model, weighted_orders.on_grid(rows, size))
        order = weighted_orders.of(rows, size, (0.5,))
        add(found, "error_order", ("model", "at"), orders.FIELDS, model, order, merges=False)
        return
    order, steps = orders.of(rows, size, (0.5,))
    add(found, "error_cells", ("model", "cell"), ("n",), model, orders.on_grid(rows, size))
    add(found, "error_order", ("model", "at"), orders.FIELDS, model, order, merges=False)
    add(found, "error_steps", ("model", "at", "rank"), orders.STEP_FIELDS, model, steps, merges=False)


def _paired(rows: Rows) -> dict[str, Table]:
    """Errors of both models in the same rows."""
    found: dict[str, Table] = {}
    near = f"greatest(abs(y), {SMALLEST!r})"
    errors = {"mae": "abs({0} - y)", "mse": "({0} - y) * ({0} - y)", "bias": "({0} - y)", "mape": f"(abs({{0}} - y) / {near})"}
    fields = sums(rows, PAIRED, PAIRED_CUBES)
    for metric, error in errors.items():
        here, there = error.format("p"), error.format("q")
        difference = (
            "((p - q) * ((p - y) + (q - y)))" if metric == "mse" else "(p - q)" if metric == "bias" else f"({here} - {there})"
        )
        counted = by_size(rows, {"l": f"({here})", "d": difference}, fields)
        add(found, "paired_errors", ("metric", "l", "d"), ("n", *fields), metric, counted)
    fields = sums(rows, EXPLAINED, ())
    numbers = {"d": "((p - q) * ((p - y) + (q - y)))", "y": "y"}
    add(found, "explained", ("metric", "d", "y"), ("n", *fields), "mse", by_size(rows, numbers, fields))
    return found

"""Counts for predicted numbers: sums of powers of the error, and the order of the errors."""

from __future__ import annotations

from gate.measure import orders
from gate.measure.further import Rows
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
RESTS: tuple[Powers, ...] = ((("y", 1),), (("y", 2),))  # a variance is the small difference of these
SMALLEST = 2.0**-52  # what a label of 0 counts as, below a relative error, as scikit-learn has it


def tables(rows: Rows) -> dict[str, Table]:
    """`errors`, `relative_errors`, `largest_error`; and where rows are few enough `error_order`, of the absolute errors."""
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
        order = orders.of(rows, f"abs({guess} - y)", (0.5,))
        cells = orders.on_grid(rows, f"abs({guess} - y)")
        add(found, "error_cells", ("model", "cell"), ("n",), model, cells)
        add(found, "error_order", ("model", "at"), orders.FIELDS, model, order, merges=False)
    return found

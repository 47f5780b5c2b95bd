"""Counts for predicted numbers: sums of powers of the error, and the order of the errors."""

from __future__ import annotations

from gate.measure import orders, powers
from gate.measure.further import USABLE, Rows, grouped, weights, whole
from gate.measure.powers import Powers
from gate.measure.tally import Key, Number, Table

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
        _add(found, "errors", ("e", "y"), tuple(squares), model, _sums(rows, {"e": error, "y": "y"}, squares))
        ratios = sums(rows, RELATIVE, RELATIVE_CUBES)
        _add(found, "relative_errors", ("r",), tuple(ratios), model, _sums(rows, {"r": relative}, ratios))
        _add(found, "largest_error", ("error",), (), model, largest(rows, f"abs({error})"))
    order = {
        (on, model, at): row for model, guess in models for (on, at), row in orders.of(rows, f"abs({guess} - y)", (0.5,)).items()
    }
    return found | ({"error_order": Table(("model", "at"), orders.FIELDS, order, merges=False)} if order else {})


def rests(rows: Rows, listed: tuple[Powers, ...]) -> dict[str, str]:
    """SQL for what rounding leaves, by field."""
    once = 1 if rows.asked.weight else 0
    of_weight = {"w.rest": whole(rows, powers.rest("w"))} if once else {}
    return of_weight | {
        f"{powers.field(each, once)}.rest": whole(rows, powers.rest(powers.product(each, once))) for each in listed
    }


def sums(rows: Rows, listed: tuple[Powers, ...], cubes: tuple[Powers, ...]) -> dict[str, str]:
    """SQL by field; with weights there are no cubes: they would not fit in 128 bits."""
    if not rows.asked.weight:
        return {powers.field(each): whole(rows, powers.product(each)) for each in (*listed, *cubes)}
    both = {powers.field(each, times): whole(rows, powers.product(each, times)) for times in (1, 2) for each in listed}
    return weights(rows) | both


def _sums(rows: Rows, keys: dict[str, str], listed: dict[str, str]) -> dict[Key, tuple[Number, ...]]:
    """Sums by the sizes of the numbers: `keys` are the numbers by name, as the fields name them."""
    sized = ", ".join(f"{number} as raw_{name}, {powers.size(number)} as size_{name}" for name, number in keys.items())
    inner = f"select *, {sized} from ({rows.rows}) as r2 where {USABLE}"
    kept = ", ".join(f"g{index}" for index in range(len(rows.columns)))
    scaled = ", ".join(f"raw_{name} / power(2e0, size_{name}) as {name}" for name in keys)
    carried = ", ".join(f"size_{name}" for name in keys)
    absolute = ", abs(raw_e / power(2e0, size_e)) as a" if "e" in keys else ""
    source = f"select {kept + ', ' if kept else ''}w, {carried}, {scaled}{absolute} from ({inner}) as r3"
    return grouped(rows, {name: f"size_{name}" for name in keys}, listed, "true", source)


def largest(rows: Rows, error: str) -> dict[Key, tuple[Number, ...]]:
    """The largest absolute error of each slice as a key, so that the largest of several parts is among their keys."""
    found: dict[Key, tuple[Number, ...]] = {}
    for key, row in grouped(rows, {}, {"largest": error}, aggregate="max").items():
        at: Key = (*key, float(row[1]))
        found[at] = (row[0],)
    return found


def _add(
    found: dict[str, Table],
    name: str,
    keys: tuple[str, ...],
    fields: tuple[str, ...],
    model: str,
    rows: dict[Key, tuple[Number, ...]],
) -> None:
    """Put one model's rows into a table."""
    before = found[name].rows if name in found else {}
    of_model = {(key[0], model, *key[1:]): row for key, row in rows.items()}
    found[name] = Table(("model", *keys), ("n", *fields), {**before, **of_model})

"""Counts for scores by class and for rows of many labels."""

from __future__ import annotations

from gate.measure.further import USABLE, Rows, grouped, weights, whole
from gate.terms.tally import Key, Number, Table

CELLS = ("11", "10", "01")  # label and prediction of a class; the rest of the rows is neither


def tables(rows: Rows) -> dict[str, Table]:
    """`places`: rows by the place of their class among the scores; `overlaps` and `labels`: rows by what was right of many."""
    fields = ("n", *weights(rows))
    if rows.profile.task == "multiclass" and rows.asked.scores:
        return {"places": Table(("place",), fields, grouped(rows, {"place": "place"}, weights(rows)))}
    if rows.profile.task != "multilabel":
        return {}
    names = list(rows.asked.labels)
    both = " + ".join(f"y{index} * h{index}" for index, _ in enumerate(names))
    guessed = " + ".join(f"h{index}" for index, _ in enumerate(names))
    true = " + ".join(f"y{index}" for index, _ in enumerate(names))
    overlaps = grouped(rows, {"both": both, "predicted": guessed, "labelled": true}, weights(rows))
    return {
        "overlaps": Table(("both", "predicted", "labelled"), fields, overlaps),
        "labels": Table(("class", "y", "h"), fields, _by_class(rows, names)),
    }


def _by_class(rows: Rows, names: list[str]) -> dict[Key, tuple[Number, ...]]:
    """Each class's cells in one pass: a column for each number, taken apart again."""
    worth = {"n": "1", **({"w": "w", "w.w": "w * w"} if rows.asked.weight else {})}
    sums: dict[str, str] = {}
    for index, _ in enumerate(names):
        for cell in CELLS:
            holds = f"y{index} = {cell[0]} and h{index} = {cell[1]}"
            for name, number in worth.items():
                counted = number if name == "n" else whole(rows, number)
                sums[f"{index} {cell} {name}"] = f"case when {holds} then {counted} else 0 end"
    found: dict[Key, tuple[Number, ...]] = {}
    totals = {f"all {name}": whole(rows, number) for name, number in worth.items() if name != "n"}
    for (on,), row in grouped(rows, {}, {**totals, **sums}, USABLE).items():
        numbers = [int(each) for each in row]
        width = len(worth)
        total, rest = numbers[:width], numbers[width:]
        for index, name in enumerate(names):
            left = list(total)
            for at, cell in enumerate(CELLS):
                start = (index * len(CELLS) + at) * width
                here = rest[start : start + width]
                found[on, name, int(cell[0]), int(cell[1])] = tuple(here)
                left = [before - each for before, each in zip(left, here, strict=True)]
            found[on, name, 0, 0] = tuple(left)
    return found

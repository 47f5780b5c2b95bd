"""Counts for scores by class and for rows of many labels."""

from __future__ import annotations

from gate.measure.further import USABLE, Rows, grouped, weights, whole
from gate.terms.tally import Key, Number, Table

CELLS = ("11", "10", "01")  # label and prediction of a class; the rest of the rows is neither
MOST_CROSSED = 12  # classes whose cells are counted by pairs: 594 numbers; errors of means over more classes are not known


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
        **_crossed(rows, names),
    }


def _crossed(rows: Rows, names: list[str]) -> dict[str, Table]:
    """`label_pairs`: rows (squares of their weights) by the cells of two classes, for the errors of means over classes."""
    if not 1 < len(names) <= MOST_CROSSED:
        return {}
    worth = whole(rows, "w * w") if rows.asked.weight else "1"
    pairs = [
        (first, cell, second, other)
        for first in range(len(names))
        for second in range(first + 1, len(names))
        for cell in CELLS
        for other in CELLS
    ]
    sums = {str(pair): f"case when {_holds(*pair[:2])} and {_holds(*pair[2:])} then {worth} else 0 end" for pair in pairs}
    found: dict[Key, tuple[Number, ...]] = {}
    for (on,), row in grouped(rows, {}, sums, USABLE).items():
        for (first, cell, second, other), number in zip(pairs, row[1:], strict=True):
            if number:
                found[on, names[first], cell, names[second], other] = (int(number),)
    field = "w.w" if rows.asked.weight else "n"
    return {"label_pairs": Table(("class", "cell", "other", "other_cell"), (field,), found)}


def _holds(index: int, cell: str) -> str:
    return f"y{index} = {cell[0]} and h{index} = {cell[1]}"


def _by_class(rows: Rows, names: list[str]) -> dict[Key, tuple[Number, ...]]:
    """Each class's cells in one pass: a column for each number, taken apart again."""
    worth = {"n": "1", **({"w": "w", "w.w": "w * w"} if rows.asked.weight else {})}
    sums: dict[str, str] = {}
    for index, _ in enumerate(names):
        for cell in CELLS:
            holds = _holds(index, cell)
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

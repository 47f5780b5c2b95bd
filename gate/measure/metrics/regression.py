"""Metrics of a predicted number: functions of sums of powers of the errors, with standard errors by influence values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import sqrt
from typing import Any

from gate.measure import powers, weighted_orders
from gate.measure.definition import Definition
from gate.measure.metrics.metric import DOWN, UP, Described, Named, Names, Value, View
from gate.measure.orders import CONFIDENCE, of_cells
from gate.stats.sized import Powers
from gate.terms.tally import SCALE, Tally

_ERRORS = ("errors",)
METRICS = (
    Described("mae", DOWN, 0, None, _ERRORS, oracle="mean_absolute_error", means="mean absolute error"),
    Described("mse", DOWN, 0, None, _ERRORS, oracle="mean_squared_error", means="mean squared error"),
    Described("rmse", DOWN, 0, None, _ERRORS, oracle="root_mean_squared_error", means="root of the mean squared error"),
    Described("r2", UP, None, 1, _ERRORS, oracle="r2_score", means="share of the label's variance that is explained"),
    Described("bias", None, None, None, _ERRORS, means="mean error: prediction less label"),
    Described(
        "mape",
        DOWN,
        0,
        None,
        ("relative_errors",),
        oracle="mean_absolute_percentage_error",
        means="mean error relative to the label",
    ),
    Described(
        "median_absolute_error",
        DOWN,
        0,
        None,
        ("error_order",),
        oracle="median_absolute_error",
        means="half the errors are below",
    ),
    Described("max_error", DOWN, 0, None, ("largest_error",), oracle="max_error", means="the largest absolute error"),
    Described(
        "pinball", DOWN, 0, None, _ERRORS, oracle="mean_pinball_loss(alpha=…)", means="loss of a predicted quantile: pinball@0.9"
    ),
)
_NO_ROWS = "not defined: no row has a label"
_CONSTANT = "not defined: the labels are all the same, or vary too little for their size"
TOLD = 1e-11  # of the mean square, what numbers must vary at least, so that sums of squares in doubles can tell it


def applies(tally: Tally, definition: Definition) -> bool:
    """Numbers as labels, and as predictions."""
    del definition
    return "errors" in tally


def measure(view: View) -> Mapping[Names, Value]:
    """Every metric of the errors on a slice."""
    sums = Sums(list(_sized(view, "errors", ("e", "y"))), view.weighted)
    relative = Sums(list(_sized(view, "relative_errors", ("r",))), view.weighted)
    if not sums.weight:
        return dict.fromkeys((each.name for each in METRICS[:-1]), Value(None, problem=_NO_ROWS))
    found: dict[Names, Value] = {
        "mae": sums.mean((("a", 1),), (("a", 2),)),
        "mse": (mse := sums.mean((("a", 2),), (("a", 4),))),
        "rmse": _root(mse),
        "r2": _explained(sums),
        "bias": sums.mean((("e", 1),), (("a", 2),)),
        "mape": relative.mean((("r", 1),), (("r", 2),)),
        "max_error": Value(max(key[1] for key in view.rows("largest_error") if key[0] == view.model), n=sums.n),
        "median_absolute_error": _median(view),
    }
    for share in quantiles(view.definition):
        found[Named(f"pinball@{share}", "pinball")] = _pinball(sums, float(share))
    return found


def quantiles(definition: Definition) -> list[str]:
    """The quantiles for which `ask` names a pinball loss, as written."""
    asked = [each.removeprefix("pinball@") for each in definition.ask if each.startswith("pinball@")]
    return [each for each in asked if each.replace(".", "", 1).isdigit() and 0 < float(each) < 1]


class Sums:
    """Sums of powers over rows of all sizes: (the size of each number by its name, the fields)."""

    def __init__(self, rows: list[tuple[Mapping[str, int], Mapping[str, Any]]], weighted: bool) -> None:
        self.weighted = weighted
        self._rows = rows
        self.n = sum(int(numbers["n"]) for _, numbers in self._rows)
        self.weight = (
            Fraction(sum(_weight(numbers) for _, numbers in self._rows), SCALE * SCALE) if self.weighted else Fraction(self.n)
        )
        self.square = Fraction(sum(int(numbers["w.w"]) for _, numbers in self._rows), SCALE) if self.weighted else self.weight

    def once(self, *of: tuple[str, int]) -> Fraction:
        """The sum of a product, weighted once."""
        return powers.total(self._rows, of, 1 if self.weighted else 0)

    def twice(self, *of: tuple[str, int]) -> Fraction:
        """The sum of a product, weighted by the square of the weight."""
        return powers.total(self._rows, of, 2 if self.weighted else 0)

    def mean(self, of: Powers, squared: Powers) -> Value:
        """A mean and its standard error; `squared` is the square of what is averaged."""
        value = self.once(*of) / self.weight
        squares = self.twice(*squared)
        variance = squares - 2 * value * self.twice(*of) + value * value * self.square
        return self.value(value, variance if variance > TOLD * squares else Fraction(0))

    def value(self, value: Fraction, variance: Fraction) -> Value:
        """A value whose influence values, squared and weighted, add up to `variance`."""
        error = sqrt(variance) / float(self.weight) if variance > 0 else 0.0
        return Value(float(value), n=self.n, stderr=error or None)


def _weight(numbers: Mapping[str, Any]) -> int:
    return int(numbers["w"]) * SCALE + int(numbers.get("w.rest", 0))


def _sized(view: View, table: str, sized: tuple[str, ...]) -> Iterator[tuple[Mapping[str, int], Mapping[str, Any]]]:
    for key, numbers in view.rows(table).items():
        if key[0] == view.model:
            sizes = dict(zip(sized, (int(each) for each in key[1:]), strict=True))
            yield sizes | ({"a": sizes["e"]} if "e" in sizes else {}), numbers


def _root(mse: Value) -> Value:
    """The root of the mean square; its error by the slope of the root."""
    root = sqrt(mse.value or 0.0)
    return Value(root, n=mse.n, stderr=mse.stderr / (2 * root) if mse.stderr and root else None)


def _explained(sums: Sums) -> Value:
    """1 - MSE / variance. A row's influence is -(e² - ratio (y - mean)²) / variance, the ratio being MSE / variance."""
    centre = sums.once(("y", 1)) / sums.weight
    squares = sums.once(("y", 2)) / sums.weight
    spread = squares - centre * centre
    if sums.n < 2 or spread <= TOLD * squares:
        return Value(None, problem=_CONSTANT)
    ratio = sums.once(("a", 2)) / sums.weight / spread
    crossed = sums.twice(("a", 2), ("y", 2)) - 2 * centre * sums.twice(("a", 2), ("y", 1)) + centre**2 * sums.twice(("a", 2))
    fourth = (
        sums.twice(("y", 4))
        - 4 * centre * sums.twice(("y", 3))
        + 6 * centre**2 * sums.twice(("y", 2))
        - 4 * centre**3 * sums.twice(("y", 1))
        + centre**4 * sums.square
    )
    variance = sums.twice(("a", 4)) - 2 * ratio * crossed + ratio**2 * fourth
    return sums.value(1 - ratio, variance / spread**2)


def _pinball(sums: Sums, share: float) -> Value:
    """The mean of `share` times what the prediction is below the label, or 1 - `share` times what it is above."""
    tilt = 2 * Fraction(share) - 1
    value = (sums.once(("a", 1)) - tilt * sums.once(("e", 1))) / 2 / sums.weight
    single = (sums.twice(("a", 1)) - tilt * sums.twice(("e", 1))) / 2
    double = ((1 + tilt**2) * sums.twice(("a", 2)) - 2 * tilt * sums.twice(("e", 1), ("a", 1))) / 4
    return sums.value(value, double - 2 * value * single + value**2 * sums.square)


def _median(view: View) -> Value:
    """The median of the absolute errors with its interval."""
    return quantile(view, "error", view.model, 0.5)


def quantile(view: View, of: str, name: str, share: float) -> Value:
    """A quantile from sorted rows, or from the grid of numbers."""
    found: Mapping[str, Any] | None = view.rows(f"{of}_order").get((name, share))
    if found is None:
        cells = {int(key[1]): numbers for key, numbers in view.rows(f"{of}_cells").items() if key[0] == name}
        if view.weighted:
            found = weighted_orders.of_cells(cells, share)
        else:
            found = of_cells({cell: int(numbers["n"]) for cell, numbers in cells.items()}, share)
    return by_order(found) if found else Value(None, problem="not measured: the rows are too many, or came as tallies")


def by_order(row: Mapping[str, Any]) -> Value:
    """A quantile with its interval."""
    interval = (float(row["low"]), float(row["high"]), CONFIDENCE) if row["bounded"] else None
    return Value(float(row["value"]), n=int(row["n"]), interval=interval)

"""What is added up for each row: losses in fixed point, their products, squares and cubes."""

from __future__ import annotations

from gate.measure.definition import Definition
from gate.record import dataclass
from gate.terms.tally import EPS, SCALE


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of each row as SQL over the columns of `rows.sql`: `y` (1 or 0), `p` the score, `q` the baseline's score.

    Bounded ones are added as integers of 2^-44, the same everywhere; others as doubles, the same to 1e-12.
    """

    name: str
    sql: str
    bounded: bool = True


@dataclass(frozen=True, slots=True)
class Sum:
    """A field of the cells: the product of quantities, as many as `factors`, summed over rows; "w" is the weight."""

    factors: tuple[str, ...]

    @property
    def name(self) -> str:
        return ".".join(self.factors)


def quantities(definition: Definition, task: str) -> tuple[Quantity, ...]:
    """What a row of this task is worth. A loss that is called `…_change` is the model's less the baseline's."""
    if task == "multiclass" and definition.scores and definition.probability:
        return (Quantity("log_loss", f"-ln({_clipped('t')})"), Quantity("brier", "square_sum - 2 * t + 1"))
    if task != "binary" or not definition.score or not definition.probability:
        return ()
    found = [
        Quantity("log_loss", _log_loss("p")),
        Quantity("brier", _brier("p")),
        Quantity("z_sum", "(y - p) * (1 - 2 * p)"),
        Quantity("z_variance", "(1 - 2 * p) * (1 - 2 * p) * p * (1 - p)"),
    ]
    if definition.baseline_score:
        found += [
            Quantity("log_loss_change", f"({_log_loss('p')}) - ({_log_loss('q')})"),
            Quantity("brier_change", f"({_brier('p')}) - ({_brier('q')})"),
        ]
    return tuple(found)


def sums(definition: Definition, task: str) -> tuple[Sum, ...]:
    """What is added up, in order: each loss, the products of two, and of three of one loss and its change; with weights the
    first two, weighted."""
    losses = [each.name for each in quantities(definition, task) if not each.name.startswith("z_")]
    plain = [each.name for each in quantities(definition, task) if each.name.startswith("z_")]
    products = [(first, second) for index, first in enumerate(losses) for second in losses[index:]]
    cubes = [(each, each, each) for each in losses]
    for each in losses:
        if (change := f"{each}_change") in losses:  # for the cube of what the loss exceeds a multiple of the baseline's by
            cubes += [(each, each, change), (each, change, change)]
    if not definition.weight:
        return tuple(Sum(each) for each in (*((name,) for name in (*losses, *plain)), *products, *cubes))
    single = [("w", name) for name in (*losses, *plain)]
    squared = [("w", "w", name) for name in losses]
    return tuple(Sum(each) for each in (("w",), ("w", "w"), *single, *squared, *(("w", "w", *pair) for pair in products)))


def fixed(expression: str) -> str:
    """SQL for a bounded number in 2^-44ths, rounded half up."""
    return f"floor(({expression}) * {SCALE}e0 + 0.5e0)"


def _log_loss(score: str) -> str:
    clipped = _clipped(score)
    return f"-ln(case when y = 1 then {clipped} else 1 - {clipped} end)"


def _clipped(score: str) -> str:
    return f"greatest(least({score}, {1 - EPS!r}e0), {EPS!r})"


def _brier(score: str) -> str:
    return f"({score} - y) * ({score} - y)"

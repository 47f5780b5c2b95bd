"""One comparison of a rule as a plan: what it takes to show it, by gate's own test and by the published bound."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from gate.app.plan_parts import Key, Linear, asked, changes, is_share, units
from gate.judge.world import fact_of
from gate.language.tree import Comparison, Reading
from gate.language.write import write
from gate.policy.policy import Policy
from gate.record import dataclass, field, replace
from gate.stats import concentration, rows_needed
from gate.stats.proportion import FEW
from gate.terms import catalogue
from gate.terms.plan import PartPlan, Size

TOLERANCE, POSITIVES, DIFFER, BASE = 0.02, 0.1, 0.1, 0.9
MOST_ENUMERATED = 5_000_000  # rows; above, power is what was asked for
_QUANTILE = re.compile(r"(?:^|[^a-z0-9])p(\d{2,3})(?:[^a-z0-9]|$)")
_TRY_ROWS = "no formula for this; `gate plan POLICY ROWS` tries it on rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What a plan rests on; `tolerance`, `positives` and `differ` are None where nobody said them."""

    power: float = 0.8
    tolerance: float | None = None
    positives: float | None = None
    differ: float | None = None
    truths: Mapping[str, float] = field(default_factory=dict)
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked of one rule: `alpha` is for one use, `error` for all `uses` together; `clauses` must all hold.

    `changed` is the share of changed predictions that another rule, or a flag, holds the model to.
    """

    policy: Policy
    assumed: Assumed
    alpha: float
    error: float
    uses: int = 1
    full: bool = False
    clauses: int = 1
    changed: float | None = None


def part(node: Comparison, by: Asking) -> PartPlan:
    """What one comparison needs."""
    told = PartPlan(text=write(node))
    found = asked(node)
    if found is None or not found.weights:
        return replace(told, why=_TRY_ROWS)
    shares = all(is_share(fact_of(reading.metric, by.policy), reading.metric) for _, reading in found.weights)
    if len(found.weights) == 1:
        told = _one(told, found, by, shares)
    elif _is_pair(found) and shares:
        told = _pair(told, found, by)
    else:
        told = replace(told, why=_TRY_ROWS)
    return _bounded(told, found, by, node) if shares else told


def _bounded(told: PartPlan, found: Linear, by: Asking, node: Comparison) -> PartPlan:
    """With the bound of ease.ml/ci, which knows sums of shares."""
    tolerance = told.tolerance or by.assumed.tolerance or TOLERANCE
    sizes = [units(reading.metric, _positives(by)) for _, reading in found.weights]
    of, fraction = min(sizes, key=lambda size: size[1])
    method, labels = "Hoeffding", None
    rows = concentration.hoeffding(list(found.weights.values()), tolerance, by.error, by.uses, by.full, by.clauses)
    if by.changed is not None and _is_pair(found) and changes(node) is None and of == "rows" and tolerance < by.changed:
        method = "Bennett"
        rows = concentration.bennett(by.changed, tolerance, by.error, by.uses, by.full)
        labels = int(concentration.labels_where_they_differ(by.changed, tolerance, by.error))
    return replace(told, tolerance=tolerance, labels=labels, bound=Size(method=method, units=rows, of=of, fraction=fraction))


def _is_pair(found: Linear) -> bool:
    """Whether it compares one measurement with the same one of a baseline."""
    if len(found.weights) != 2:
        return False
    (first, one), (second, other) = found.weights.items()
    return first[1] == second[1] and bool(first[0]) != bool(second[0]) and one * other < 0


# -- one measurement against a line


def _one(told: PartPlan, found: Linear, by: Asking, share: bool) -> PartPlan:
    ((_, reading), weight) = next(iter(found.weights.items()))
    line = -found.constant / weight
    known = catalogue.find(reading.metric)
    name = known.name if known is not None else ""
    quantile = _quantile(reading.metric)
    if share or name in ("f1", "auc"):
        if not (0 <= line < 1 if weight > 0 else 0 < line <= 1):
            return replace(told, why="the line is an end of what the value can be: no number of rows shows it")
        return _above(told, reading, line, by, name, weight > 0)
    if quantile is not None and weight < 0:
        return _quantile_below(told, quantile, by)
    return replace(told, why=_TRY_ROWS)


def _above(told: PartPlan, reading: Reading, line: float, by: Asking, name: str, higher: bool) -> PartPlan:
    """A number in [0, 1] above the line; one below is its rest above the line's rest."""
    sign = 1 if higher else -1
    truth, tolerance = _truth(line, sign, by, reading.metric)

    def to(value: float) -> float:
        return value if higher else 1 - value

    told = replace(told, shows=f"{reading.metric} is {'above' if higher else 'below'} {line:g}", line=line, truth=truth)
    told = replace(told, tolerance=tolerance, supposed=f"it is {truth:.6g}")
    if sign * (truth - line) <= 0:
        return replace(told, why=f"the truth is assumed to be {truth:g}, which does not hold: no number of rows shows it")
    if name == "auc":
        return _auc(told, to(line), to(truth), by)
    if name == "f1":
        return _f1(told, line, truth, by) if higher else replace(told, why=_TRY_ROWS)
    of, fraction = units(reading.metric, _positives(by))
    needed = rows_needed.share(to(line), to(truth), by.alpha, by.assumed.power)
    ours = Size(
        method=_method(needed), units=needed, of=of, fraction=fraction, power=_power_of_share(needed, to(line), to(truth), by)
    )
    least = Size(method="if all speak for it", units=rows_needed.fewest(to(line), by.alpha), of=of, fraction=fraction)
    provable = _provable(lambda true: rows_needed.share(to(line), true, by.alpha, by.assumed.power), to(line), 1.0, fraction, by)
    return replace(told, ours=ours, fewest=least, provable=provable, assumed=_used(fraction))


def _truth(line: float, sign: int, by: Asking, metric: str) -> tuple[float, float]:
    """What is assumed to be true, and how far from the line that is."""
    stated = by.assumed.truths.get(metric)
    if stated is not None:
        return stated, by.assumed.tolerance or abs(stated - line) or TOLERANCE
    tolerance = by.assumed.tolerance or TOLERANCE
    room = 1 - line if sign > 0 else line
    apart = tolerance if tolerance < room else room / 2
    return line + sign * apart, by.assumed.tolerance or apart


def _power_of_share(needed: float, line: float, truth: float, by: Asking) -> float | None:
    n = _whole(needed)
    return rows_needed.share_power(n, line, truth, by.alpha) if n <= MOST_ENUMERATED else None


def _method(n: float) -> str:
    return "Wilson score" if n >= FEW else "exact binomial"


def _whole(needed: float) -> int:
    return max(1, -int(-needed // 1))


def _auc(told: PartPlan, line: float, truth: float, by: Asking) -> PartPlan:
    positives, power = _positives(by), by.assumed.power
    needed = rows_needed.auc(line, truth, positives, by.alpha, power)
    reached = rows_needed.auc_power(needed, line, truth, positives, by.alpha)
    ours = Size(method="Hanley-McNeil score", units=needed, power=reached)
    provable = _provable(lambda true: rows_needed.auc(line, true, positives, by.alpha, power), line, 1.0, 1.0, by)
    return replace(told, ours=ours, provable=provable, assumed=("positives",))


def _f1(told: PartPlan, line: float, truth: float, by: Asking) -> PartPlan:
    """F1 through the Jaccard index, whose denominator is the positives and the false positives."""
    low, high = line / (2 - line), truth / (2 - truth)
    needed = rows_needed.share(low, high, by.alpha, by.assumed.power)
    fraction = min(1.0, _positives(by) * (2 - truth))  # where precision and recall are equal
    of = "positives and false positives"
    power = _power_of_share(needed, low, high, by)
    ours = Size(method="Wilson score of the Jaccard index", units=needed, of=of, fraction=fraction, power=power)
    least = Size(method="if all speak for it", units=rows_needed.fewest(low, by.alpha), of=of, fraction=fraction)
    return replace(told, ours=ours, fewest=least, assumed=("positives", "balanced"))


def _quantile(metric: str) -> float | None:
    found = _QUANTILE.search(metric.lower())
    digits = found[1] if found else ""
    return int(digits) / 10 ** len(digits) if digits and int(digits) else None


def _quantile_below(told: PartPlan, quantile: float, by: Asking) -> PartPlan:
    """A quantile below a limit: more than this share of all values lies within it."""
    within = (1 + quantile) / 2
    needed = rows_needed.share(quantile, within, by.alpha, by.assumed.power)
    power = _power_of_share(needed, quantile, within, by)
    ours = Size(method="order statistics", units=needed, power=power)
    least = Size(method="if all lie within it", units=rows_needed.fewest_exactly(quantile, by.alpha))
    shows = f"more than {100 * quantile:g} % of the values lie within the limit"
    supposed = f"{100 * within:g} % do"
    return replace(told, shows=shows, supposed=supposed, line=quantile, truth=within, ours=ours, fewest=least)


# -- two models on the same rows


def _pair(told: PartPlan, found: Linear, by: Asking) -> PartPlan:
    """`new - factor * old` above a line, on pairs of the metric's own denominator; where less is better, its rest."""
    (key, weight), (_, other) = sorted(found.weights.items(), key=lambda item: bool(item[0][0]))
    scale, factor = abs(weight), abs(other / weight)
    line = -found.constant / scale
    of, fraction = units(key[1].metric, _positives(by))
    if factor != 1:
        return _ratio(told, key, line, factor, 1 if weight > 0 else -1, by)
    differ = by.assumed.differ if by.assumed.differ is not None else by.changed or DIFFER
    tolerance = by.assumed.tolerance or (-line if line < 0 else TOLERANCE)
    truth = 0.0 if line < 0 else line + tolerance
    by_much = f"better by more than {line:g}" if line > 0 else f"worse by less than {-line:g}"
    shows = f"{key[1].metric} is {by_much if line else 'better than the baseline'}"
    supposed = f"it is {truth:g} better" if truth else "it is just as good"
    told = replace(told, shows=shows, supposed=supposed, line=line, truth=truth, tolerance=tolerance)
    if differ < truth or not -1 < line < 1:
        why = f"models that differ on {100 * differ:g} % of rows cannot be {truth:g} apart"
        return replace(told, why=why)
    needed = rows_needed.pairs(line, truth, differ, by.alpha, by.assumed.power)
    n = _whole(needed)
    power = rows_needed.pairs_power(n, line, truth, differ, by.alpha)
    name = "pairs" if of == "rows" else f"{of}, in pairs"
    ours = Size(method="Tango score", units=needed, of=name, fraction=fraction, power=power)
    provable = _provable(
        lambda true: rows_needed.pairs(line, true, differ, by.alpha, by.assumed.power), line, min(1.0, differ), fraction, by
    )
    return replace(told, ours=ours, provable=provable, assumed=("differ", *_used(fraction)))


def _ratio(told: PartPlan, key: Key, line: float, factor: float, sign: int, by: Asking) -> PartPlan:
    """Against a multiple of the baseline: the normal approximation, at a value that both models are assumed to have."""
    metric = key[1].metric
    of, fraction = units(metric, _positives(by))
    value = by.assumed.truths.get(metric, BASE if sign > 0 else 1 - BASE)
    differ = by.assumed.differ if by.assumed.differ is not None else by.changed or DIFFER
    same = sign * value * (1 - factor)
    tolerance = by.assumed.tolerance or TOLERANCE
    truth = same if same > line else line + tolerance
    both = max(0.0, value - differ / 2)
    variance = value * (1 - value) * (1 + factor * factor) - 2 * factor * (both - value * value)
    spread = max(variance, 1e-12) ** 0.5
    needed = rows_needed.of_spreads(truth - line, spread, spread, by.alpha, by.assumed.power)
    power = rows_needed.normal_power(_whole(needed), truth - line, spread, spread, by.alpha)
    name = "pairs" if of == "rows" else f"{of}, in pairs"
    ours = Size(method="score of a ratio", units=needed, of=name, fraction=fraction, power=power)
    supposed = "it is just as good" if truth == same else f"it is {tolerance:g} beyond that"
    told = replace(
        told, shows=f"{metric} holds against {factor:g} times the baseline's", supposed=supposed, line=line, truth=truth
    )
    return replace(told, tolerance=tolerance, ours=ours, assumed=("differ", f"both {metric} {value:g}", *_used(fraction)))


# -- what all of them ask


def _positives(by: Asking) -> float:
    return by.assumed.positives if by.assumed.positives is not None else POSITIVES


def _used(fraction: float) -> tuple[str, ...]:
    return ("positives",) if fraction != 1 else ()


def _provable(needed: Callable[[float], float], line: float, end: float, fraction: float, by: Asking) -> float | None:
    """The smallest distance from the line that the rows asked about would show; None where not even the largest is."""
    if by.assumed.rows is None:
        return None
    have = by.assumed.rows * fraction
    low, high = 0.0, (end - line) * (1 - 1e-9)
    if high <= 0 or needed(line + high) > have:
        return None
    for _ in range(40):
        middle = (low + high) / 2
        if middle > 0 and needed(line + middle) <= have:
            high = middle
        else:
            low = middle
    return high

"""One comparison of a rule as a plan: what it takes to show it, by gate's own test and by the published bound."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import sqrt

from gate.app.plan.assumed import (
    TOLERANCE,
    Asking,
    differ_of,
    on_positives,
    positives_of,
    settled_truth,
    smallest_provable,
    whole,
)
from gate.app.plan.names import misspelt
from gate.app.plan.parts import Linear, asked, changes, is_share, units
from gate.app.plan.ratio import ratio
from gate.app.plan.tilted import tilted
from gate.confidence.evidence.single import known_as
from gate.judge.world import fact_of
from gate.language.tree import Comparison, Reading
from gate.language.write import write
from gate.record import replace
from gate.stats import average_precision, concentration, rows_needed
from gate.stats.proportion import FEW
from gate.terms.plan import PartPlan, Size

MOST_ENUMERATED = 5_000_000  # rows; above, power is what was asked for
_BINORMAL = (
    "an AUC errs as Hanley and McNeil say, about as where the scores of both classes spread alike: "
    "where those of the positives spread farther, the power is lower"
)
_BOYD = "average precision errs by as little as the test believes (Boyd): other rankings need more rows"
_QUANTILE = re.compile(r"(?:^|[^a-z0-9])p(\d{2})(?:[._]?(\d{1,3}))?(?![a-z0-9])")  # p95, p99.9, p999
_TRY_ROWS = "no formula for this; `gate plan POLICY ROWS` tries it on rows"


def part(node: Comparison, by: Asking) -> PartPlan:
    """What one comparison needs."""
    told = PartPlan(text=write(node))
    found = asked(node)
    if found is None or not found.weights:
        return replace(told, why=_TRY_ROWS)
    shares = all(is_share(fact_of(reading.metric, by.policy), reading.metric) for _, reading in found.weights)
    if len(found.weights) == 1:
        told = _one(told, found, by, shares)
    elif _is_pair(found) and shares and _same_rows_below(found):
        told = _pair(told, found, by)
    else:
        told = tilted(told, found, by) or replace(told, why=_TRY_ROWS)
    if told.ours is None and (hint := misspelt(node, by.policy)):
        told = replace(told, why=f"{hint} {told.why}")
    return _bounded(told, found, by, node) if shares else told


def _bounded(told: PartPlan, found: Linear, by: Asking, node: Comparison) -> PartPlan:
    """With the bound of ease.ml/ci, which knows sums of shares."""
    tolerance = told.tolerance or by.assumed.tolerance or TOLERANCE
    sizes = [units(reading.metric, positives_of(by)) for _, reading in found.weights]
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


def _same_rows_below(found: Linear) -> bool:
    """Whether two models have one denominator: they predict as positive what they like."""
    return all(not units(reading.metric, 0.5)[0].startswith("predicted") for _, reading in found.weights)


# -- one measurement against a line


def _one(told: PartPlan, found: Linear, by: Asking, share: bool) -> PartPlan:
    ((_, reading), weight) = next(iter(found.weights.items()))
    line = -found.constant / weight + 0.0  # no -0
    name = known_as(reading.metric)
    quantile = _quantile(reading.metric)
    if share or name in ("f1", "auc"):
        if not (0 <= line < 1 if weight > 0 else 0 < line <= 1):
            return replace(told, why="the line is an end of what the value can be: no number of rows shows it")
        return _above(told, reading, line, by, name, weight > 0)
    if quantile is not None:
        return _beyond(told, quantile, weight < 0, by)
    if name == "average_precision" and weight > 0 and 0 <= line < 1:
        return _average_precision(told, reading, line, by)
    return tilted(told, found, by) or replace(told, why=_TRY_ROWS)


def _above(told: PartPlan, reading: Reading, line: float, by: Asking, name: str, higher: bool) -> PartPlan:
    """A number in [0, 1] above the line; one below is its rest above the line's rest."""
    sign = 1 if higher else -1
    truth, tolerance = settled_truth(line, sign, by, reading.metric)

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
    of, fraction = units(reading.metric, positives_of(by))
    n, power = _share(to(line), to(truth), by, by.far)
    exact = by.far or rows_needed.fewest_right(n, to(line), by.alpha) < FEW
    method = "exact binomial" if exact else "Wilson score"
    ours = Size(method=method, units=n, of=of, fraction=fraction, power=power)
    least = Size(method="if all speak for it", units=rows_needed.fewest(to(line), by.alpha, by.far), of=of, fraction=fraction)

    def shown(rows: int) -> Callable[[float], bool]:
        return lambda true: rows_needed.share_power(rows, to(line), true, by.alpha, by.far) >= by.assumed.power

    provable = smallest_provable(shown, to(line), 1.0, fraction, by)
    return replace(told, ours=ours, fewest=least, provable=provable, assumed=on_positives(fraction))


def _share(line: float, truth: float, by: Asking, far: bool) -> tuple[int, float | None]:
    """How many units show a share above the line, with what power where it can be counted."""
    needed = max(rows_needed.share(line, truth, by.alpha, by.assumed.power), rows_needed.fewest(line, by.alpha, far))
    if needed > MOST_ENUMERATED:
        return whole(needed), None

    def power(n: int) -> float:
        return rows_needed.share_power(n, line, truth, by.alpha, far)

    n = rows_needed.reached(needed, power, by.assumed.power)
    return n, power(n)


def _auc(told: PartPlan, line: float, truth: float, by: Asking) -> PartPlan:
    positives, power = positives_of(by), by.assumed.power
    needed = rows_needed.auc(line, truth, positives, by.alpha, power)
    reached = rows_needed.auc_power(needed, line, truth, positives, by.alpha)
    ours = Size(method="Hanley-McNeil score", units=needed, power=reached)

    def shown(rows: int) -> Callable[[float], bool]:
        return lambda true: rows_needed.auc_power(rows, line, true, positives, by.alpha) >= power

    provable = smallest_provable(shown, line, 1.0, 1.0, by)
    return replace(told, ours=ours, provable=provable, assumed=("positives",), said=(_BINORMAL,))


def _f1(told: PartPlan, line: float, truth: float, by: Asking) -> PartPlan:
    """F1 through the Jaccard index, whose denominator is the positives and the false positives."""
    low, high = line / (2 - line), truth / (2 - truth)
    n, power = _share(low, high, by, by.far)
    fraction = min(1.0, positives_of(by) * (2 - truth))  # where precision and recall are equal
    of = "positives and false positives"
    method = f"{'exact binomial' if by.far else 'Wilson score'} of the Jaccard index"
    ours = Size(method=method, units=n, of=of, fraction=fraction, power=power)
    least = Size(method="if all speak for it", units=rows_needed.fewest(low, by.alpha, by.far), of=of, fraction=fraction)

    def shown(rows: int) -> Callable[[float], bool]:
        return lambda true: rows_needed.share_power(rows, low, true / (2 - true), by.alpha, by.far) >= by.assumed.power

    provable = smallest_provable(shown, line, 1.0, fraction, by)
    return replace(told, ours=ours, fewest=least, provable=provable, assumed=("positives", "balanced"))


def _average_precision(told: PartPlan, reading: Reading, line: float, by: Asking) -> PartPlan:
    """By Boyd's error (2013), below which the test's own never is: a ranking that is easy to tell needs no more."""
    truth, tolerance = settled_truth(line, 1, by, reading.metric)
    told = replace(told, shows=f"{reading.metric} is above {line:g}", line=line, truth=truth, tolerance=tolerance)
    told = replace(told, supposed=f"it is {truth:.6g}")
    if truth <= line:
        return replace(told, why=f"the truth is assumed to be {truth:g}, which does not hold: no number of rows shows it")

    def spreads(true: float) -> tuple[float, float]:
        return sqrt(line * (1 - line)), sqrt(true * (1 - true))

    def enough(true: float) -> float:
        needed = rows_needed.of_spreads(true - line, *spreads(true), by.alpha, by.assumed.power)
        return max(float(average_precision.FEWEST), needed)

    needed, fraction = enough(truth), positives_of(by)
    power = rows_needed.normal_power(whole(needed), truth - line, *spreads(truth), by.alpha)
    ours = Size(method="Boyd's error", units=needed, of="positives", fraction=fraction, power=power)
    provable = smallest_provable(lambda rows: lambda true: enough(true) <= rows, line, 1.0, fraction, by)
    return replace(told, ours=ours, provable=provable, assumed=("positives",), said=(_BOYD,))


def _quantile(metric: str) -> float | None:
    """The share of values that are below it, in (0, 1), where a name says that it is a quantile; p100 is a maximum."""
    found = _QUANTILE.search(metric.lower())
    digits = found[1] + (found[2] or "") if found else ""
    return None if not digits or digits == "100" or not int(digits) else int(digits) / 10 ** len(digits)


def _beyond(told: PartPlan, quantile: float, below: bool, by: Asking) -> PartPlan:
    """A quantile below a limit: more than this share of all values lies within it. Above it, more than the rest lies beyond."""
    line = quantile if below else 1 - quantile
    truth = line + (1 - quantile) / 2
    n, power = _share(line, truth, by, far=True)  # by binomial tails, always
    ours = Size(method="order statistics", units=n, power=power)
    where = "within the limit" if below else "beyond the limit"
    least = Size(method=f"if all lie {where.split()[0]} it", units=rows_needed.fewest_exactly(line, by.alpha))
    shows = f"more than {100 * line:g} % of the values lie {where}"
    return replace(told, shows=shows, supposed=f"{100 * truth:g} % do", line=line, truth=truth, ours=ours, fewest=least)


# -- two models on the same rows


def _pair(told: PartPlan, found: Linear, by: Asking) -> PartPlan:
    """`new - factor * old` above a line, on pairs of the metric's own denominator; where less is better, its rest."""
    (key, weight), (_, other) = sorted(found.weights.items(), key=lambda item: bool(item[0][0]))
    scale, factor = abs(weight), abs(other / weight)
    line = -found.constant / scale + 0.0
    of, fraction = units(key[1].metric, positives_of(by))
    if factor != 1:
        return ratio(told, key, line, factor, 1 if weight > 0 else -1, (of, fraction), by)
    differ = differ_of(by)
    tolerance = by.assumed.tolerance or (-line if line < 0 else TOLERANCE)
    truth = 0.0 if line < 0 else line + tolerance
    by_much = f"better by more than {line:g}" if line > 0 else f"worse by less than {-line:g}"
    shows = f"{key[1].metric} is {by_much if line else 'better than the baseline'}"
    supposed = f"it is {truth:g} better" if truth else "it is just as good"
    told = replace(told, shows=shows, supposed=supposed, line=line, truth=truth, tolerance=tolerance)
    if differ < truth or not -1 < line < 1:
        why = f"models that differ on {100 * differ:g} % of rows cannot be {truth:g} apart"
        return replace(told, why=why)

    def power(n: int) -> float:
        return rows_needed.pairs_power(n, line, truth, differ, by.alpha)

    n = rows_needed.reached(rows_needed.pairs(line, truth, differ, by.alpha, by.assumed.power), power, by.assumed.power)
    name = "pairs" if of == "rows" else f"{of}, in pairs"
    ours = Size(method="Tango score", units=n, of=name, fraction=fraction, power=power(n))

    def shown(rows: int) -> Callable[[float], bool]:
        known = rows_needed.pairs_powers(rows, line, differ, by.alpha)
        return lambda true: true >= -differ and known(true) >= by.assumed.power  # they cannot be further apart

    provable = smallest_provable(shown, line, min(1.0, differ), fraction, by)
    return replace(told, ours=ours, provable=provable, assumed=("differ", *on_positives(fraction)), no_margin=line == 0)

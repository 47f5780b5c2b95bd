"""What it takes to show that a model holds against a multiple of another's share, on pairs of the share's own denominator."""

from __future__ import annotations

from collections.abc import Sequence

from gate.app.plan.assumed import BASE, TOLERANCE, Asking, differ_of, on_positives, smallest_provable, whole
from gate.app.plan.parts import Key
from gate.language.write import write_name
from gate.record import dataclass, replace
from gate.stats import rows_needed
from gate.terms.plan import PartPlan, Size

_FEW = 20  # pairs, up to which all that can come is counted


@dataclass(frozen=True, slots=True)
class _Pairs:
    """`sign` times (the new share less `factor` times the old one), of two models that have the share `value`, or nearly."""

    sign: int
    factor: float
    value: float
    differ: float

    def cells(self, truth: float) -> list[float]:
        """The shares of pairs that both have, only the new one, only the old one and neither, where that much is true."""
        gain = self.sign * truth - self.value * (1 - self.factor)
        apart = max(self.differ, abs(gain))
        new, old = (apart + gain) / 2, (apart - gain) / 2
        return [self.value - old, new, old, 1 - self.value - new]

    def margin(self, cells: Sequence[float]) -> float:
        both, new, old, _ = cells
        return self.sign * (both + new - self.factor * (both + old)) / sum(cells)

    def gradient(self, _: object) -> list[float]:
        return [self.sign * weight for weight in (1 - self.factor, 1.0, -self.factor, 0.0)]

    def needed(self, truth: float, line: float, alpha: float, power: float) -> float | None:
        """Pairs; None where no models are so."""
        found = self._spreads(truth, line)
        return None if found is None else rows_needed.of_spreads(truth - line, *found, alpha, power)

    def reached(self, start: int, truth: float, line: float, by: Asking) -> tuple[int, float | None]:
        """How many pairs have the power that is asked for, and what it is: counted where they are few."""
        n, cells = start, self.cells(truth)
        while n <= _FEW:
            power = rows_needed.ratio_power(n, cells, self.factor, self.sign, line, by.alpha, by.far)
            if power >= by.assumed.power:
                return n, power
            n += 1
        found = self._spreads(truth, line)
        return n, None if found is None else rows_needed.normal_power(n, truth - line, *found, by.alpha)

    def _spreads(self, truth: float, line: float) -> tuple[float, float] | None:
        cells = self.cells(truth)
        if truth <= line or min(cells) < 0:
            return None
        return rows_needed.tilted_spreads(cells, self.margin, self.gradient, line)


def ratio(told: PartPlan, key: Key, line: float, factor: float, sign: int, counted: tuple[str, float], by: Asking) -> PartPlan:
    """`new - factor * old` above a line; `counted` are the units and which part of all rows they are."""
    of, fraction = counted
    metric = key[1].metric
    pairs = _Pairs(sign, factor, by.assumed.truths.get(metric, BASE if sign > 0 else 1 - BASE), differ_of(by))
    same = sign * pairs.value * (1 - factor)
    tolerance = by.assumed.tolerance or TOLERANCE
    truth = same if same > line else line + tolerance
    supposed = "it is just as good" if truth == same else f"it is {tolerance:g} beyond that"
    shows = f"{metric} holds against {factor:g} times the baseline's"
    told = replace(told, shows=shows, supposed=supposed, line=line, truth=truth, tolerance=tolerance)
    fewest = rows_needed.fewest_ratio(factor, line, by.alpha, by.far) if sign > 0 else None
    needed = pairs.needed(truth, line, by.alpha, by.assumed.power)
    if needed is None:
        return replace(told, why=f"where the baseline's {metric} is {pairs.value:g}, no model can be that much better")
    units, power = pairs.reached(max(whole(needed), fewest or 1), truth, line, by)
    name = "pairs" if of == "rows" else f"{of}, in pairs"
    ours = Size(method="score of a ratio", units=units, of=name, fraction=fraction, power=power)

    def shown(rows: int, true: float) -> bool:
        enough = pairs.needed(true, line, by.alpha, by.assumed.power)
        few = fewest or 1 if true <= same else 1  # of a better model, fewer may do
        return enough is not None and max(enough, few) <= rows

    end = sign * (pairs.value * (1 - factor)) + min(pairs.differ, 1 - pairs.value if sign > 0 else pairs.value)
    provable = smallest_provable(lambda rows: lambda true: shown(rows, true), line, end, fraction, by)
    alike = f"{write_name(metric)} is {pairs.value:g} for both models (--truth {write_name(metric)}=…)"
    told = replace(told, ours=ours, provable=provable)
    return replace(told, assumed=("differ", *on_positives(fraction)), said=(alike,))

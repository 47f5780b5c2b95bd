"""A plan as the cells of a table and lines of words, for text and Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf
from typing import NamedTuple

from gate.reports.numbers import number, percent
from gate.terms.plan import Flips, PartPlan, Plan, RulePlan, Size, Trial

HEADS = ("Rule", "Rows by our test", "by published bound", "at the least")
RIGHT = (False, True, True, True)
TRIAL_HEADS = ("Rule", "Passes", "Fails", "Undecided", "Missing", "Flips", "Pass and fail", "Plainly")
DASH = "–"
_PLURAL = re.compile(r"(positive|negative|pair|row)s\b")


class Line(NamedTuple):
    """One comparison: its cells (those of HEADS), and what is said below it."""

    cells: tuple[str, ...]
    below: tuple[str, ...]


def lines(plan: Plan) -> list[Line]:
    """A line for each comparison of each rule."""
    return [line for rule in plan.rules for line in _rule(rule, plan)]


def _rule(rule: RulePlan, plan: Plan) -> list[Line]:
    if rule.confidence is None:
        return [Line((rule.expression, *[DASH] * 3), ("compares the plain value: no number of rows makes that surer",))]
    if rule.why:
        return [Line((rule.expression, *[DASH] * 3), (rule.why,))]
    names = [rule.expression] if len(rule.parts) == 1 else [part.text for part in rule.parts]
    found = [_part(name, part, rule, plan) for name, part in zip(names, rule.parts, strict=True)]
    if len(found) > 1:
        last = found[-1]
        joined = "all of these must be shown" if rule.all_of else "one of these suffices"
        found[-1] = last._replace(below=(*last.below, f"{joined}: `{rule.expression}`"))
    return found


def _part(name: str, part: PartPlan, rule: RulePlan, plan: Plan) -> Line:
    return Line((name, _rows(part.ours), _rows(part.bound), _rows(part.fewest)), tuple(_below(part, rule, plan)))


def _rows(size: Size | None) -> str:
    return DASH if size is None else f"{size.rows:,}"


def count(units: float) -> str:
    """A number of units, rounded up."""
    return f"{-int(-(units - 1e-9) // 1):,}"


def _below(part: PartPlan, rule: RulePlan, plan: Plan) -> list[str]:
    told: list[str] = []
    if part.ours is not None:
        power = "" if part.ours.power is None else f", power {percent(round(part.ours.power, 3))}"
        each = f", in {rule.each}" if rule.each else ""
        told.append(f"{part.shows}, if {part.supposed}{each}: {_units(part.ours)}{part.ours.method}{power}")
    if part.bound is not None and part.tolerance is not None:
        told.append(f"bound: {_units(part.bound)}{part.bound.method}, within {number(part.tolerance)} of the truth")
    if part.labels is not None:
        told.append(f"{part.labels:,} labels a use, if only rows are labelled on which the models differ")
    if part.fewest is not None:
        told.append(f"at the least: {_counted(part.fewest)}, {part.fewest.method}")
    if part.why:
        told.append(part.why)
    if plan.rows is not None and part.provable is not None:
        far = "nothing" if part.provable == inf else f"{part.provable:.2g} beyond the line, or more"
        told.append(f"{plan.rows:,} rows can show: {far}")
    return told


def _units(size: Size) -> str:
    """What is counted, where that is not rows."""
    return "" if size.of == "rows" else f"{_counted(size)}, "


def _counted(size: Size) -> str:
    many = count(size.units)
    one = _PLURAL.sub(r"\1", size.of).replace(" and ", " or ")
    return f"1 {one}" if many == "1" else f"{many} {size.of}"


def headline(plan: Plan) -> str:
    """What is asked of all rules together."""
    levels = sorted({rule.confidence for rule in plan.rules if rule.confidence is not None})
    told = ["no confidence asked"] if not levels else [f"{' and '.join(map(percent, levels))} confidence"]
    if plan.adaptivity and levels:
        least = min(rule.alpha for rule in plan.rules if rule.confidence is not None)
        told.append(f"{plan.uses} uses of a test set, adaptivity {plan.adaptivity}: each may err {least:.2g}")
    return "; ".join(told)


def answer(plan: Plan) -> str:
    """The last line: how many rows for everything."""
    sure = [rule for rule in plan.rules if rule.confidence is not None]
    ours = [(size.rows, rule) for rule in sure if (size := rule.ours) is not None]
    if not ours:
        asked = [rule for rule in sure if not rule.why]
        return "no number of rows can be told by formula" if asked or not sure else "no rule has to be shown: no number of rows"
    rows, rule = max(ours, key=lambda pair: pair[0])
    bounds = [size.rows for each in sure if (size := each.bound) is not None]
    told = f"{rows:,} rows by our tests, for `{rule.expression}`"
    if bounds:
        told += f"; {max(bounds):,} by the published bounds"
    left = len(sure) - len(ours)
    return f"{told}; {left} {'rule is' if left == 1 else 'rules are'} not in this number" if left else told


# -- trials


def trial_headline(trial: Trial) -> str:
    """What was tried."""
    stopped = ", stopped by the time limit" if trial.stopped else ""
    pairs = f"{trial.draws:,} {'pair' if trial.draws == 1 else 'pairs'} of test sets of {trial.size:,} rows"
    return f"{pairs}, drawn from the {trial.rows:,} rows of {trial.source} (seed {trial.seed}{stopped})"


def trial_words() -> str:
    """How to read the table."""
    return (
        "flips: the same model, the same policy, and two test sets that disagree; pass and fail: one passes where the other "
        "fails; plainly: the same where values are compared without confidence"
    )


def trial_lines(trial: Trial) -> list[tuple[str, ...]]:
    """The whole policy first, then each finding: how often each outcome came, and how often two draws disagree."""
    verdicts = {"pass": trial.verdicts.get("pass", 0) + trial.verdicts.get("warn", 0)}
    verdicts |= {name: trial.verdicts.get(name, 0) for name in ("fail", "undecided")}
    whole = _outcomes("the verdict", verdicts, trial.draws, trial.flips, trial.contradicts, None)
    return [
        whole,
        *(
            _outcomes(_name(each), each.outcomes, trial.draws, each.flips, each.contradicts, each.plain_contradicts)
            for each in trial.findings
        ),
    ]


def _outcomes(
    name: str, outcomes: Mapping[str, int], draws: int, flips: float, contradicts: float, plain: float | None
) -> tuple[str, ...]:
    shares = [_share(outcomes.get(each, 0), 2 * draws) for each in ("pass", "fail", "undecided", "missing")]
    told = [percent(round(each, 3)) for each in (flips, contradicts)]
    return (name, *shares, *told, "" if plain is None else percent(round(plain, 3)))


def _name(each: Flips) -> str:
    return f"{each.expression} on {each.slice}" if each.slice else each.expression


def _share(hits: int, of: int) -> str:
    return percent(round(hits / of, 3)) if hits else DASH


def dropped(trial: Trial) -> list[str]:
    """The power against the stated drop, rule by rule."""
    told = []
    for each in trial.findings if trial.drop else ():
        stopped, fails = trial.draws - each.dropped.get("pass", 0), each.dropped.get("fail", 0)
        before = 1 - each.outcomes.get("pass", 0) / (2 * trial.draws)
        shares = [percent(round(share, 3)) for share in (stopped / trial.draws, before, fails / trial.draws)]
        told.append(f"{_name(each)}: does not pass in {shares[0]} (without the loss in {shares[1]}), fails in {shares[2]}")
    return told


def drop_headline(trial: Trial) -> str:
    """What the model has lost."""
    return f"with {percent(trial.drop)} of all answers made wrong that were right:"

"""What `ask` may name: operating points, limits of ranked lists, quantiles, scorers of scikit-learn."""

from __future__ import annotations

import re
from math import isfinite

from gate.documents.document import shown
from gate.measure.definition import Definition
from gate.record import dataclass

POINT_METRICS = (
    "recall", "precision", "specificity", "fpr", "fnr", "accuracy", "balanced_accuracy", "f1", "f2", "f0_5", "jaccard", "mcc",
    "kappa",
)  # fmt: skip
LIMITS = ("fpr", "recall", "precision", "specificity", "top", "threshold")
BEST_COST = "expected_cost@best"
COSTS = ("tp", "fp", "fn", "tn")
COUNTED = ("top_k_accuracy", "ndcg", "map", "recall", "precision", "pass")
SCORER = "sklearn:"
CONFUSION = "confusion"  # of slices, too
BEYOND = ("drift.domain_auc", "quality", "pitfalls")  # what is measured of rows beside their tally: see `inspection`
_NUMBER = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_POINT = re.compile(rf"([a-z0-9_]+)@([a-z]+):({_NUMBER})")
_EXAMPLES = (
    "recall@fpr:0.01", "precision@recall:0.8", "recall@top:200", "recall@threshold:0.3", BEST_COST, "top_k_accuracy@5", "ndcg@10",
    "map@10", "recall@10", "precision@10", "pass@5", "pinball@0.9", "sklearn:cohen_kappa_score", "drift.domain_auc", "quality",
    "pitfalls", CONFUSION,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """An operating point: the best `metric` where `limit` is kept at `at`; `name` as it was asked for."""

    name: str
    metric: str
    limit: str
    at: float

    @property
    def chosen(self) -> bool:
        """Whether the threshold is chosen on the rows that measure it, which flatters it."""
        return self.limit != "threshold"


def points(definition: Definition) -> list[Point]:
    """The operating points asked for, `expected_cost@best` among them."""
    found = [point for each in definition.ask if (point := _point(each))]
    return found + ([Point(BEST_COST, "expected_cost", "", 0.0)] if BEST_COST in definition.ask else [])


def scorers(definition: Definition) -> list[str]:
    """The names of scikit-learn's that are asked for."""
    return [each.removeprefix(SCORER) for each in definition.ask if each.startswith(SCORER)]


def refused(definition: Definition) -> tuple[str, str] | None:
    """What is wrong with `ask` and `costs`, and the remedy."""
    for each in definition.ask:
        if not _known(each):
            from difflib import get_close_matches

            near = get_close_matches(each, _EXAMPLES, 1)
            remedy = f"did you mean `{near[0]}`?" if near else f"such as {', '.join(_EXAMPLES[:4])}"
            return f"`ask` names `{shown(each, 40)}`, which is no question", remedy
    unknown = sorted(set(definition.costs) - set(COSTS))
    if unknown:
        return f"`costs` names `{shown(unknown[0], 40)}`", "costs are of tp, fp, fn and tn: `costs: {fn: 500, fp: 5}`"
    if not all(map(isfinite, definition.costs.values())):
        return "`costs` holds a number that is not finite", "write a number for each cost"
    if BEST_COST in definition.ask and not definition.costs:
        return f"`ask` names `{BEST_COST}`, and there are no `costs`", "say what errors cost: `costs: {fn: 500, fp: 5}`"
    return None


def _known(asked: str) -> bool:
    if asked in (BEST_COST, CONFUSION, *BEYOND) or asked.startswith(SCORER) or _point(asked):
        return True
    if found := re.fullmatch(r"([a-z_]+)@([1-9][0-9]{0,6})", asked):
        return found[1] in COUNTED
    quantile = re.fullmatch(rf"pinball@({_NUMBER})", asked)
    return quantile is not None and 0 < float(quantile[1]) < 1


def _point(asked: str) -> Point | None:
    found = _POINT.fullmatch(asked)
    if not found or found[1] not in POINT_METRICS or found[2] not in LIMITS:
        return None
    at = float(found[3])
    fits = at >= 1 and at.is_integer() if found[2] == "top" else True if found[2] == "threshold" else at <= 1
    return Point(asked, found[1], found[2], at) if fits else None

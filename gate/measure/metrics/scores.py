"""Metrics of a binary score: ranking, probability losses and calibration."""

from __future__ import annotations

from collections.abc import Mapping
from math import erf, exp, pi, sqrt

from gate.measure import ranks
from gate.measure.definition import Definition
from gate.measure.metrics.confusion import NO_NEGATIVES, NO_POSITIVES
from gate.measure.metrics.metric import DOWN, UP, Described, Value, View
from gate.terms.tally import Number, Tally

METRICS = (
    Described(
        "roc_auc", UP, 0, 1, ("ranks",), oracle="roc_auc_score", means="share of pairs in which the positive scores higher"
    ),
    Described("roc_auc_bound", DOWN, 0, None, ("scores",), means="how far the grid of scores may put `roc_auc` off at most"),
    Described("average_precision", UP, 0, 1, ("ranks",), oracle="average_precision_score", means="mean precision over positives"),
    Described("log_loss", DOWN, 0, None, oracle="log_loss", means="mean surprise, in nats"),
    Described("brier", DOWN, 0, 1, oracle="brier_score_loss", means="mean squared error of the probability"),
    Described("ece", DOWN, 0, 1, ("bins",), means="calibration error, 15 bins of equal mass, debiased"),
    Described("spiegelhalter_z", None, None, None, means="calibration test: beyond ±1.96 the probabilities are off"),
)
_NO_ROWS = "not defined: no row has a label"


def applies(tally: Tally, definition: Definition) -> bool:
    """Binary labels with a score."""
    return tally.header.task == "binary" and bool(definition.score)


def measure(view: View) -> Mapping[str, Value]:
    """Every metric of the score on a slice. The baseline has them where it has a score of its own."""
    if view.model and not view.definition.baseline_score:
        return {}
    found = _ranking(view)
    if view.definition.probability:
        found |= {name: loss(view, name) for name in ("log_loss", "brier")}
        found["ece"] = _calibration_error(view)
        if not view.model:
            found["spiegelhalter_z"] = _spiegelhalter(view)
    return found


# -- ranking


def _ranking(view: View) -> dict[str, Value]:
    sums, bound = rank_sums(view)
    if sums is None:
        return dict.fromkeys(("roc_auc", "average_precision"), Value(None, problem=_NO_ROWS))
    lacking = NO_POSITIVES if not sums["w_pos"] else NO_NEGATIVES if not sums["w_neg"] else ""
    pos, neg = int(sums["n_pos"]), int(sums["n_neg"])
    found = {"roc_auc_bound": Value(bound)} if bound else {}
    found["roc_auc"] = Value(None, problem=lacking) if lacking else _auc(sums, bound)
    if not sums["w_pos"]:
        found["average_precision"] = Value(None, problem=NO_POSITIVES)
    else:
        total = sums["w_pos"] + sums["w_neg"]
        error = sqrt(sums["precision_squares"]) / total
        found["average_precision"] = Value(
            sums["precision_sum"] / sums["w_pos"], n=pos, stderr=error or None, n_pos=pos, n_neg=neg
        )
    return found


def _auc(sums: Mapping[str, Number], bound: float) -> Value:
    """The share of pairs, and the standard error of DeLong, DeLong and Clarke-Pearson (1988), weighted as influence values.

    `bound` is what cells of a grid may hide at most: it widens the error.
    """
    pos, neg = sums["w_pos"], sums["w_neg"]
    area = sums["twice_u"] / (2 * pos * neg)
    of_pos = sums["pos_squares"] / (4 * neg * neg) - area * sums["pos_linear"] / neg + area * area * sums["w2_pos"]
    of_neg = sums["neg_squares"] / (4 * pos * pos) - area * sums["neg_linear"] / pos + area * area * sums["w2_neg"]
    variance = max(of_pos, 0) / (pos * pos) + max(of_neg, 0) / (neg * neg)
    n_pos, n_neg = int(sums["n_pos"]), int(sums["n_neg"])
    error = sqrt(variance) + bound
    return Value(area, n=n_pos + n_neg, stderr=error or None, n_pos=n_pos, n_neg=n_neg)


def rank_sums(view: View) -> tuple[Mapping[str, Number] | None, float]:
    """The slice's rank sums, and how far the AUC by them may be off: 0 from rows, the grid's bound from a grid."""
    exact = view.rows("ranks").get((view.model,))
    if exact is not None:
        return exact, 0.0
    found = ranks.of_grid(view.rows("scores"), view.model) if "scores" in view.tally else None
    if found is None:
        return None, 0.0
    sums = dict(zip(ranks.FIELDS, found.sums, strict=True))
    pairs = sums["w_pos"] * sums["w_neg"]
    return sums, sums["tied_pairs"] / (2 * pairs) if pairs else 0.0


# -- losses


def loss(view: View, name: str) -> Value:
    """A mean of losses and its standard error. The baseline's loss is the model's less the change."""
    weight, rows = _weight(view)
    if not weight or not view.has(name):
        return Value(None, problem=_NO_ROWS)
    total = view.total(name)
    if view.model:
        total -= view.total(f"{name}_change")
    mean = total / weight
    return Value(mean, n=rows, stderr=_mean_error(view, name, mean, weight))


def _mean_error(view: View, name: str, mean: float, weight: float) -> float | None:
    single, double = _second(view, name)
    square = sum(cell.square for cell in view.matrix().values())
    variance = double - 2 * mean * single + mean * mean * square
    return sqrt(variance) / weight if variance > 0 else None


def _second(view: View, name: str) -> tuple[float, float]:
    """The sums of w² l and of w² l²."""
    single, double = view.total_squares(name), view.total_squares(name, name)
    if not view.model:
        return single, double
    change = f"{name}_change"
    single -= view.total_squares(change)
    return single, double - 2 * view.total_squares(name, change) + view.total_squares(change, change)


def _weight(view: View) -> tuple[float, int]:
    cells = view.matrix().values()
    return sum(cell.weight for cell in cells), sum(cell.n for cell in cells)


# -- calibration


def _spiegelhalter(view: View) -> Value:
    """Spiegelhalter's Z (1986): standard normal where the probabilities are right."""
    variance = view.total("z_variance")
    if view.weighted or variance <= 0:
        why = "not defined with weights" if view.weighted else "not defined: every probability is 0, 1 or one half"
        return Value(None, problem=why)
    return Value(view.total("z_sum") / sqrt(variance), n=_weight(view)[1])


def _calibration_error(view: View) -> Value:
    """Expected calibration error: the mean distance of observed from stated shares, less what chance alone adds.

    A bin's share of positives varies with variance r(1 - r)/n, so that |gap| is folded normal: its mean exceeds the true
    distance by E|N(gap, variance)| - |gap| (Kumar, Liang and Ma 2019, sec. 5), which is taken off.
    """
    bins = view.rows("bins")
    rows = [numbers for key, numbers in bins.items() if key[0] == view.model]
    if not rows and "scores" in view.tally:
        found = ranks.of_grid(view.rows("scores"), view.model)
        rows = [dict(zip(ranks.BIN_FIELDS, each, strict=True)) for each in found.bins.values()] if found else []
    weight = sum(each["w"] for each in rows)
    if not weight:
        return Value(None, problem=_NO_ROWS)
    total = 0.0
    for each in rows:
        if each["w"]:
            share, stated = each["positives"] / each["w"], each["score"] / each["w"]
            spread = sqrt(max(share * (1 - share) * each["w2"], 0)) / each["w"]
            total += each["w"] * _debiased(abs(share - stated), spread)
    return Value(max(total / weight, 0.0), n=sum(int(each["n"]) for each in rows))


def _debiased(gap: float, spread: float) -> float:
    if not spread:
        return gap
    ratio = gap / spread
    expected = spread * sqrt(2 / pi) * exp(-ratio * ratio / 2) + gap * erf(ratio / sqrt(2))
    return 2 * gap - expected

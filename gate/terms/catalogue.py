"""Metrics that are known by name: which way is better, the range, and whether a value is a share of n."""

from __future__ import annotations

import re
from functools import lru_cache

from gate.terms.metric import Direction, Metric

_UP, _DOWN = Direction.HIGHER, Direction.LOWER

# (metric, other ways to write it). Written without separators: `f1-score`, `f1_score` and `F1Score` are `f1score`.
_PROPORTIONS_UP = {
    "accuracy": "acc binaryaccuracy categoricalaccuracy sparsecategoricalaccuracy accuracyscore top1accuracy top1acc"
    " top3accuracy top3acc top5accuracy top5acc subsetaccuracy accnorm",
    "precision": "prec ppv positivepredictivevalue precisionscore",
    "recall": "sensitivity tpr truepositiverate recallscore",
    "specificity": "tnr truenegativerate selectivity",
    "npv": "negativepredictivevalue",
    "exact_match": "exactmatch",
    "pass_rate": "passrate",
    "win_rate": "winrate",
    "success_rate": "successrate",
}
_PROPORTIONS_DOWN = {
    "fpr": "falsepositiverate",
    "fnr": "falsenegativerate missrate",
    "fdr": "falsediscoveryrate",
    "error_rate": "errorrate errrate",
    "failure_rate": "failurerate",
    "zero_one_loss": "zerooneloss",
    "missing_rate": "missingrate",
}
_UNIT_UP = {  # in [0, 1], no share of rows
    "balanced_accuracy": "balancedaccuracy balancedaccuracyscore",
    "f1": "f1score fscore fmeasure fbeta fbetascore f2score",
    "auc": "rocauc aucroc auroc rocaucscore areaunderroc",
    "average_precision": "averageprecision averageprecisionscore prauc aucpr auprc areaunderpr ap",
    "iou": "miou meaniou jaccard jaccardscore jaccardindex",
    "dice": "dicescore dicecoefficient",
    "ndcg": "ndcgscore",
    "mrr": "meanreciprocalrank",
    "map": "meanaverageprecision map50 map75 map5095",
    "pass@k": "passat",
    "hit_rate": "hitrate",
}
_UNIT_DOWN = {
    "brier": "brierscore brierscoreloss brierloss",
    "eer": "equalerrorrate",
    "ece": "expectedcalibrationerror",
    "mce": "maximumcalibrationerror",
    "hamming_loss": "hammingloss",
}
_FROM_ZERO_DOWN = {  # errors without an upper end
    "log_loss": "logloss crossentropy crossentropyloss nll nllloss negativeloglikelihood hingeloss",
    "mae": "meanabsoluteerror",
    "medae": "medianabsoluteerror",
    "mse": "meansquarederror",
    "rmse": "rootmeansquarederror",
    "msle": "meansquaredlogerror meansquaredlogarithmicerror",
    "rmsle": "rootmeansquaredlogerror rootmeansquaredlogarithmicerror",
    "max_error": "maxerror",
    "mape": "meanabsolutepercentageerror",
    "smape": "symmetricmeanabsolutepercentageerror",
    "wer": "worderrorrate",
    "cer": "charactererrorrate charerrorrate",
    "psi": "populationstabilityindex",
    "drift": "driftscore datadrift",
}
_FROM_ZERO_UP = {  # as a share or per cent, or per second
    "bleu": "bleuscore sacrebleu",
    "rouge": "rouge1 rouge2 rougel rougelsum",
    "meteor": "meteorscore",
    "chrf": "chrfscore",
    "uptime": "",
    "availability": "",
    "throughput": "",
}


def _table() -> dict[str, Metric]:
    groups: list[tuple[dict[str, str], Direction, float | None, float | None, bool]] = [
        (_PROPORTIONS_UP, _UP, 0, 1, True),
        (_PROPORTIONS_DOWN, _DOWN, 0, 1, True),
        (_UNIT_UP, _UP, 0, 1, False),
        (_UNIT_DOWN, _DOWN, 0, 1, False),
        (_FROM_ZERO_DOWN, _DOWN, 0, None, False),
        (_FROM_ZERO_UP, _UP, 0, None, False),
        ({"mcc": "matthewscorrcoef matthewscorrelation"}, _UP, -1, 1, False),
        ({"kappa": "cohenkappa cohenkappascore cohenskappa quadraticweightedkappa qwk"}, _UP, -1, 1, False),
        ({"r2": "r2score rsquared"}, _UP, None, 1, False),
        ({"explained_variance": "explainedvariance explainedvariancescore"}, _UP, None, 1, False),
        ({"perplexity": "ppl"}, _DOWN, 1, None, False),
        ({"loss": ""}, _DOWN, None, None, False),
    ]
    table: dict[str, Metric] = {}
    for names, better, low, high, proportion in groups:
        for name, others in names.items():
            metric = Metric(name, better, low, high, proportion=proportion)
            for key in (name.replace("_", ""), *others.split()):
                table[key] = metric
    return table


_TABLE = _table()


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_COMPONENTS = re.compile(r"[./:|]+")
_WORDS = re.compile(r"[\s_\-()]+")
_CUT_OFF = re.compile(r"(?:@|[_\- ]at[_\- ])\d+$")  # recall@10, ndcg_at_5
_PERCENTILE = re.compile(r"p\d{1,3}$")
_PART_OF_DATA = _set("eval evaluation val valid validation test testing train training dev holdout oof")
_AVERAGES = _set("macro micro weighted samples mean avg average median med best max min cv")
_ASIDE = _PART_OF_DATA | _AVERAGES | _set("final overall total")

_RATES = ("success_rate", "failure_rate", "error_rate")
# Of these it is good that they succeed; of an attack it is not.
_RATED = _set(
    "api build call change check delivery deploy deployment export http import ingestion job load payment pipeline query"
    " request response rollout server service task transaction upload"
)

_LATENCY = _set("latency ttft tpot rtt")
_DURATION = _LATENCY | _set("response inference prediction predict request requests req delay lag recovery restore")
_TIME_UNITS = {"ms": "ms", "millis": "ms", "milliseconds": "ms", "seconds": "s", "secs": "s", "sec": "s", "s": "s"}
# Beside a duration these say that it is a count, a spread or a setting.
_NO_DURATION = _set(
    "count n samples support total sum std stddev stdev stderr var variance ratio delta diff change threshold target limit"
    " budget timeout slo sla interval window bucket step per uptime timestamp started ended created epoch ttl since"
    " between audio video length"
)

_NO_DRIFT = _set("p pvalue value n count rows columns threshold limit method detected shift change")


@lru_cache(maxsize=4096)
def find(name: str) -> Metric | None:
    """What is known of a metric called like this, by the last part of its name; None where the direction is not certain.

    `val.f1`, `eval_accuracy`, `test/auc`, `macro avg.f1-score` and `latency_p95_ms` are known. An average
    over classes or folds is not a share of its n, though the metric is.
    """
    components = [part for part in _COMPONENTS.split(name.lower()) if part]
    if not components:
        return None
    words = [word for word in _WORDS.split(components[-1]) if word]
    above = [word for part in components[:-1] for word in _WORDS.split(part) if word]
    found = _named(components[-1]) or _duration(words)
    if "drift" in above:
        found = _drift(words, found)
    elif found is None and len(components) > 1 and words and all(map(_is_statistic, words)):
        found = _plain(find(".".join(components[:-1])))  # val.f1.macro, latency_ms.p95
    if found is not None and not _AVERAGES.isdisjoint((*words, *above)):
        return _plain(found)
    return found


def _named(component: str) -> Metric | None:
    """A metric of the table: as it is written, else without what says where and how it was averaged."""
    cut_off = _CUT_OFF.search(component)
    words = [word for word in _WORDS.split(component[: cut_off.start()] if cut_off else component.partition(",")[0]) if word]
    if cut_off and words == ["pass"]:
        words = ["pass", "at"]
    found = _stripped(words)
    return _plain(found) if cut_off else found


def _stripped(words: list[str]) -> Metric | None:
    while words:
        found = _TABLE.get("".join(words))
        if found is not None:
            return found
        if words[0] in _ASIDE:
            words = words[1:]
        elif words[-1] in _ASIDE:
            words = words[:-1]
        else:
            break
    rate = "_".join(words[-2:])
    return _TABLE[rate.replace("_", "")] if rate in _RATES and words[-3] in _RATED else None


def _duration(words: list[str]) -> Metric | None:
    """A latency, or a response time with its unit; less is better."""
    if not words or not _NO_DURATION.isdisjoint(words):
        return None
    unit = _TIME_UNITS.get(words[-1], "")
    if not _LATENCY.isdisjoint(words) or (unit and not _DURATION.isdisjoint(words)):
        return Metric("latency", _DOWN, 0, unit=unit)
    if unit == "ms" and len(words) > 1 and words[0] not in _PART_OF_DATA:
        return Metric("latency", _DOWN, 0, unit=unit)
    return None


def _drift(words: list[str], found: Metric | None) -> Metric | None:
    """A measure of drift for a column: `drift.age`; p-values of drift tests point the other way."""
    if found is not None:  # drift.age.psi; drift.recall could be either
        return found if found.better is _DOWN else None
    return _TABLE["drift"] if _NO_DRIFT.isdisjoint(words) else None


def _is_statistic(word: str) -> bool:
    return word in _AVERAGES or bool(_PERCENTILE.match(word)) or (word == "p" or word.isdigit())


def _plain(metric: Metric | None) -> Metric | None:
    """The metric when its value is no share of n."""
    if metric is None or not metric.proportion:
        return metric
    return Metric(metric.name, metric.better, metric.low, metric.high, metric.unit)

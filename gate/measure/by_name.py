"""Metrics of scikit-learn by their names there, computed in memory: only such as it lists itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

from gate.documents.document import shown
from gate.errors import InputError, MissingExtraError, Problem
from gate.measure.definition import label_text
from gate.measure.further import USABLE, Rows
from gate.measure.questions import SCORER, scorers
from gate.record import dataclass
from gate.terms.tally import Key, Table

_TRUTHS = ("y_true", "labels_true", "y1")
_GUESSES = ("y_pred", "labels_pred", "y2")
_SCORES = ("y_score", "y_prob", "y_proba", "pred_decision")
_ENDS = ("_score", "_loss", "_error", "_deviance", "_corrcoef")


@dataclass(frozen=True, slots=True)
class Scorer:
    """A function of scikit-learn's, whether it takes scores, the options it is called with, and 1 or -1 for its sign."""

    function: Callable[..., Any]
    takes_scores: bool
    options: Mapping[str, Any]
    sign: int
    weighs: bool


def tables(rows: Rows) -> dict[str, Table]:
    """`by_name`: of each model, name and slice the value; no row where scikit-learn has none."""
    asked = scorers(rows.asked)
    if not asked:
        return {}
    found = {name: listed(name, rows) for name in dict.fromkeys(asked)}
    counted = rows.fetch(f"select count(*) from ({rows.rows}) as r0 where {_where(rows)}")
    if counted[0][0] > rows.effort.exact_rows:
        return {}
    baseline = rows.profile.task in ("binary", "multiclass", "regression") and rows.asked.has_baseline
    values: dict[Key, tuple[Any, ...]] = {}
    for on, data in rows.apart(_taken(rows, baseline), _where(rows)):
        for model in ("", "baseline") if baseline else ("",):
            truth, guess, score = _arrays(rows, data, model)
            for name, scorer in found.items():
                given = score if scorer.takes_scores else guess
                value = _called(scorer, truth, given, data.get("w")) if given is not None else None
                values |= {(on, model, name): (value,)} if value is not None else {}
    return {"by_name": Table(("model", "name"), ("value",), dict(sorted(values.items())), merges=False)}


def listed(name: str, rows: Rows) -> Scorer:
    """The scorer or metric of that name. Raises InputError where scikit-learn lists none that rows could be given to."""
    try:
        from sklearn import metrics  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise MissingExtraError(f"`{SCORER}{shown(name, 40)}`", "sklearn") from None
    names = {each for each in metrics.__all__ if each.endswith(_ENDS) and _of_function(getattr(metrics, each))}
    if name in metrics.get_scorer_names():
        return _of_scorer(metrics.get_scorer(name))
    found = _of_function(getattr(metrics, name)) if name in names else None
    if found is None:
        from difflib import get_close_matches

        near = get_close_matches(name, sorted({*names, *metrics.get_scorer_names()}), 1)
        remedy = f"did you mean `{SCORER}{near[0]}`?" if near else "names are those of sklearn.metrics that compare two columns"
        raise InputError(Problem("bad-measure", f"scikit-learn lists no metric `{shown(name, 40)}`", rows.source.where, remedy))
    return found


def _of_scorer(scorer: Any) -> Scorer:
    from inspect import signature

    method = scorer._response_method
    weighs = "sample_weight" in signature(scorer._score_func).parameters
    return Scorer(scorer._score_func, method not in ("predict", ("predict",)), dict(scorer._kwargs), scorer._sign, weighs)


def _of_function(function: Any) -> Scorer | None:
    """A metric that takes two columns and needs nothing else."""
    from inspect import Parameter, isfunction, signature

    if not isfunction(function):
        return None
    parameters = signature(function).parameters
    needed = [each.name for each in parameters.values() if each.default is Parameter.empty and each.kind != Parameter.VAR_KEYWORD]
    if len(needed) != 2 or needed[0] not in _TRUTHS or needed[1] not in (*_GUESSES, *_SCORES):
        return None
    return Scorer(function, needed[1] in _SCORES, {}, 1, "sample_weight" in parameters)


def _called(scorer: Scorer, truth: Any, given: Any, weight: Any) -> float | None:
    """The value; None where scikit-learn refuses the rows, or has no single finite number for them."""
    options = dict(scorer.options) | ({"sample_weight": weight} if weight is not None and scorer.weighs else {})
    if weight is not None and not scorer.weighs:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = float(scorer.sign * scorer.function(truth, given, **options))
    except (ValueError, TypeError, IndexError, ArithmeticError):
        return None
    return value if value - value == 0 else None


# -- columns


def _where(rows: Rows) -> str:
    return USABLE if rows.profile.task != "multiclass" else "state = '' and label is not null and prediction is not null"


def _taken(rows: Rows, baseline: bool) -> list[str]:
    """The columns that are read."""
    asked, task = rows.asked, rows.profile.task
    classes = range(len(asked.labels))
    found = {
        "binary": ["y", *(["p"] if asked.score else []), "prediction"],
        "multiclass": ["label", "prediction", *(f"s{index}" for index, _ in enumerate(asked.scores))],
        "multilabel": [f"{letter}{index}" for letter in "yh" for index in classes],
        "regression": ["y", "p"],
    }.get(task)
    if found is None:
        what = "metrics of scikit-learn need labels and predictions"
        raise InputError(Problem("bad-measure", what, rows.source.where, "leave `sklearn:…` away here"))
    if baseline:
        found += ["q"] if task == "regression" else ["baseline", *(["q"] if asked.baseline_score else [])]
    return found + (["w"] if asked.weight else [])


def _arrays(rows: Rows, data: Mapping[str, Any], model: str) -> tuple[Any, Any, Any]:
    """Truth, predictions and scores (None where there are none) of one model."""
    import numpy as np

    asked, task = rows.asked, rows.profile.task
    if task == "regression":
        number = data["q" if model else "p"]
        return data["y"], number, number
    if task == "multilabel":
        truth, guess = (np.stack([data[f"{letter}{index}"] for index in range(len(asked.labels))], axis=1) for letter in "yh")
        return truth, guess, None
    guess = data["baseline" if model else "prediction"]
    if task == "multiclass":
        label = np.array([label_text(each) for each in data["label"].tolist()])
        scores = [data[f"s{index}"] for index in range(len(asked.scores))]
        by_class = np.stack(scores, axis=1) if scores and not model else None
        return label, np.array([label_text(each) for each in guess.tolist()]), by_class
    by_column = asked.baseline_prediction if model else asked.prediction
    if by_column:
        guess = np.array([label_text(each) == rows.profile.positive for each in guess.tolist()])
    return data["y"].astype(np.int64), guess.astype(np.int64), data.get("q" if model else "p")

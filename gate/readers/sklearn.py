"""scikit-learn's `classification_report(…, output_dict=True)`: recall and its kin per class, and their averages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gate.readers.draft import HIGHER, Draft
from gate.readers.source import SourceFile
from gate.readers.values import is_number, kind, measured
from gate.terms.measurements import Measurements

_SCORES = ("precision", "recall", "f1-score")
_KEYS = frozenset((*_SCORES, "support"))
_AVERAGES = ("micro avg", "macro avg", "weighted avg", "samples avg")
_HEADER = "precision recall f1-score support"
_CLOSE = 1e-6


def recognises(file: SourceFile) -> bool:
    """Whether it is a report with the averages that every one has, or the same as text."""
    report = file.mapping
    if report is None:
        return _is_text(file)
    averages = [report.get("macro avg"), report.get("weighted avg")]
    return all(isinstance(row, dict) and row.keys() >= _KEYS for row in averages)


def _is_text(file: SourceFile) -> bool:
    """Whether it begins with the header of the printed report."""
    head = file.data.lstrip()[:100].split(b"\n")[0]
    return head.split() == _HEADER.encode().split()


def read(file: SourceFile) -> Measurements:
    """`recall[class=cat]`, `macro_avg.recall`, `accuracy`; n is the denominator. Raises InputError."""
    draft = Draft(file, "scikit-learn's classification_report")
    if _is_text(file):
        remedy = "write it with json.dump(classification_report(y, predicted, output_dict=True), file)"
        raise draft.refusal("the printed report is rounded to two digits, too few to judge by", remedy=remedy)
    report = draft.mapping(file.document, "the report")
    rows = _rows(report, draft)
    _check_whole(rows, report, draft)
    for name, row in rows.items():
        if name not in _AVERAGES:
            _class(name, row, draft)
    for name in _AVERAGES:
        if name in rows:
            _average(name, rows, draft)
    draft.add("support", rows["macro avg"]["support"])
    _others(report, rows, draft)
    return draft.finished()


def _rows(report: Mapping[str, Any], draft: Draft) -> dict[str, dict[str, Any]]:
    """The rows of classes and averages: they hold the four numbers."""
    rows: dict[str, dict[str, Any]] = {}
    for name, row in report.items():
        if not isinstance(row, dict) or _KEYS.isdisjoint(row):
            continue
        missing = sorted(_KEYS - row.keys())
        if missing:
            raise draft.refusal(f"the row `{name[:80]}` has no `{missing[0]}`")
        for key in _KEYS:
            if not isinstance(row[key], (int, float)) or isinstance(row[key], bool):
                raise draft.broken(f"`{name[:80]}.{key}`", row[key], "a number")
        rows[name] = row
    if "macro avg" not in rows or not is_number(rows["macro avg"]["support"]):
        raise draft.refusal("there is no row `macro avg` with its `support`")
    return rows


def _check_whole(rows: Mapping[str, Mapping[str, Any]], report: Mapping[str, Any], draft: Draft) -> None:
    """Refuse a report that lost a class: one that is called like an average, or `accuracy`, is overwritten by it."""
    total = rows["macro avg"]["support"]
    classes = math.fsum(row["support"] for name, row in rows.items() if name not in _AVERAGES)
    if not math.isclose(classes, total, rel_tol=_CLOSE) and not (math.isnan(classes) and math.isnan(total)):
        message = f"the classes have {classes:g} rows, the whole has {total:g}: a class is hidden"
        remedy = "a class called `accuracy` or `macro avg` is overwritten in the report: rename it with `target_names`"
        raise draft.refusal(message, remedy=remedy)
    if "micro avg" in rows and isinstance(report.get("accuracy"), (int, float)):
        remedy = "the number is the precision of a class of that name: rename it with `target_names`"
        raise draft.refusal("`accuracy` stands beside `micro avg`; a report has one of them", remedy=remedy)


def _class(name: str, row: Mapping[str, Any], draft: Draft) -> None:
    """Recall is a share of the class's rows, precision one of the rows that were called so."""
    on = draft.slice({"class": name})
    for key in _SCORES:
        n = _called(row) if key == "precision" else _count(row)
        draft.add(key, row[key], name=key.replace("-", "_"), on=on, n=n, better=HIGHER)
    draft.add("support", row["support"], on=on)


def _count(row: Mapping[str, Any]) -> float | None:
    """The rows behind a row; None where they are sums of weights, which say little about how many there were."""
    support = row["support"]
    return support if is_number(support) and support == int(support) else None


def _called(row: Mapping[str, Any]) -> float | None:
    """How many rows were called this class: hits / precision; None where weights or a precision of 0 hide it."""
    hits = row["recall"] * row["support"]
    if not (is_number(hits) and is_number(row["precision"])) or row["precision"] <= 0:
        return None
    called = hits / row["precision"]
    whole = all(abs(each - round(each)) <= _CLOSE * max(1, each) for each in (hits, called, row["support"]))
    return round(called) if whole else None


def _average(name: str, rows: Mapping[str, Mapping[str, Any]], draft: Draft) -> None:
    """An average over classes; without a class whose value is NaN it is no average of all."""
    short = name.replace(" ", "_")
    row = rows[name]
    for key in _SCORES:
        value = row[key]
        left_out = [each for each in rows if each not in _AVERAGES and math.isnan(rows[each][key])]
        if left_out and name in ("macro avg", "weighted avg"):
            draft.leave(f"{name}.{key}", f"{row[key]!r} leaves out the class `{left_out[0][:80]}`, which has none")
            value = math.nan
        n = _count(row) if name != "samples avg" else None
        draft.add(f"{name}.{key}", value, name=f"{short}.{key.replace('-', '_')}", n=n, better=HIGHER)


def _others(report: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], draft: Draft) -> None:
    """Accuracy, and what somebody put beside the report."""
    for name, value in report.items():
        if name in rows:
            continue
        number, problem = measured(value)
        if problem and not isinstance(value, float):
            draft.leave(name, kind(value))
        elif name == "accuracy":
            draft.add(name, number, n=_count(rows["macro avg"]), better=HIGHER)
        else:
            draft.add(name, value)

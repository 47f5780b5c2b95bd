"""A first look at the rows: are the columns there and of the right type, which labels are there, what kind of task is it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gate.documents.document import shown
from gate.errors import InputError, Problem
from gate.measure.definition import Definition, label_text
from gate.measure.source import Source
from gate.record import dataclass

MOST_CLASSES = 1_000
MOST_SLICES = 10_000
MOST_CROSSED = 100_000
_NUMERIC = ("integer", "number")
_TRUTHS = {"true": "1", "false": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the rows are. `kinds` says of each column "integer", "number", "boolean", "text" or "other".

    `labels` are the values of the label as they stand in the rows (without null); `positives` those of them that are the
    positive one. `positive` and `negative` are how a tally writes the two.
    """

    kinds: Mapping[str, str]
    task: str
    labels: tuple[Any, ...] = ()
    positives: tuple[Any, ...] = ()
    positive: str = ""
    negative: str = ""


def refuse_columns(source: Source, definition: Definition, kinds: Mapping[str, str]) -> None:
    """Refuse columns that are not there, and numbers that are none. Raises one InputError with all of them."""
    problems = [_absent(source, column, role, kinds) for column, role in definition.used().items() if column not in kinds]
    numbers = [definition.score, definition.baseline_score, definition.weight, *definition.scores.values(), *definition.columns]
    numbers += [definition.label, definition.prediction, definition.baseline_prediction] if _predicts_numbers(definition) else []
    summarised = set(definition.columns) - {definition.score, definition.weight}
    for column in dict.fromkeys(each for each in numbers if each):
        if column in summarised and kinds.get(column) in ("boolean", "text"):
            continue  # shares of true, of win, tie and loss
        if kinds.get(column, "number") not in _NUMERIC:
            role = definition.used()[column]
            what = f"the column `{shown(column, 40)}` ({role}) holds {_KINDS[kinds[column]]}, not numbers"
            problems.append(Problem("wrong-type", what, source.where, "name another column, or write it as numbers"))
    truths = [*definition.labels.values(), *definition.predictions.values()]
    for column in dict.fromkeys(truths):
        if kinds.get(column, "boolean") not in (*_NUMERIC, "boolean"):
            role = definition.used()[column]
            what = f"the column `{shown(column, 40)}` ({role}) holds {_KINDS[kinds[column]]}, not true and false"
            problems.append(Problem("wrong-type", what, source.where, "write 0 and 1, or true and false"))
    if problems:
        raise InputError(*problems)


def _predicts_numbers(definition: Definition) -> bool:
    return definition.task in ("regression", "ranking") or bool(definition.query and definition.score)


_KINDS = {
    "text": "text",
    "boolean": "true and false",
    "other": "dates or nested values",
    "integer": "integers",
    "number": "numbers",
}


def _absent(source: Source, column: str, role: str, kinds: Mapping[str, str]) -> Problem:
    what = f"there is no column `{shown(column, 40)}` ({role})"
    if not source.quotable:
        return Problem("no-such-column", what, source.where)
    from difflib import get_close_matches

    near = get_close_matches(column, kinds, 1)
    listed = ", ".join(shown(each, 40) for each in list(kinds)[:20]) + (" …" if len(kinds) > 20 else "")
    remedy = f"did you mean `{shown(near[0], 40)}`?" if near else f"columns: {listed}"
    return Problem("no-such-column", what, source.where, remedy)


def profile(source: Source, definition: Definition, kinds: Mapping[str, str], labels: Sequence[Any]) -> Profile:
    """What the distinct values of the label tell. Raises InputError: too many, none, or no telling which is positive."""
    found = tuple(value for value in labels if value is not None and value == value)
    if definition.label and not found and definition.task not in ("regression", "ranking"):
        what = f"the column `{shown(definition.label, 40)}` (label) holds no label"
        raise InputError(Problem("no-labels", what, source.where, "was it joined before the labels were there?"))
    task = definition.task or _task(definition, found)
    if task in ("binary", "multiclass") and len(found) > MOST_CLASSES:
        what = f"the column `{shown(definition.label, 40)}` (label) has more than {MOST_CLASSES:,} values"
        raise InputError(Problem("too-many-labels", what, source.where, "numbers to predict? say `task: regression`"))
    if task == "multiclass" and definition.scores:
        _refuse_scoreless(source, definition, found)
    if task != "binary":
        return Profile(kinds=kinds, task=task, labels=found)
    return _binary(source, definition, kinds, found)


def _refuse_scoreless(source: Source, definition: Definition, labels: Sequence[Any]) -> None:
    lacking = sorted({label_text(each) for each in labels} - set(definition.scores))
    if lacking:
        which = f"`{shown(lacking[0], 40)}`" if source.quotable else "one of them"
        what = f"the column `{shown(definition.label, 40)}` (label) has classes without a score: {which}"
        raise InputError(Problem("bad-measure", what, source.where, "name a column for every class: `scores: {class: column}`"))


def _task(definition: Definition, labels: Sequence[Any]) -> str:
    if definition.labels:
        return "multilabel"
    if definition.query and definition.score:
        return "ranking"
    if definition.scores:
        return "multiclass"
    if definition.score or definition.baseline_score:
        return "binary"
    texts = {label_text(each) for each in labels}
    if not definition.label:
        return ""
    if any(isinstance(each, float) and not each.is_integer() for each in labels):
        return "regression"
    return "binary" if definition.positive or texts <= {"0", "1"} or texts <= {"-1", "1"} else "multiclass"


def _binary(source: Source, definition: Definition, kinds: Mapping[str, str], labels: tuple[Any, ...]) -> Profile:
    texts = list(dict.fromkeys(label_text(each) for each in labels))
    if len(texts) > 2:
        seen = f": {_listed(texts)}" if source.quotable else ""
        what = f"the column `{shown(definition.label, 40)}` (label) has more than two values{seen}"
        raise InputError(Problem("too-many-labels", what, source.where, "a score for each class is `scores: {class: column}`"))
    positive = _positive(definition, texts)
    if not positive or (len(texts) == 2 and positive not in texts):
        seen = _listed(texts) if source.quotable else "two values"
        what = f"which label is the positive one? The column `{shown(definition.label, 40)}` has {seen}"
        example = shown(texts[-1], 40) if source.quotable else "LABEL"
        raise InputError(Problem("no-positive", what, source.where, f"say `positive: {example}`, or --positive {example}"))
    others = [each for each in texts if each != positive]
    negative = others[0] if others else "0" if positive == "1" else f"not {positive}"
    positives = tuple(each for each in labels if label_text(each) == positive)
    return Profile(kinds=kinds, task="binary", labels=labels, positives=positives, positive=positive, negative=negative)


def _positive(definition: Definition, texts: Sequence[str]) -> str:
    """The positive label as a tally writes it; "" where nothing tells."""
    if definition.positive in texts:
        return definition.positive
    if definition.positive:  # `true` may be written as 1, True or "true"
        alike = [text for text in texts if _truth(text) == _truth(definition.positive)]
        if alike:
            return alike[0]
        return _truth(definition.positive) if set(texts) <= {"0", "1"} else definition.positive
    return "1" if set(texts) <= {"0", "1"} or set(texts) <= {"-1", "1"} else ""


def _truth(text: str) -> str:
    return _TRUTHS.get(text.lower(), text)


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f"`{shown(each, 40)}`" for each in sorted(texts)[:5])

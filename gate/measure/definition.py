"""What the columns mean: label, prediction, scores, slices, and what is done with rows that cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gate.documents.document import Map, shown
from gate.errors import InputError, Place, Problem, UsageError
from gate.record import dataclass, field

TASKS = ("binary", "multiclass", "multilabel", "regression", "ranking")
NAN = ("refuse", "exclude")
MIN_COVERAGE = 0.95
THRESHOLD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What gate is asked to measure.

    Columns are named by their names in the rows; "" is none. `slices` are tuples of columns, each a set of slices by
    itself; the whole is always measured. `positive` is the positive label as text ("" where the labels tell it),
    `threshold` the score from which a row is predicted positive. With `probability` false a score may be any number,
    and log loss, Brier and calibration are left out. Rows whose score is NaN or null stop the run (`nan: refuse`) or
    are counted and left out (`exclude`). Where less than `min_coverage` of a slice's rows have a label, its labelled
    metrics are missing. `scores` are columns by class; with `labels` by class, too, a row may be of several, and
    `predictions` are columns of true and false. `columns` are numbers to summarise, `ask` operating points and further
    metrics by name, `costs` of one true or false positive or negative: `{fn: 500, fp: 5}`. `reference` are rows to compare
    distributions with, those of `features` or of all columns that both have; `train` the rows that the model has
    learned from.
    """

    label: str = ""
    prediction: str = ""
    score: str = ""
    scores: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    predictions: Mapping[str, str] = field(default_factory=dict)
    baseline_prediction: str = ""
    baseline_score: str = ""
    task: str = ""
    positive: str = ""
    threshold: float = THRESHOLD
    baseline_threshold: float | None = None
    probability: bool = True
    nan: str = "refuse"
    min_coverage: float = MIN_COVERAGE
    weight: str = ""
    id: str = ""
    cluster: str = ""
    timestamp: str = ""
    query: str = ""
    slices: tuple[tuple[str, ...], ...] = ()
    columns: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    costs: Mapping[str, float] = field(default_factory=dict)
    reference: str = ""
    train: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 over all that decides what is counted, as hex."""
        from hashlib import sha256
        from json import dumps

        return sha256(dumps(self.document, sort_keys=True).encode()).hexdigest()

    @property
    def document(self) -> dict[str, Any]:
        """The definition as a mapping like the policy's `measure:`; what is as by default is left out."""
        told = {name: getattr(self, name) for name in _FIELDS}
        return {name: _plain(value) for name, value in told.items() if value != getattr(_DEFAULT, name)}

    @property
    def has_baseline(self) -> bool:
        """Whether the same rows hold another model's predictions."""
        return bool(self.baseline_prediction or self.baseline_score)

    @property
    def cut(self) -> float:
        """The threshold of the baseline's score."""
        return self.threshold if self.baseline_threshold is None else self.baseline_threshold

    def used(self) -> dict[str, str]:
        """Every column that is read, with the role it was named for."""
        roles = {role: getattr(self, role) for role in _ROLES}
        found = {column: role for role, column in roles.items() if column}
        several = {"slices": [column for each in self.slices for column in each], "columns": self.columns}
        several |= {"features": self.features} | {role: list(getattr(self, role).values()) for role in _BY_CLASS}
        for role, columns in several.items():
            found |= {column: role for column in columns if column not in found}
        return found


_ROLES = (
    "label", "prediction", "score", "baseline_prediction", "baseline_score", "weight", "id", "cluster", "timestamp", "query",
)  # fmt: skip
_TEXTS = (*_ROLES, "task", "positive", "nan", "reference", "train")
_NUMBERS = ("threshold", "baseline_threshold", "min_coverage")
_LISTS = ("columns", "features", "ask")
_BY_CLASS = ("scores", "labels", "predictions")
_MAPPINGS = (*_BY_CLASS, "costs")
_FIELDS = (*_TEXTS, *_NUMBERS, "probability", "slices", *_LISTS, *_MAPPINGS)
_DEFAULT = Definition()


def from_mapping(mapping: Mapping[str, Any], where: Place | None = None) -> Definition:
    """The definition that a policy's `measure:` states, or keywords of a call. Raises InputError with all that is wrong."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for key, value in mapping.items():
        place = _place(mapping, key, where)
        if key not in _FIELDS:
            problems.append(_unknown(key, place))
            continue
        read, wrong = _read(key, value)
        if wrong:
            problems.append(Problem("bad-measure", f"`{key}` of `measure` is {wrong}", place))
        else:
            values[key] = read
    if problems:
        raise InputError(*problems)
    return checked(Definition(**values), where)


def checked(definition: Definition, where: Place | None = None) -> Definition:
    """The definition, when it can be measured. Raises UsageError."""
    wrong = _contradiction(definition)
    if wrong:
        raise UsageError(Problem("bad-measure", wrong[0], where, wrong[1]))
    return definition


def _contradiction(asked: Definition) -> tuple[str, str] | None:
    predicts = asked.prediction or asked.score or asked.scores or asked.predictions
    if not (predicts or asked.columns or asked.features or asked.reference):
        return "no column is named that could be measured", "name the label and a score or prediction: --label y --score p"
    if predicts and not (asked.label or asked.labels or asked.columns or asked.features or asked.reference):
        return "predictions are named, and no label", "name the column with what really happened: --label y"
    if asked.labels and not (asked.predictions or asked.scores):
        return (
            "`labels` are named, and no `predictions` or `scores` for them",
            "name a column for each class: `scores: {class: column}`",
        )
    if asked.labels and (missing := set(asked.labels) ^ set(asked.predictions or asked.scores)):
        which = shown(min(missing), 40)
        return f"the class `{which}` has a column of one kind only", "name a label and a prediction or score for each class"
    if asked.score and asked.scores:
        return "`score` and `scores` are both named", "`score` is one column for the positive class, `scores` one for each class"
    if asked.has_baseline and not predicts:
        return "a baseline is named, and no prediction to compare with it", "name the model's score or prediction, too"
    if asked.nan not in NAN:
        return (
            f"`nan` is `{shown(asked.nan, 40)}`",
            "`refuse` stops at a score that is no number, `exclude` counts and leaves it out",
        )
    if asked.task and asked.task not in TASKS:
        return f"`task` is `{shown(asked.task, 40)}`", f"one of {', '.join(TASKS)}"
    if not 0 < asked.min_coverage <= 1:
        return "`min_coverage` is not above 0 and at most 1", "0.95 asks that 95 % of the rows have a label"
    if (asked.ask or asked.costs) and (wrong := _unknown_questions(asked)):
        return wrong
    if len({frozenset(each) for each in asked.slices}) < len(asked.slices):
        return "the same columns are named twice in `slices`", "name each combination once"
    return None


def _unknown_questions(asked: Definition) -> tuple[str, str] | None:
    from gate.measure.questions import refused

    return refused(asked)


def _read(key: str, value: Any) -> tuple[Any, str]:
    """The value of a key, or what is wrong with it."""
    if key in _NUMBERS:
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and value - value == 0
        return (float(value), "") if number else (None, "not a finite number")
    if key == "probability":
        return (value, "") if isinstance(value, bool) else (None, "neither true nor false")
    if key == "positive":
        return label_text(value), ""
    if key in _TEXTS:
        return (value, "") if isinstance(value, str) else (None, "not text")
    if key == "slices":
        return _slices(value)
    if key in _LISTS:
        listed = [value] if isinstance(value, str) else value
        good = isinstance(listed, (list, tuple)) and all(isinstance(each, str) for each in listed)
        return (tuple(listed), "") if good else (None, "not a list of texts")
    return _mapping(key, value)


def _slices(value: Any) -> tuple[Any, str]:
    wanted = "not a list of columns, or of lists of columns to cross"
    if not isinstance(value, (list, tuple)):
        return None, wanted
    sets = [[each] if isinstance(each, str) else each for each in value]
    for each in sets:
        if not isinstance(each, (list, tuple)) or not each or not all(isinstance(column, str) and column for column in each):
            return None, wanted
    return tuple(tuple(dict.fromkeys(each)) for each in sets), ""


def _mapping(key: str, value: Any) -> tuple[Any, str]:
    if not isinstance(value, Mapping):
        return None, "not a mapping"
    if key in _BY_CLASS:
        good = all(isinstance(column, str) for column in value.values())
        return ({label_text(label): column for label, column in value.items()}, "") if good else (None, "not of columns by class")
    good = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in value.values())
    return ({str(name): float(each) for name, each in value.items()}, "") if good else (None, "not of numbers by name")


def label_text(value: object) -> str:
    """A label as it is counted: 1, 1.0 and true are the same one."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value


def _place(mapping: Mapping[str, Any], key: str, where: Place | None) -> Place | None:
    if not isinstance(mapping, Map) or where is None:
        return where
    mark = mapping.marks[key]
    return Place(where.file, mark.key_line or mark.line, mark.key_column or mark.column)


def _unknown(key: str, place: Place | None) -> Problem:
    from difflib import get_close_matches

    near = get_close_matches(key, _FIELDS, 1)
    remedy = f"did you mean `{near[0]}`?" if near else f"keys are {', '.join(_FIELDS)}"
    return Problem("bad-measure", f"`measure` has no key `{shown(key, 40)}`", place, remedy)

"""Evidently: the JSON of a 0.7 snapshot; metrics are told apart by their configuration, not by the name shown."""

from __future__ import annotations

from collections import Counter
from typing import Any

from gate.readers.draft import HIGHER, LOWER, Draft, bare
from gate.readers.source import SourceFile
from gate.readers.values import is_number, kind
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.slice import WHOLE, Slice

_TYPE = "evidently:metric_v2:"
_ALWAYS = ("quantile", "k")  # what a metric of one type and column is asked for several times
_NEVER = frozenset(("type", "column", *_ALWAYS))
_PERCENT = frozenset(("MAPE",))
_PASSED, _FAILED, _ERRORED = ("SUCCESS", "WARNING"), ("FAIL",), ("ERROR",)


def recognises(file: SourceFile) -> bool:
    """Whether every entry of `metrics` has a name, a configuration with a type of Evidently's, and a value."""
    document = file.mapping
    metrics = document.get("metrics") if document is not None else None
    return isinstance(metrics, list) and len(metrics) > 0 and all(map(_is_metric, metrics))


def read(file: SourceFile) -> Measurements:
    """The metrics and how the tests came out. Raises InputError, DocumentError."""
    draft = Draft(file, "a snapshot of Evidently")
    document = draft.mapping(file.document, "the file")
    listed = draft.list(document.get("metrics"), "metrics")
    metrics = [draft.mapping(each, f"metrics[{index}]") for index, each in enumerate(listed)]
    configs = [draft.mapping(each.get("config"), f"metrics[{index}].config") for index, each in enumerate(metrics)]
    rows = next((each.get("value") for each, config in zip(metrics, configs, strict=True) if _short(config) == "RowCount"), None)
    for metric, config, name in zip(metrics, configs, _names(configs), strict=True):
        _Reading(draft, config, rows).take(metric.get("value"), name, WHOLE)
        shown = metric.get("metric_name")
        if isinstance(shown, str) and bare(name) in draft.raw:
            draft.alias(shown, bare(name))
    _tests(draft, draft.list(document.get("tests") or [], "tests"))
    return draft.finished()


def _is_metric(metric: Any) -> bool:
    if not isinstance(metric, dict) or "value" not in metric or "metric_name" not in metric:
        return False
    config = metric.get("config")
    return isinstance(config, dict) and str(config.get("type", "")).startswith("evidently:")


# -- names


def _short(config: dict[str, Any]) -> str:
    return str(config.get("type", "")).removeprefix(_TYPE).rpartition(":")[2]


def _names(configs: list[dict[str, Any]]) -> list[str]:
    """`MeanValue.age`, `QuantileValue.age.quantile_0.95`; where two still agree, all that they were given is added."""
    short = [_joined(config, _ALWAYS) for config in configs]
    count = Counter(map(bare, short))
    return [
        _joined(config, (*_ALWAYS, *sorted(set(config) - _NEVER))) if count[bare(name)] > 1 else name
        for name, config in zip(short, configs, strict=True)
    ]


def _joined(config: dict[str, Any], keys: tuple[str, ...]) -> str:
    parts = [_short(config), str(config["column"])] if "column" in config else [_short(config)]
    parts += [f"{key}_{config[key]}" for key in keys if _is_plain(config.get(key))]
    return ".".join(parts)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and value != ""


# -- values


class _Reading:
    """The value of one metric: a number, a count with a share, a mean with a spread, or one for each label."""

    def __init__(self, draft: Draft, config: dict[str, Any], rows: Any) -> None:
        self.draft = draft
        self.short = _short(config)
        self.better = _better(self.short, config)
        self.unit = "%" if self.short in _PERCENT else None
        self.rows = rows if is_number(rows) and not isinstance(rows, bool) and rows >= 0 else None

    def take(self, value: Any, name: str, on: Slice) -> None:
        if isinstance(value, dict) and value.keys() == {"count", "share"}:
            self.share(value, name, on)
        elif isinstance(value, dict) and value.keys() == {"mean", "std"}:
            spread = value["std"] if is_number(value["std"]) else None  # of the errors, not of their mean: no stderr
            self.draft.add(f"{name}.mean", value["mean"], on=on, std=spread, unit=self.unit, better=self.better)
            self.draft.add(f"{name}.std", value["std"], on=on, unit=self.unit)
        elif isinstance(value, dict) and not on:
            for label, inner in value.items():
                self.take(inner, name, self.draft.slice({"label": label}))
        elif isinstance(value, (dict, list)):
            self.draft.leave(name, kind(value))
        else:
            self.draft.add(name, value, on=on, n=self.n(value), unit=self.unit, better=self.better)

    def share(self, value: dict[str, Any], name: str, on: Slice) -> None:
        """A count and its share; with the number of rows as n where the two agree that it is."""
        count, share = value["count"], value["share"]
        self.draft.add(f"{name}.count", count, on=on, better=self.better)
        rows = self.rows
        of_rows = rows and is_number(count) and is_number(share) and 0 <= count <= rows and abs(count / rows - share) < 1e-9
        more = {"n": rows, "k": count} if of_rows else {}
        self.draft.add(f"{name}.share", share, on=on, better=self.better, **more)

    def n(self, value: Any) -> float | None:
        """The rows, where the value is the share of them that were right."""
        if self.short != "Accuracy" or not self.rows or not is_number(value):
            return None
        right = value * self.rows
        return self.rows if abs(right - round(right)) < 1e-6 else None


def _better(short: str, config: dict[str, Any]) -> Direction | None:
    """Of drift: less is better, except where the number is the p-value of a test. Common names are known elsewhere."""
    if short == "ValueDrift":
        method = config.get("method")
        if not isinstance(method, str):
            return None
        return HIGHER if "p_value" in method else LOWER
    return LOWER if short in ("DriftedColumnsCount", "MissingValueCount", "DatasetMissingValueCount") else None


def _tests(draft: Draft, listed: list[Any]) -> None:
    """How many tests passed; one that errored did neither."""
    counts = Counter[str]()
    for index, test in enumerate(listed):
        counts[draft.text(draft.mapping(test, f"tests[{index}]").get("status"), f"tests[{index}].status").upper()] += 1
    if not listed:
        return
    passed, failed, errored = (sum(counts[each] for each in group) for group in (_PASSED, _FAILED, _ERRORED))
    draft.share("tests.pass_rate", passed, passed + failed, better=HIGHER)
    draft.share("tests.error_rate", errored, passed + failed + errored, better=LOWER)

"""Great Expectations: the JSON of a validation result; its percents count to 100."""

from __future__ import annotations

from collections import Counter
from typing import Any

from gate.errors import InputError, Problem
from gate.readers.draft import HIGHER, LOWER, Draft, bare
from gate.readers.source import SourceFile
from gate.readers.values import is_number, kind
from gate.terms.measurements import Measurements

_COUNTS = ("evaluated_expectations", "successful_expectations", "unsuccessful_expectations")
_COLUMNS = ("column", "column_A", "column_B")
_OF_THE_BATCH = frozenset((*_COLUMNS, "column_list", "column_set", "batch_id"))


def recognises(file: SourceFile) -> bool:
    """Whether it holds a success beside statistics of expectations, or of the validations of a checkpoint."""
    document = file.mapping
    if document is None or "success" not in document or not isinstance(document.get("statistics"), dict):
        return False
    return "evaluated_expectations" in document["statistics"] or "evaluated_validations" in document["statistics"]


def read(file: SourceFile) -> Measurements:
    """The share of expectations that were met, and what each found. Raises InputError, DocumentError."""
    draft = Draft(file, "a validation result of Great Expectations")
    document = draft.mapping(file.document, "the file")
    statistics = draft.mapping(document.get("statistics"), "statistics")
    if "evaluated_validations" in statistics:
        message = "a checkpoint's description does not tell an expectation that broke from one that was not met"
        remedy = "write each validation result itself: json.dumps(result.to_json_dict())"
        raise InputError(Problem("checkpoint-description", message, draft.place(), remedy))
    listed = draft.list(document.get("results"), "results")
    results = [draft.mapping(each, f"results[{index}]") for index, each in enumerate(listed)]
    broken = [_raised(draft, each, f"results[{index}]") for index, each in enumerate(results)]
    _whole(draft, document, statistics, results, broken)
    _severities(draft, results, broken)
    configs = [
        draft.mapping(each.get("expectation_config"), f"results[{i}].expectation_config") for i, each in enumerate(results)
    ]
    names = _names(draft, configs)
    for index, (result, name) in enumerate(zip(results, names, strict=True)):
        _add(draft, result, name, f"results[{index}]", raised=broken[index])
    return draft.finished()


def _raised(draft: Draft, result: dict[str, Any], what: str) -> bool:
    """Whether evaluating it broke. Where a column is missing, the information is a mapping by metric instead of flat."""
    info = draft.mapping(result.get("exception_info") or {}, f"{what}.exception_info")
    inside = [info, *(each for each in info.values() if isinstance(each, dict))]
    return any(each.get("raised_exception") not in (None, False) for each in inside)


def _succeeded(draft: Draft, result: dict[str, Any], what: str) -> bool:
    success = result.get("success")
    if not isinstance(success, bool):
        raise draft.broken(f"`{what}.success`", success, "true or false")
    return success


# -- the whole


def _whole(
    draft: Draft, document: dict[str, Any], statistics: dict[str, Any], results: list[dict[str, Any]], broken: list[bool]
) -> None:
    """Counted from the results; the file's own statistics take a broken expectation for one that was not met."""
    met = sum(_succeeded(draft, each, f"results[{i}]") and not broken[i] for i, each in enumerate(results))
    evaluated, errors = len(results), sum(broken)
    said = {key: statistics.get(key) for key in _COUNTS}
    if said["evaluated_expectations"] != evaluated:
        raise draft.refusal(
            f"`statistics` says {said['evaluated_expectations']!r:.40} expectations, `results` holds {evaluated:,}"
        )
    draft.add("success", _success(draft, document, met == evaluated), better=None)
    judged = evaluated - errors
    percent = 100 * met / judged if judged else 0
    found = draft.add("success_percent", percent, unit="%", k=met, n=judged, better=HIGHER)
    draft.alias("statistics.success_percent", found)
    draft.share("error_rate", errors, evaluated, better=LOWER)
    for key, number in zip(_COUNTS, (evaluated, met, evaluated - met - errors), strict=True):
        draft.alias(f"statistics.{key}", draft.add(key, number))


def _success(draft: Draft, document: dict[str, Any], every: bool) -> bool:
    """What the file says, unless its own results say otherwise."""
    said = document.get("success")
    if not isinstance(said, bool):
        raise draft.broken("`success`", said, "true or false")
    return said and every


def _severities(draft: Draft, results: list[dict[str, Any]], broken: list[bool]) -> None:
    """The share that was met for each severity, where there are several."""
    judged: Counter[str] = Counter()
    met: Counter[str] = Counter()
    for index, (result, raised) in enumerate(zip(results, broken, strict=True)):
        config = result.get("expectation_config")
        severity = config.get("severity") if isinstance(config, dict) else None
        if isinstance(severity, str) and severity:
            judged[severity] += not raised
            met[severity] += _succeeded(draft, result, f"results[{index}]") and not raised
    for severity, n in judged.items():
        percent = 100 * met[severity] / n if n else 0
        on = draft.slice({"severity": severity})
        draft.add("success_percent", percent, on=on, unit="%", k=met[severity], n=n, better=HIGHER)


# -- each expectation


def _names(draft: Draft, configs: list[dict[str, Any]]) -> list[str]:
    """The type and its columns; where two agree, what they were asked with is added."""
    every = []
    for index, config in enumerate(configs):
        kind_ = draft.text(config.get("type", config.get("expectation_type")), f"results[{index}].expectation_config.type")
        kwargs = draft.mapping(config.get("kwargs") or {}, f"results[{index}].expectation_config.kwargs")
        columns = [str(kwargs[key]) for key in _COLUMNS if key in kwargs]
        listed = kwargs.get("column_list")
        columns += [str(each) for each in listed] if isinstance(listed, list) else []
        every.append((".".join([kind_, *columns]), kwargs))
    count = Counter(bare(name) for name, _ in every)
    return [name if count[bare(name)] == 1 else name + _asked(kwargs) for name, kwargs in every]


def _asked(kwargs: dict[str, Any]) -> str:
    return "".join(f".{key}_{kwargs[key]}" for key in sorted(set(kwargs) - _OF_THE_BATCH) if kwargs[key] is not None)


def _add(draft: Draft, result: dict[str, Any], name: str, what: str, *, raised: bool) -> None:
    if raised:
        draft.add(f"{name}.success", None)
        draft.leave(name, "evaluating it raised an exception")
        return
    draft.add(f"{name}.success", _succeeded(draft, result, what))
    inside = draft.mapping(result.get("result") or {}, f"{what}.result")
    elements, missing, unexpected = (inside.get(key) for key in ("element_count", "missing_count", "unexpected_count"))
    present = _less(elements, missing)
    for key, n, k in (
        ("unexpected_percent", present, unexpected),  # of the values that are there
        ("unexpected_percent_total", elements, unexpected),
        ("missing_percent", elements, missing),
    ):
        if key in inside:
            _percent(draft, f"{name}.{key}", inside[key], n, k)
    if "observed_value" in inside:
        observed = inside["observed_value"]
        if isinstance(observed, (dict, list, str)):
            draft.leave(f"{name}.observed_value", kind(observed))
        else:
            draft.add(f"{name}.observed_value", observed)


def _percent(draft: Draft, name: str, percent: Any, n: Any, k: Any) -> None:
    if n is not None and k is not None:
        draft.add(name, percent if n != 0 else 0, unit="%", better=LOWER, n=n, k=k)
    else:
        draft.add(name, percent, unit="%", better=LOWER, n=n)


def _less(elements: Any, missing: Any) -> Any:
    """The values that are there; all of them where none is said to be missing."""
    if is_number(elements) and is_number(missing):
        return elements - missing
    return elements

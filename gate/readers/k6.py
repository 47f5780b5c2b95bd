"""k6: what `--summary-export`, `handleSummary` and the machine-readable summary write, in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gate.documents.document import shown
from gate.readers.draft import HIGHER, LOWER, Draft
from gate.readers.source import SourceFile
from gate.readers.values import is_number
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.slice import WHOLE, Slice

_SUBMETRIC = re.compile(r"([^{}]+)\{(.*)\}\Z", re.DOTALL)
_PERCENTILE = re.compile(r"p\((\d+(?:\.\d+)?)\)\Z")
_ROUNDED = 0.001  # how far a rate may be off its counts
_MOST = 2**53
_KINDS = ("counter", "gauge", "rate", "trend")

# Metrics of k6 itself; of a custom one nobody but its author knows what is better.
_TIMED = re.compile(
    r"(http_req|browser_http_req|grpc_req|ws_connecting|ws_ping|group|iteration)(_duration|_blocked|_connecting"
    r"|_tls_handshaking|_sending|_waiting|_receiving)?\Z|browser_web_vital_(fcp|fid|inp|lcp|ttfb)\Z"
)
_DOWN = frozenset(("http_req_failed", "browser_http_req_failed", "checks_failed", "dropped_iterations", "browser_web_vital_cls"))
_UP = frozenset(("checks", "checks_succeeded"))


class _Metric(NamedTuple):
    """One metric of a summary: its values by name, and of each threshold whether it holds."""

    name: str
    kind: str
    values: dict[str, Any]
    is_time: bool
    thresholds: dict[str, bool]


def recognises(file: SourceFile) -> bool:
    """Whether it is a summary: `root_group` beside `metrics`, or the results of a named version of k6."""
    document = file.mapping
    return document is not None and (_is_classic(document) or _is_machine_readable(document))


def read(file: SourceFile) -> Measurements:
    """The measurements of a summary. Raises InputError, DocumentError."""
    draft = Draft(file, "a summary of k6")
    document = draft.mapping(file.document, "the file")
    metrics = list(_listed(draft, document) if _is_machine_readable(document) else _classic(draft, document))
    requests = {metric.name: _count(metric.values) for metric in metrics if metric.name.startswith("http_reqs")}
    for metric in metrics:
        _add(draft, metric, requests)
    held = [held for metric in metrics for held in metric.thresholds.values()]
    if held:
        draft.add("thresholds_ok", all(held))
    for path, check in _checks(draft, document):
        passes, fails = _counts(draft, check, path)
        draft.share("checks", passes, passes + fails, on=draft.slice({"check": path}), better=HIGHER)
    return draft.finished()


def _counts(draft: Draft, values: dict[str, Any], what: str) -> tuple[int, int]:
    """The passes and fails of a check or a rate."""
    return _whole(draft, values, "passes", what), _whole(draft, values, "fails", what)


def _whole(draft: Draft, values: dict[str, Any], key: str, what: str) -> int:
    number = values.get(key)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= _MOST:
        raise draft.broken(f"`{key}` of `{shown(what)}`", number, "a count")
    return number


# -- the three shapes


def _is_classic(document: dict[str, Any]) -> bool:
    return isinstance(document.get("root_group"), dict) and isinstance(document.get("metrics"), dict)


def _is_machine_readable(document: dict[str, Any]) -> bool:
    results, metadata = document.get("results"), document.get("metadata")
    if not isinstance(results, dict) or not isinstance(metadata, dict):
        return False
    return isinstance(results.get("metrics"), list) and any(key.lower().startswith("k6") for key in metadata)


def _classic(draft: Draft, document: dict[str, Any]) -> Iterator[_Metric]:
    for name, metric in draft.mapping(document.get("metrics"), "metrics").items():
        inside = draft.mapping(metric, f"metrics.{name}")
        if "values" in inside:
            values = draft.mapping(inside["values"], f"metrics.{name}.values")
            yield _Metric(
                name, _kind(inside.get("type"), values), values, inside.get("contains") == "time", _held(draft, name, inside)
            )
        else:
            values = {key: value for key, value in inside.items() if key != "thresholds"}
            yield _Metric(name, _kind(None, values), values, bool(_TIMED.match(_base(name))), _crossed(draft, name, inside))


def _listed(draft: Draft, document: dict[str, Any]) -> Iterator[_Metric]:
    checks = document["results"].get("checks")
    of_checks = checks.get("metrics") if isinstance(checks, dict) else None
    listed = [*document["results"]["metrics"], *draft.list([] if of_checks is None else of_checks, "results.checks.metrics")]
    for index, metric in enumerate(listed):
        inside = draft.mapping(metric, f"results.metrics[{index}]")
        name = draft.text(inside.get("name"), f"results.metrics[{index}].name")
        values = draft.mapping(inside.get("values"), f"results.metrics[{index}].values")
        yield _Metric(name, _kind(inside.get("type"), values), values, inside.get("contains") == "time", {})


def _kind(said: Any, values: dict[str, Any]) -> str:
    """What kind of metric it is: as it says, or by the names of its values."""
    if said in _KINDS:
        return str(said)
    if "passes" in values or "matches" in values:
        return "rate"
    if "value" in values:
        return "gauge"
    return "counter" if values.keys() <= {"count", "rate"} else "trend"


def _held(draft: Draft, name: str, metric: dict[str, Any]) -> dict[str, bool]:
    """Of `handleSummary`: `{"p(95)<40": {"ok": false}}`; true means that the threshold holds."""
    thresholds = draft.mapping(metric.get("thresholds", {}), f"metrics.{name}.thresholds")
    found = {}
    for written, threshold in thresholds.items():
        held = draft.mapping(threshold, f"metrics.{name}.thresholds.{written}").get("ok")
        found[written] = _boolean(draft, name, written, held)
    return found


def _crossed(draft: Draft, name: str, metric: dict[str, Any]) -> dict[str, bool]:
    """Of `--summary-export`: `{"p(95)<40": true}`; there true means that the threshold was crossed."""
    thresholds = draft.mapping(metric.get("thresholds", {}), f"metrics.{name}.thresholds")
    return {written: not _boolean(draft, name, written, crossed) for written, crossed in thresholds.items()}


def _boolean(draft: Draft, name: str, written: str, found: Any) -> bool:
    if not isinstance(found, bool):
        raise draft.broken(f"the threshold `{written[:80]}` of `{name[:80]}`", found, "true or false")
    return found


def _checks(draft: Draft, document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every check with its path, those of groups too. Groups and checks are mappings, or lists of named ones."""
    results = document.get("results")
    if isinstance(results, dict):
        checks = results.get("checks") if isinstance(results.get("checks"), dict) else {}
        for check in _members(draft, checks.get("results"), "results.checks.results"):  # type: ignore[union-attr]
            yield str(check.get("name", "")), check
        return
    groups = [document["root_group"]] if isinstance(document.get("root_group"), dict) else []
    while groups:
        group = groups.pop(0)
        for check in _members(draft, group.get("checks"), "checks of a group"):
            yield str(check.get("path") or check.get("name") or "").removeprefix("::"), check
        groups += _members(draft, group.get("groups"), "groups of a group")


def _members(draft: Draft, found: Any, what: str) -> list[dict[str, Any]]:
    if found is None:
        return []
    members = list(found.values()) if isinstance(found, dict) else draft.list(found, what)
    return [draft.mapping(member, f"{what}[{index}]") for index, member in enumerate(members)]


# -- measurements


def _add(draft: Draft, metric: _Metric, requests: dict[str, Any]) -> None:
    name, tags = _parts(metric.name)
    on = draft.slice(dict(tags)) if tags else WHOLE
    better = _better(name)
    if metric.kind == "rate":
        _rate(draft, metric, name, on, better)
    elif metric.kind == "trend":
        n = _count(metric.values)
        if not n and name.startswith("http_req_"):
            n = requests.get("http_reqs" + metric.name[len(name) :])
        for stat, value in metric.values.items():
            if stat != "count":
                _stat(draft, name, stat, value, on, n=n, unit="ms" if metric.is_time else None, better=better)
    else:
        for stat, value in metric.values.items():
            if metric.kind == "gauge" and stat == "value":
                draft.add(name, value, on=on)
            else:
                _stat(draft, name, stat, value, on, better=better if stat == "count" else None)
    if metric.thresholds:
        draft.add(f"{name}.thresholds_ok", all(metric.thresholds.values()), on=on)


def _stat(draft: Draft, metric: str, stat: str, value: Any, on: Slice, **evidence: Any) -> None:
    """One number of a metric: `http_req_duration.p(95)` is called `http_req_duration.p95`."""
    short = _PERCENTILE.sub(r"p\1", stat)
    draft.add(f"{metric}.{stat}", value, name=f"{metric}.{short}", on=on, **evidence)


def _rate(draft: Draft, metric: _Metric, name: str, on: Slice, better: Direction | None) -> None:
    """A share of what was true. Its `passes` are the trues, so that those of `http_req_failed` are failures."""
    values = metric.values
    if "total" in values:
        k = _whole(draft, values, "matches", metric.name)
        n = _whole(draft, values, "total", metric.name)
    else:
        k, fails = _counts(draft, values, metric.name)
        n = k + fails
    said: Any = values.get("rate", values.get("value"))
    if not is_number(said) or k > n or (n and abs(said - k / n) > _ROUNDED):
        raise draft.refusal(f"the rate of `{shown(metric.name)}` does not follow from its counts, {k} of {n}")
    found = draft.share(name, k, n, on=on, better=better)
    for stat in ("rate", "value"):
        draft.alias(f"{name}.{stat}", found)


def _better(name: str) -> Direction | None:
    if name in _UP:
        return HIGHER
    return LOWER if name in _DOWN or _TIMED.match(name) else None


def _count(values: dict[str, Any]) -> Any:
    return values.get("count")


def _base(name: str) -> str:
    return _parts(name)[0]


def _parts(name: str) -> tuple[str, list[tuple[str, str]]]:
    """A metric and the tags of its sub-metric: `http_req_duration{expected_response:true}`."""
    found = _SUBMETRIC.match(name)
    if found is None:
        return name, []
    pairs = (pair.partition(":") for pair in found[2].split(","))
    return found[1], [(tag.strip(" \t'\""), value.strip(" \t'\"")) for tag, _, value in pairs if tag.strip(" \t'\"")]

"""pytest-benchmark: what `--benchmark-json` writes."""

from __future__ import annotations

import re
from collections import Counter
from math import sqrt
from typing import Any

from gate.readers.draft import HIGHER, LOWER, Draft
from gate.readers.source import SourceFile
from gate.readers.values import is_number
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE, Slice

_TIMES = ("min", "max", "mean", "median", "q1", "q3")
_SPREADS = ("stddev", "iqr")
_PARAMETERS = re.compile(r"\[.*\]\Z", re.DOTALL)


def recognises(file: SourceFile) -> bool:
    """Whether it lists benchmarks beside what is known of the machine."""
    document = file.mapping
    return (
        document is not None and isinstance(document.get("benchmarks"), list) and isinstance(document.get("machine_info"), dict)
    )


def read(file: SourceFile) -> Measurements:
    """The statistics of each benchmark, in seconds; its parameters are a slice. Raises InputError, DocumentError."""
    draft = Draft(file, "a file of pytest-benchmark")
    listed = draft.list(draft.mapping(file.document, "the file").get("benchmarks"), "benchmarks")
    benchmarks = [draft.mapping(each, f"benchmarks[{index}]") for index, each in enumerate(listed)]
    names = [_names(draft, each, f"benchmarks[{index}]") for index, each in enumerate(benchmarks)]
    homes = Counter(short for short, _ in dict.fromkeys(names))
    columns = [each.get("params") if _are_plain(each.get("params")) else None for each in benchmarks]
    for index, (benchmark, (short, full)) in enumerate(zip(benchmarks, names, strict=True)):
        name = short if homes[short] == 1 else full
        on = _slice(draft, benchmark, columns[index])
        _add(draft, benchmark, f"benchmarks[{index}]", name, full, on)
    return draft.finished()


def _names(draft: Draft, benchmark: dict[str, Any], what: str) -> tuple[str, str]:
    """The function's name, and its name with file and class; without the parameters in brackets."""
    full = draft.text(benchmark.get("fullname"), f"{what}.fullname")
    short = draft.text(benchmark.get("name"), f"{what}.name")
    return _PARAMETERS.sub("", short), _PARAMETERS.sub("", full)


def _are_plain(parameters: Any) -> bool:
    if not isinstance(parameters, dict) or not all(parameters):
        return False
    return not any(isinstance(value, (dict, list)) or str(value).startswith("UNSERIALIZABLE") for value in parameters.values())


def _slice(draft: Draft, benchmark: dict[str, Any], columns: dict[str, Any] | None) -> Slice:
    """The parameters; where they are no plain values, pytest's own id of them."""
    if columns:
        return draft.slice(columns)
    param = benchmark.get("param")
    return draft.slice({"param": param}) if isinstance(param, str) and param else WHOLE


def _add(draft: Draft, benchmark: dict[str, Any], what: str, name: str, full: str, on: Slice) -> None:
    stats = draft.mapping(benchmark.get("stats"), f"{what}.stats")
    rounds = stats.get("rounds")
    for stat in (*_TIMES, *_SPREADS, "ops"):
        if stat not in stats:
            continue
        more: dict[str, Any] = {"n": rounds, "unit": "1/s" if stat == "ops" else "s"}
        if stat not in _SPREADS:
            more["better"] = HIGHER if stat == "ops" else LOWER
        if stat == "mean":
            more |= _spread(stats)
        found = draft.add(f"{name}.{stat}", stats[stat], on=on, **more)
        draft.alias(f"{full}.{stat}", found)
    extra = draft.mapping(benchmark.get("extra_info") or {}, f"{what}.extra_info")
    for key, value in extra.items():
        if isinstance(value, (dict, list, str)):
            draft.leave(f"{name}.{key}", "not a number", 0)
        else:
            draft.add(f"{name}.extra.{key}", value, on=on)


def _spread(stats: dict[str, Any]) -> dict[str, float]:
    """The standard deviation of the rounds, and with it the standard error of their mean; of one round there is none."""
    rounds: Any = stats.get("rounds")
    deviation: Any = stats.get("stddev")
    if not (is_number(rounds) and is_number(deviation)) or rounds < 2 or deviation < 0:
        return {}
    return {"std": deviation, "stderr": deviation / sqrt(rounds)}

"""Hugging Face's `all_results.json`, `eval_results.json` and their kin: what a Trainer measured, in one flat mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gate.readers.draft import Draft
from gate.readers.source import SourceFile
from gate.readers.values import is_number, kind, not_finite
from gate.terms.measurements import Measurements

_RATE = "_samples_per_second"
_TIMES = ("_runtime", "_samples_per_second", "_steps_per_second")
_SECONDS, _RATES = 5e-5, 5e-4  # half of the last digit that is written


def recognises(file: SourceFile) -> bool:
    """Whether it is flat and has a run time with its rates, which every evaluation and training writes."""
    results = file.mapping
    if results is None or any(isinstance(value, dict) for value in results.values()):
        return False
    return any(_is_timed(prefix, results) for prefix in _prefixes(results))


def _prefixes(results: Mapping[str, Any]) -> Iterator[str]:
    """`eval`, `train`, `predict`, `eval_mnli`…: whatever was timed."""
    return (key.removesuffix(_RATE) for key in results if key.endswith(_RATE))


def _is_timed(prefix: str, results: Mapping[str, Any]) -> bool:
    return bool(prefix) and all(is_number(results.get(prefix + each)) for each in _TIMES)


def read(file: SourceFile) -> Measurements:
    """Every number under its own name; n where the file proves it. Raises InputError."""
    draft = Draft(file, "a results file of Hugging Face's Trainer")
    results = draft.mapping(file.document, "the document")
    counts = {prefix: _count(prefix, results, draft) for prefix in _prefixes(results)}
    for key, value in results.items():
        if not key or (isinstance(value, (dict, list, str)) and value is not_finite(value)):
            draft.leave(key, kind(value) if key else "without a name")
            continue
        prefix = max((each for each in counts if key.startswith(each + "_")), key=len, default="")
        n = counts.get(prefix) if is_judged(key, prefix) else None
        draft.add(key, not_finite(value), n=n, unit=_unit(key, prefix, results))
    return draft.finished()


def is_judged(key: str, prefix: str) -> bool:
    """Whether the number is about the model on rows, not about time, counts, or the training itself."""
    return bool(prefix) and prefix != "train" and key.removeprefix(prefix) not in ("_samples", *_TIMES)


def _unit(key: str, prefix: str, results: Mapping[str, Any]) -> str | None:
    """Seconds; and per cent in the scripts for question answering, whose two scores count to 100."""
    if key == f"{prefix}_runtime":
        return "s"
    scores = [results[f"{prefix}_{each}"] for each in ("exact_match", "f1") if is_number(results.get(f"{prefix}_{each}"))]
    of_a_hundred = len(scores) == 2 and max(scores) > 1
    return "%" if of_a_hundred and key in (f"{prefix}_exact_match", f"{prefix}_f1") else None


def _count(prefix: str, results: Mapping[str, Any], draft: Draft) -> float | None:
    """`eval_samples` when run time times rate says so too: the scripts write it, not the Trainer, and it may be n of neither."""
    if not is_number(results.get(f"{prefix}_samples")) or not _is_timed(prefix, results):
        return None
    samples: float = results[f"{prefix}_samples"]
    seconds, rate = results[f"{prefix}_runtime"], results[f"{prefix}_samples_per_second"]
    if f"{prefix}_exact_match" in results:
        draft.leave(f"{prefix}_samples as n", "in question answering it counts pieces of texts, not questions")
    elif not (seconds - _SECONDS) * (rate - _RATES) <= samples <= (seconds + _SECONDS) * (rate + _RATES):
        draft.leave(f"{prefix}_samples as n", f"it is not {prefix}_runtime times {prefix}_samples_per_second")
    else:
        return samples if samples > 0 else None
    return None

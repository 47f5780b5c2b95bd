"""Hugging Face's `trainer_state.json`: rows of a log, of training and evaluation in turns; the last value of each key counts."""

from __future__ import annotations

from typing import Any

from gate.readers.draft import Draft
from gate.readers.source import SourceFile
from gate.readers.values import is_number, kind, not_finite
from gate.terms.measurements import Measurements

_HISTORY = "log_history"
_ABOUT_THE_ROW = ("step", "epoch")


def recognises(file: SourceFile) -> bool:
    """Whether it has the log, and the step that it led to."""
    state = file.mapping
    return state is not None and isinstance(state.get(_HISTORY), list) and "global_step" in state


def read(file: SourceFile) -> Measurements:
    """The last value of every key, and `best_metric`. Raises InputError."""
    draft = Draft(file, "a trainer_state of Hugging Face")
    state = draft.mapping(file.document, "the document")
    last: dict[str, Any] = {}
    steps: dict[str, Any] = {}
    for index, entry in enumerate(draft.list(state.get(_HISTORY), _HISTORY)):
        row = draft.mapping(entry, f"{_HISTORY}[{index}]")
        last.update(row)
        steps.update(dict.fromkeys(row, row.get("step")))
    for key in _ABOUT_THE_ROW:
        last.pop(key, None)
    for key, value in last.items():
        _add(key, value, draft)
    if state.get("best_metric") is not None:
        _add("best_metric", state["best_metric"], draft)
    _say_what_is_old(state, steps, draft)
    return draft.finished()


def _add(key: str, value: Any, draft: Draft) -> None:
    if not key or (isinstance(value, (dict, list, str)) and value is not_finite(value)):
        draft.leave(key, kind(value) if key else "without a name")
    else:
        draft.add(key, not_finite(value), unit="s" if key.endswith("_runtime") else None)


def _say_what_is_old(state: dict[str, Any], steps: dict[str, Any], draft: Draft) -> None:
    """A best checkpoint from an earlier step than the last evaluation: its values are not those here."""
    best, evaluated = state.get("best_global_step"), [steps[key] for key in steps if key.startswith("eval_")]
    known = [step for step in evaluated if is_number(step)]
    if is_number(best) and known and best < max(known):
        draft.leave("best_model_checkpoint", f"of step {best:g}; what is read here was evaluated at step {max(known):g}")

"""What the policies of this folder say of the history before any of them is loaded: whose runs these are, where they lie.

One place decides which history is meant: a flag, else the policies, else (gate.history.store) $GATE_HISTORY and the file of
the repository. `gate log` must be quick: nothing of a policy is looked at but the two lines that it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from gate.errors import GateError, HistoryError, Place, PolicyError, Problem
from gate.policy.find import find


def default_model(environ: Mapping[str, str]) -> str:
    """The `name` of the policy that judges here; "model" where there is none, as in a policy without a name.

    Raises GateError: a policy that cannot be read.
    """

    def unread(path: str) -> Problem:
        what = f"the model's name cannot be read from {path}"
        return Problem("model-unnamed", what, remedy="say it: `--model fraud`; in Python gate.run('fraud')")

    return " + ".join(str(told.get("name", "model")) for _, told in _told((), environ, unread)) or "model"


def history_here(given: str, environ: Mapping[str, str], say: str = "--store git:origin", policies: Sequence[str] = ()) -> str:
    """The URL of the history that is meant: the one that is `given`, else that of the policies; empty where neither says.

    `say` is how one is given. Without `policies` they are those of this folder, if it has any. Raises GateError: a policy that
    cannot be read, as it may name another history; two that name different ones.
    """

    def unread(path: str) -> Problem:
        what = f"where the history is cannot be read from {path}"
        return Problem("history-unnamed", what, remedy="mend it: `gate lint`" + (f", or say where: {say}" if say else ""))

    if given:
        return given
    named: dict[str, str] = {}
    for path, told in _told(policies, environ, unread):
        if told.get("history"):
            named.setdefault(str(told["history"]), path)
    if len(named) > 1:
        first, second = list(named.values())[:2]
        what = f"`history` is not the same here and in {first}"
        raise PolicyError(Problem("two-histories", what, Place(second), "say it in one policy"))
    return next(iter(named), "")


def _told(
    policies: Sequence[str], environ: Mapping[str, str], unread: Callable[[str], Problem]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every policy with what stands in it; nothing where there is none. Raises GateError."""
    try:
        paths = find(policies, environ)
    except PolicyError as error:
        if error.problems[0].slug != "no-policy":
            raise
        return
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                yield path, _parsed(file.read(), path)
        except (OSError, GateError, UnicodeDecodeError):
            raise HistoryError(unread(path)) from None


@lru_cache(maxsize=8)
def _parsed(text: str, path: str) -> Mapping[str, Any]:
    """Both questions are asked of the same text. Raises DocumentError."""
    from gate.documents.yaml import load

    found = load(text, path)[0]
    return found if isinstance(found, dict) else {}

"""Who judges: the policies, where they were read, and what the change would have instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gate.app.clock import Clock
from gate.documents.files import WORK_TREE, Files
from gate.errors import GateError, PolicyError, Problem
from gate.policy.load import load
from gate.policy.policy import Policy
from gate.record import dataclass

if TYPE_CHECKING:
    from gate.terms.revision import Revision

_HISTORIC = ("last", "expected_low", "expected_high", "ewma", "cusum")


@dataclass(frozen=True, slots=True)
class Proposal:
    """The policies as the work tree has them. `messages` say why they cannot be read; there are none then."""

    policies: tuple[Policy, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judging:
    """The policies that judge. With a trusted revision, `proposal` is what the change would put in their place."""

    policies: tuple[Policy, ...] = ()
    revision: Revision | None = None
    proposal: Proposal | None = None


def load_all(paths: Sequence[str], moment: Clock, files: Files = WORK_TREE) -> list[Policy]:
    """Every policy, each once. Raises one PolicyError with what is wrong in all of them."""
    loaded: list[Policy] = []
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            loaded.append(load(path, moment.today, files=files))
        except GateError as error:
            problems += error.problems
    if problems:
        raise PolicyError(*problems)
    return loaded


def reads_history(policies: Sequence[Policy]) -> bool:
    """Whether anything is to be looked up in the history of runs: a check without that opens no store."""
    runs = any(source.text.startswith("run:") for policy in policies for source in policy.baselines.values())
    return runs or any(asks_history(rule.expr.text) for policy in policies for rule in policy.rules)


def asks_history(rule: str) -> bool:
    """Whether a rule may have a function that reads recorded runs; a name that looks like one does no harm."""
    return any(word in rule for word in _HISTORIC)

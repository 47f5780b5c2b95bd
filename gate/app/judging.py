"""Who judges: the policies, where they were read, and what the change would have instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gate.app.clock import Clock
from gate.errors import GateError, PolicyError, Problem
from gate.policy.load import load
from gate.policy.policy import Policy
from gate.record import dataclass

if TYPE_CHECKING:
    from gate.terms.revision import Revision


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


def load_all(paths: Sequence[str], moment: Clock) -> list[Policy]:
    """Every policy. Raises one PolicyError with what is wrong in all of them."""
    loaded: list[Policy] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            loaded.append(load(path, moment.today))
        except GateError as error:
            problems += error.problems
    if problems:
        raise PolicyError(*problems)
    return loaded

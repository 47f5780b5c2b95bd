"""The room's port: what a module is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gate.errors import GateError, Problem
from gate.hosts.facts import Facts
from gate.policy.action import Action
from gate.record import dataclass
from gate.terms.decision import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An action that is due, on this decision. `id` is the same where the same run is judged again."""

    action: Action
    decision: Decision
    id: str
    facts: Facts | None = None


class Doer(Protocol):
    """A module of the room."""

    def said(self, order: Order) -> str:
        """What it does, in a few words; nothing is asked or sent for it."""

    def perform(self, order: Order, environ: Mapping[str, str]) -> None:
        """Do it. Raises GateError, without any secret: it was not done, or with `Unsure` nobody knows."""


class ActionError(GateError):
    """An action was not done."""


class UnsureError(ActionError):
    """It may have been done or not: the answer did not come."""


def unset(variable: str, remedy: str) -> ActionError:
    """The environment does not say where to, or with what."""
    return ActionError(Problem("action-unset", f"${variable} is not set", remedy=remedy))


def failed(what: str, remedy: str = "") -> ActionError:
    """Somebody else did not do their part."""
    return ActionError(Problem("action-failed", what, remedy=remedy))

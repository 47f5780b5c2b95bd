"""Who wants to hear of decisions made from Python: the pytest plugin, while a test runs."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pytest asks for the listener in every run
    from gate.terms.decision import Decision

listener: ContextVar[Callable[[Decision], None] | None] = ContextVar("listener", default=None)

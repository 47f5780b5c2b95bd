"""Who wants to hear of decisions made from Python: the pytest plugin, while a test runs."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from gate.terms.decision import Decision

listener: ContextVar[Callable[[Decision], None] | None] = ContextVar("listener", default=None)

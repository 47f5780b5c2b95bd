"""gate: the deployment gate for machine-learning models."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.app.api import check as check
    from gate.policy.policy import Policy as Policy
    from gate.terms.decision import Decision as Decision

__version__ = "0.1.0"
__all__ = ["Decision", "Policy", "check"]

_LAZY = {"check": "gate.app.api", "Policy": "gate.policy.policy", "Decision": "gate.terms.decision"}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: `import gate` alone stays cheap."""
    if name not in _LAZY:
        raise AttributeError(f"module 'gate' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)

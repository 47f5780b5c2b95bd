"""gate: the deployment gate for machine-learning models."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.app.api import check as check
    from gate.app.log.log import log_metric as log_metric
    from gate.app.log.log import run as run
    from gate.app.rows import measure as measure
    from gate.app.verify import verify as verify
    from gate.policy.policy import Policy as Policy
    from gate.terms.decision import Decision as Decision
    from gate.terms.measurements import Measurements as Measurements

__version__ = "0.1.0"
__all__ = ["Decision", "Measurements", "Policy", "check", "log_metric", "measure", "run", "verify"]

_LAZY = {
    "check": "gate.app.api",
    "log_metric": "gate.app.log.log",
    "run": "gate.app.log.log",
    "measure": "gate.app.rows",
    "verify": "gate.app.verify",
    "Policy": "gate.policy.policy",
    "Decision": "gate.terms.decision",
    "Measurements": "gate.terms.measurements",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for: `import gate` alone stays cheap."""
    if name not in _LAZY:
        raise AttributeError(f"module 'gate' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)


class _Gate(ModuleType):
    """The package, in which `gate.measure` is the function even after the room of that name was imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _LAZY and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Gate

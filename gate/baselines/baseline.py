"""The room's Protocol, and which kind of baseline a text names."""

from __future__ import annotations

from typing import Protocol

from gate.language.value import Doubt
from gate.terms.measurements import Measurements

# Kinds that have a prefix; a text without one is a file.
KINDS = frozenset(("git", "ci", "run", "mlflow"))


class Baseline(Protocol):
    """A module that finds the measurements of one kind of baseline."""

    def find(self, text: str, folder: str) -> Measurements | Doubt:
        """The measurements that `text` names, relative to the policy's folder; a Doubt says why they cannot be had."""


def kind_of(text: str) -> str:
    """`git`, `ci`, `run`, `mlflow` or `file`."""
    prefix, colon, _ = text.partition(":")
    return prefix if colon and prefix in KINDS else "file"

"""Where the packs and the schema lie: in the wheel, or beside the package in a checkout."""

from __future__ import annotations

import os

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def folder() -> str:
    """The folder of the packs."""
    carried = os.path.join(_HERE, "_policies")
    return carried if os.path.isdir(carried) else os.path.join(os.path.dirname(_HERE), "policies")


def names() -> list[str]:
    """The packs that there are."""
    return sorted(entry[: -len(".yaml")] for entry in os.listdir(folder()) if entry.endswith(".yaml"))


def path_of(name: str) -> str:
    """The file of a pack."""
    return os.path.join(folder(), f"{name}.yaml")

"""Which policies judge: those named, else `$GATE_POLICY`, else the nearest gate.yaml up to the repository's root."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from gate.errors import Place, PolicyError, Problem

NAMES = ("gate.yaml", "gate.yml")


def find(named: Sequence[str], environ: Mapping[str, str], folder: str = ".") -> list[str]:
    """Paths of the policies, each once, at least one. Raises PolicyError when there is none, or a folder has two by default."""
    chosen = list(named) or [path for path in (environ.get("GATE_POLICY", ""),) if path] or _nearest(folder)
    if not chosen:
        where = "from here up to the repository's root" if repository_root(folder) else "in this folder (it is in no repository)"
        remedy = "start one from your metrics: `gate init metrics.json`\nor name one: `-p gate.yaml`"
        raise PolicyError(Problem("no-policy", f"no policy found: looked for gate.yaml {where}", remedy=remedy))
    seen: dict[str, str] = {}
    for path in chosen:
        seen.setdefault(os.path.realpath(path), path)
    return list(seen.values())


def repository_root(folder: str) -> str:
    """The folder that holds `.git`, at or above this one; empty outside a repository."""
    here = os.path.abspath(folder)
    while True:
        if os.path.exists(os.path.join(here, ".git")):
            return here
        above = os.path.dirname(here)
        if above == here:
            return ""
        here = above


def _nearest(folder: str) -> list[str]:
    here = os.path.abspath(folder)
    root = repository_root(folder) or here
    while True:
        found = [os.path.relpath(path, folder) for path in (os.path.join(here, name) for name in NAMES) if _is_there(path)]
        if len(found) > 1:
            what = f"there is `{NAMES[1]}` too, in the same folder: which of the two judges?"
            remedy = f"take one away, or name it: `-p {found[0]}`"
            raise PolicyError(Problem("two-policies", what, Place(found[0]), remedy))
        if found or here == root:
            return found
        here = os.path.dirname(here)


def _is_there(path: str) -> bool:
    return os.path.isfile(path) or os.path.islink(path)  # a broken link hands over to no laxer policy above

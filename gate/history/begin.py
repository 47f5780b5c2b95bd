"""A run as it begins: who records it, on which branch and at which commit, and whether it may ever feed a baseline."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

from gate import __version__
from gate.errors import GateError
from gate.history.writers import writer
from gate.hosts.actor import actor
from gate.hosts.facts import Event, Facts
from gate.hosts.here import here
from gate.policy.find import repository_root
from gate.record import dataclass
from gate.terms.run import Run, Scalar, moment, new_id

LOCAL = "local"
_TRUSTED = frozenset((Event.PUSH, Event.SCHEDULE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where the code stands that is measured."""

    branch: str
    commit: str
    event: str
    trusted: bool
    url: str = ""


def begun(environ: Mapping[str, str], model: str, params: Mapping[str, Scalar] | None = None, run: str = "") -> Run:
    """A new run of the model, at this moment and by this process; `run` is its id where that was agreed on."""
    at, found = moment(), where(environ)
    return Run(
        id=run or new_id(at),
        started=at,
        model=model,
        branch=found.branch,
        commit=found.commit,
        event=found.event,
        trusted=found.trusted,
        url=found.url,
        actor=actor(environ),
        params=dict(params or {}),
        writer=writer(),
        gate_version=__version__,
    )


def is_trusted(environ: Mapping[str, str]) -> bool:
    """Whether what this process records may ever feed a baseline: see `where`."""
    facts = here(environ)
    return facts is None or _trusted(facts)


def where(environ: Mapping[str, str]) -> Where:
    """What CI says of the job, else the repository of this folder.

    Trusted are pushes and the clock, which run what was merged; a pull request never is, whatever branch it claims, nor a
    merge queue, nor a job that follows another one. Outside of CI it is whoever may write to the store.
    """
    facts = here(environ)
    return _of_job(facts) if facts is not None else _of_folder(environ)


def _of_job(facts: Facts) -> Where:
    return Where(
        branch=facts.branch,
        commit=facts.head or facts.commit,
        event=facts.event.value,
        trusted=_trusted(facts),
        url=facts.run_url,
    )


def _trusted(facts: Facts) -> bool:
    return facts.event in _TRUSTED and not facts.fork and not facts.number


def _of_folder(environ: Mapping[str, str]) -> Where:
    root = repository_root(".")
    commit = branch = ""
    if root:
        from gate.revisions.git_repository import find_repository

        branch = _branch(os.path.join(root, ".git"))
        with suppress(GateError):  # an empty repository, no git: then that is not known
            commit = find_repository(root, environ).resolve("HEAD")
    return Where(branch=branch, commit=commit, event=LOCAL, trusted=True)


def _branch(git: str) -> str:
    """The branch that is checked out; empty where it is a commit."""
    from gate.revisions.git_folder import small_file

    if os.path.isfile(git):  # of a further work tree
        git = os.path.join(
            os.path.dirname(git), small_file(git).decode("utf-8", "replace").strip().removeprefix("gitdir:").strip()
        )
    head = small_file(os.path.join(git, "HEAD")).decode("utf-8", "replace").strip()
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref: refs/heads/") else ""

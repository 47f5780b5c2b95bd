"""What the run left behind that started this one (`workflow_run`): data of a job that may have run anybody's code."""

from __future__ import annotations

from collections.abc import Mapping

from gate.hosts.facts import Facts
from gate.hosts.github_api import Pause, client
from gate.hosts.github_artifacts import ARTIFACT, kept_by
from gate.hosts.github_event import event, number_of, part
from gate.hosts.kept import Expired, Kept

FILE = "decision.json"


def started(environ: Mapping[str, str]) -> bool:
    """Whether another run has started this one."""
    return bool(number_of(part(event(environ), "workflow_run", "id")))


def kept(
    facts: Facts,
    environ: Mapping[str, str],
    path: str = FILE,
    *,
    artifact: str = ARTIFACT,
    pause: Pause | None = None,
) -> Kept | Expired | None:
    """The file at `path` in the artifact of that run; None where it kept none. Needs `actions: read`. Raises WebError.

    Which run it was says the event, which GitHub wrote, and nothing that the run itself says of it.
    """
    run = part(event(environ), "workflow_run")
    if not number_of(part(run, "id")):
        return None
    return kept_by(client(facts, environ, pause), facts, run, path, artifact)

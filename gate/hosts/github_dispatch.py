"""Starting something in a repository on GitHub: a workflow by its file, or whatever listens to an event."""

from __future__ import annotations

from collections.abc import Mapping

from gate.hosts.facts import Facts
from gate.hosts.github_api import Pause, home, writing
from gate.web.address import segment

MOST_INPUTS = 25  # of a workflow
MOST_PARTS = 10  # of what goes with an event


def start_workflow(
    facts: Facts, environ: Mapping[str, str], file: str, ref: str, inputs: Mapping[str, str], pause: Pause | None = None
) -> None:
    """Run the workflow of this file on a branch. Needs `actions: write`. Raises WebError."""
    body = {"ref": ref, **({"inputs": dict(inputs)} if inputs else {})}
    place = f"{home(facts)}/actions/workflows/{segment(file)}/dispatches"
    writing(facts, environ, pause).request("POST", place, json=body)


def send_event(
    facts: Facts, environ: Mapping[str, str], kind: str, payload: Mapping[str, object], pause: Pause | None = None
) -> None:
    """Send an event, to which workflows of the default branch listen. Needs `contents: write`. Raises WebError."""
    body = {"event_type": kind, "client_payload": dict(payload)}
    writing(facts, environ, pause).request("POST", f"{home(facts)}/dispatches", json=body)

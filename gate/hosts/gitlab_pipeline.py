"""Starting a pipeline of a project on GitLab, with the job's own token or a trigger token."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gate.errors import Problem
from gate.hosts.facts import Facts
from gate.hosts.gitlab_api import JOB_TOKEN, project
from gate.web import address
from gate.web.client import Client
from gate.web.errors import WebError, bad_address

TRIGGER_TOKEN = "GATE_GITLAB_TRIGGER_TOKEN"


def start_pipeline(
    facts: Facts,
    environ: Mapping[str, str],
    ref: str,
    variables: Mapping[str, str],
    pause: Callable[[float], object] | None = None,
) -> None:
    """Run a pipeline on a branch or tag. Raises WebError, in which the token does not stand.

    GitLab takes this token in the body of the request only; it goes out encrypted, or to this machine itself.
    """
    name = next((name for name in (TRIGGER_TOKEN, JOB_TOKEN) if environ.get(name, "").strip()), "")
    if not name:
        remedy = f"put a trigger token of this project into the masked CI/CD variable {TRIGGER_TOKEN}"
        raise WebError(Problem("no-token", f"{TRIGGER_TOKEN} is not set", remedy=remedy), sent=False)
    token = environ[name].strip()
    origin = address.parse(facts.api).origin
    if origin.scheme == "http" and not address.is_loopback(origin.host):
        raise bad_address(f"the credential is not sent to {origin} unencrypted", "use an https:// address")
    client = Client(facts.api, ca_file=environ.get("CI_SERVER_TLS_CA_FILE", ""), pause=pause)
    body = {"token": token, "ref": ref, "variables": dict(variables)}
    try:
        client.request("POST", f"{project(facts.repository)}/trigger/pipeline", json=body)
    except WebError as error:
        raise _hidden(error, token) from None


def _hidden(error: WebError, token: str) -> WebError:
    """The error without the server's words where they repeat the token, of which they may have cut a part."""
    problem = error.problems[0]
    if token[:8] not in problem.message:
        return error
    told = Problem(problem.slug, f"the server answers {error.status}", remedy=problem.remedy)
    return WebError(told, status=error.status, sent=error.sent, passing=error.passing, wait=error.wait)

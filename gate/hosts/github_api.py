"""GitHub's API as a job may use it: which token there is, whom it is shown to, and what to do when it does not suffice."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gate.errors import Problem
from gate.hosts.facts import Facts
from gate.web.address import segment
from gate.web.client import Client, Credential
from gate.web.errors import WebError
from gate.web.wire import Limits

TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")  # the first that is set
_LIMITS = Limits(body=64 * 2**20)  # a page of a hundred comments, each as long as can be
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

Pause = Callable[[float], object]


def token(environ: Mapping[str, str]) -> str:
    """The job's token; empty where it was given none."""
    return next((given for name in TOKENS if (given := environ.get(name, "").strip())), "")


def client(facts: Facts, environ: Mapping[str, str], pause: Pause | None = None) -> Client:
    """The API that the environment names, with its token if there is one. Raises WebError.

    The token goes to the address in GITHUB_API_URL only, and there only encrypted (or to this machine itself).
    """
    given = token(environ)
    return Client(facts.api, Credential.bearer(given) if given else None, headers=_HEADERS, limits=_LIMITS, pause=pause)


def writing(facts: Facts, environ: Mapping[str, str], pause: Pause | None = None) -> Client:
    """The API for what needs a token. Raises WebError where there is none."""
    if not token(environ):
        raise WebError(
            Problem(
                "no-token", "GITHUB_TOKEN is not set", remedy="give it to the step: `env: {GITHUB_TOKEN: ${{ github.token }}}`"
            ),
            sent=False,
        )
    return client(facts, environ, pause)


def home(facts: Facts) -> str:
    """The repository's place below the API. Raises WebError where it is not known."""
    return f"/repos/{'/'.join(segment(name) for name in facts.repository.split('/'))}"


def trouble(what: str, error: WebError, facts: Facts, permission: str) -> str:
    """An error with what to do about it; `permission` is what the job has to be given."""
    problem = error.problems[0]
    remedy = problem.remedy
    if error.status in (403, 404) and error.slug != "web-too-many":
        remedy = f"give the job `permissions: {{{permission}}}`"
        if facts.fork:
            remedy = "the token of a change from a fork can only read: post from a `workflow_run` job, by `gate publish`"
        elif "ependabot" in facts.branch:
            remedy += (
                "; if Dependabot made the change, its token can only read: post from a `workflow_run` job, by `gate publish`"
            )
    return f"{what}: {problem.message}" + (f"\n  {remedy}" if remedy else "")

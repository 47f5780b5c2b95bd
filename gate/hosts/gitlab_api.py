"""GitLab's API as a job may use it: which token there is, what it may do, and whom it is shown to."""

from __future__ import annotations

from collections.abc import Mapping

from gate.hosts.facts import is_commit
from gate.record import dataclass
from gate.web.address import segment
from gate.web.client import Client, Credential
from gate.web.errors import WebError, unreadable
from gate.web.wire import Limits

# A person's or a project's token, the first that is set. GitLab gives every job one of its own besides, which reads little.
TOKENS = ("GATE_GITLAB_TOKEN", "GITLAB_TOKEN")
JOB_TOKEN = "CI_JOB_TOKEN"

# What to do where the job's own token is not enough.
TOKEN_ADVICE = "put a project access token with the scope `{scope}` into the masked CI/CD variable GATE_GITLAB_TOKEN"


@dataclass(frozen=True, slots=True)
class Access:
    """A way to the API. `token` is the name of the variable that holds the credential, empty without one."""

    client: Client
    token: str

    @property
    def writes(self) -> bool:
        """Whether the credential may be more than the job's own, which writes no notes and no statuses."""
        return self.token in TOKENS


def access(environ: Mapping[str, str], limits: Limits | None = None) -> Access:
    """The API that the environment names, with its token. Raises WebError where it names none, or one not to be trusted with it.

    The token goes to the address in CI_API_V4_URL only, and there only encrypted (or to this machine itself).
    """
    token = next((name for name in (*TOKENS, JOB_TOKEN) if environ.get(name, "").strip()), "")
    header = "JOB-TOKEN" if token == JOB_TOKEN else "PRIVATE-TOKEN"
    credential = Credential.named(header, environ[token]) if token else None
    certificates = environ.get("CI_SERVER_TLS_CA_FILE", "")
    client = Client(environ.get("CI_API_V4_URL", ""), credential, limits=limits, ca_file=certificates)
    return Access(client, token)


def project(name: str) -> str:
    """A project's place below the API, from its path (`group/name`) or number. Raises WebError."""
    return f"/projects/{segment(name)}"


def commit_of(way: Access, repository: str, ref: str) -> str:
    """The commit that `refs/heads/…` or `refs/tags/…` names, empty where there is no such ref. Raises WebError."""
    try:
        answer = way.client.get(f"{project(repository)}/repository/commits/{segment(ref)}?stats=false")
    except WebError as error:
        if error.status == 404 and says(error, "404 Commit Not Found"):
            return ""
        raise
    told = answer.json()
    commit = told.get("id") if isinstance(told, dict) else None
    if not isinstance(commit, str) or not is_commit(commit):
        raise unreadable(answer.what, "the answer names no commit")
    return commit


def says(error: WebError, words: str) -> bool:
    """Whether these are the server's own words: a project that the credential may not see is answered by 404, too."""
    return error.problems[0].message.endswith(f", {words}")


def trouble(what: str, error: WebError) -> str:
    """An error on one line, with what to do."""
    problem = error.problems[0]
    remedy = problem.remedy
    if error.status in (401, 403):
        remedy = "the token in GATE_GITLAB_TOKEN needs the scope `api` and, in this project, the role Developer"
    return f"{what}: {problem.message}" + (f"; {remedy}" if remedy else "")

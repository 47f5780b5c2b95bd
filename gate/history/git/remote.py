"""Which repository keeps the history, and who gate is to it: a token goes only to the server that the environment names."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping

from gate.documents.document import shown
from gate.errors import HistoryError, Problem
from gate.hosts.here import here
from gate.policy.find import repository_root
from gate.record import dataclass, field
from gate.revisions.git_folder import small_file

BRANCH = "gate-history"
_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}", re.ASCII)
_HOST = r"(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*"
_SSH = re.compile(rf"ssh://{_HOST}(?::\d{{1,5}})?/[^\s-]\S*|{_HOST}:(?!//|-)\S+", re.ASCII)
_SECTION = re.compile(r'^\s*\[remote "origin"\]\s*$', re.MULTILINE)
_URL = re.compile(r"^\s*url\s*=\s*\"?([^\"\n]+?)\"?\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """`url` is what git is given, `protocol` the only one that it may use; `settings` hold the credential and are never shown."""

    url: str
    branch: str
    protocol: str
    settings: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __repr__(self) -> str:
        return f"<Remote {self}>"

    def __str__(self) -> str:
        return f"{shown(re.sub(r'//[^/@]*@', '//', self.url))}#{shown(self.branch)}"


def remote_of(url: str, environ: Mapping[str, str]) -> Remote:
    """`git:` or `git:origin` is this repository's server, `git:ADDRESS` another; `#BRANCH` may follow. Raises HistoryError."""
    address, _, branch = url.removeprefix("git:").partition("#")
    branch = branch or BRANCH
    if not _BRANCH.fullmatch(branch) or ".." in branch or branch.endswith((".lock", "/", ".")):
        raise _refused(f"`{shown(branch)}` is no name of a branch")
    where = _own(environ) if address in ("", "origin") else address
    if where.startswith("https://"):
        if "@" in where.partition("://")[2].partition("/")[0]:
            raise _refused("an address with a password in it would be seen by others")
        return Remote(url=where, branch=branch, protocol="https", settings=_credential(where, environ))
    if where.startswith("file://") or os.path.isdir(where):
        return Remote(url=os.path.abspath(where) if os.path.isdir(where) else where, branch=branch, protocol="file")
    if _SSH.fullmatch(where) and "::" not in where:
        return Remote(url=where, branch=branch, protocol="ssh")
    where = re.sub(r"//[^/@]*@", "//…@", where)
    if address in ("", "origin"):
        what = f"`origin` of this repository is `{shown(where)}`, which is no folder here and no address that gate takes"
        raise HistoryError(Problem("history-unreachable", what, remedy="is it still there? `git remote -v`; or name another one"))
    raise _refused(f"`{shown(where)}` is no folder here and no address of a repository")


def _refused(what: str) -> HistoryError:
    remedy = (
        "write `git:` for this repository, or git:https://HOST/REPOSITORY.git, git:user@host:path, git:FOLDER; then `#BRANCH`"
    )
    return HistoryError(Problem("unknown-history", what, remedy=remedy))


def _own(environ: Mapping[str, str]) -> str:
    """Where this repository was cloned from: what CI says counts before what the checkout's settings say."""
    facts = here(environ)
    if facts is not None and facts.host == "github" and facts.repository:
        return f"{environ.get('GITHUB_SERVER_URL') or 'https://github.com'}/{facts.repository}.git"
    if facts is not None and facts.host == "gitlab" and environ.get("CI_PROJECT_URL"):
        return f"{environ['CI_PROJECT_URL']}.git"
    root = repository_root(".")
    settings = small_file(os.path.join(root, ".git", "config")).decode("utf-8", "replace") if root else ""
    section = _SECTION.search(settings)
    url = _URL.search(settings, section.end()) if section else None
    if section is None or url is None or "[" in settings[section.end() : url.start()]:
        what = "`git:` is where this repository was cloned from, and there is no `origin` here"
        raise HistoryError(Problem("unknown-history", what, remedy="name the repository: git:https://HOST/REPOSITORY.git"))
    return url[1]


def _credential(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The token of the job for its own server, as a setting of git that no process list shows."""
    server = _server(url)
    github, gitlab = environ.get("GITHUB_SERVER_URL") or "https://github.com", environ.get("CI_SERVER_URL", "")
    user, token = "", ""
    if server == _server(github):
        user, token = "x-access-token", environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN", "")
    elif gitlab and server == _server(gitlab):
        user = "oauth2" if environ.get("GITLAB_TOKEN") else "gitlab-ci-token"
        token = environ.get("GITLAB_TOKEN") or environ.get("CI_JOB_TOKEN", "")
    if not token:
        return {}
    secret = base64.b64encode(f"{user}:{token}".encode()).decode()
    return {f"http.https://{server}/.extraHeader": f"Authorization: Basic {secret}"}


def _server(url: str) -> str:
    """The host, with its port where it names one; nothing for what is not https."""
    scheme, _, rest = url.partition("://")
    return rest.partition("/")[0].lower().removesuffix(":443") if scheme == "https" else ""

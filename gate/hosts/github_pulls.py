"""Which pull request a commit belongs to, asked of GitHub: a `workflow_run` does not say it for a fork."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gate.hosts.facts import Facts
from gate.hosts.github_api import Pause, client, home, trouble
from gate.hosts.github_event import checked, event, number_of, part, text_of
from gate.record import dataclass, replace
from gate.web.address import segment
from gate.web.client import Client
from gate.web.errors import WebError, unreadable

_NONE = "no pull request found"


@dataclass(frozen=True, slots=True)
class Pulls:
    """The facts, completed by number, base and branch, for each open pull request whose newest commit this is."""

    found: tuple[Facts, ...]
    troubles: tuple[str, ...] = ()


def pulls(facts: Facts, environ: Mapping[str, str], pause: Pause | None = None) -> Pulls:
    """The open pull requests of this repository at `facts.head`; mostly one, none where the change went on since.

    The numbers come from GitHub and not from what the change's own job wrote. Needs `pull-requests: read`.
    """
    if not facts.head:
        return Pulls((), (f"{_NONE}: the change's newest commit is not known",))
    try:
        api = client(facts, environ, pause)
        listed = {number_of(part(pull, "number")): pull for where in _places(facts, environ) for pull in _listed(api, where)}
    except WebError as error:
        return Pulls((), (trouble(_NONE, error, replace(facts, fork=False), "pull-requests: read"),))
    found = tuple(_completed(facts, listed[number]) for number in sorted(listed) if _is_it(listed[number], facts))
    if found:
        return Pulls(found)
    return Pulls((), (f"{_NONE}: no open one has {facts.head[:12]} as its newest commit",))


def _places(facts: Facts, environ: Mapping[str, str]) -> Iterator[str]:
    """Where to ask: the commit knows no pull request from a fork, for those the branch is asked."""
    owner = text_of(part(event(environ), "workflow_run", "head_repository", "owner", "login"))
    if owner and facts.branch:
        yield f"{home(facts)}/pulls?state=open&head={segment(f'{owner}:{facts.branch}')}&per_page=100"
    if not facts.fork or not owner:
        yield f"{home(facts)}/commits/{segment(facts.head)}/pulls?per_page=100"


def _listed(api: Client, where: str) -> Iterator[dict[str, Any]]:
    try:
        for page in api.pages(where):
            entries = page.json()
            if not isinstance(entries, list):
                raise unreadable(page.what, "the answer is not a list")
            yield from (entry for entry in entries if isinstance(entry, dict))
    except WebError as error:
        if error.status != 422:  # "No commit found": it is in a fork only
            raise


def _is_it(pull: dict[str, Any], facts: Facts) -> bool:
    return (
        number_of(pull.get("number")) > 0
        and pull.get("state") == "open"
        and part(pull, "head", "sha") == facts.head
        and text_of(part(pull, "base", "repo", "full_name")).lower() == facts.repository.lower()
    )


def _completed(facts: Facts, pull: dict[str, Any]) -> Facts:
    return replace(
        facts,
        number=number_of(pull.get("number")),
        base=checked(part(pull, "base", "sha")),
        base_branch=text_of(part(pull, "base", "ref")),
        branch=text_of(part(pull, "head", "ref")),
        fork=text_of(part(pull, "head", "repo", "full_name")).lower() != facts.repository.lower(),
    )

"""The one comment of gate's on a pull request: found again by its marker and its author, never written twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gate.hosts.facts import Event, Facts
from gate.hosts.github_api import Pause, home, token, trouble, writing
from gate.hosts.github_event import checked, number_of, part, text_of
from gate.hosts.host import Posted, is_marked, marked
from gate.web.client import Client
from gate.web.errors import WebError, unreadable

LIMIT = 65_536  # characters of a comment; those beyond the first plane are counted twice, to be on the safe side

_NONE = "no comment on the pull request"
_PERMISSION = "pull-requests: write"
_ACTIONS = "github-actions[bot]"


def comment(facts: Facts, environ: Mapping[str, str], marker: str, body: str, pause: Pause | None = None) -> Posted:
    """As gate.hosts.host says.

    Only a comment of the token's own user is changed: whoever may comment could have written the marker. Of two jobs
    that post at once, the later one finds the other's comment and removes its own. A run that the change has outgrown
    says nothing any more.
    """
    text = marked(marker, body)
    if facts.event is Event.QUEUE or not facts.number:
        return Posted(troubles=(f"{_NONE}: this job belongs to none",))
    size = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if size > LIMIT:
        return Posted(troubles=(f"{_NONE}: its {size} characters are more than GitHub takes ({LIMIT})",))
    try:
        api = writing(facts, environ, pause)
        newest = _newest(api, facts)
        if newest and facts.head and newest != facts.head:
            what = f"the change is at {newest[:12]} by now, this run judged {facts.head[:12]}"
            return Posted(troubles=(f"{_NONE}: {what}",))
        return Posted(url=_upsert(api, facts, _author(api, environ), marker, text))
    except WebError as error:
        return Posted(troubles=(trouble(_NONE, error, facts, _PERMISSION),))


Own = Callable[[dict[str, Any]], bool]


def _newest(api: Client, facts: Facts) -> str:
    """The change's newest commit; empty where that cannot be seen, which is no reason to be silent."""
    try:
        return checked(part(api.get(f"{home(facts)}/pulls/{facts.number}").json(), "head", "sha"))
    except WebError as error:
        if error.status in (403, 404):
            return ""
        raise


def _author(api: Client, environ: Mapping[str, str]) -> Own:
    """Tells the comments of the token's own user. A job's token, and that of an app, has none to ask for: it is a bot."""
    if not token(environ).startswith("ghs_"):
        try:
            user = number_of(part(api.get("/user").json(), "id"))
            if user:
                return lambda comment: part(comment, "user", "id") == user
        except WebError as error:
            if error.status != 403:
                raise
    return lambda comment: part(comment, "user", "login") == _ACTIONS and part(comment, "user", "type") == "Bot"


def _upsert(api: Client, facts: Facts, own: Own, marker: str, text: str) -> str:
    found = _found(api, facts, own, marker)
    if not found:
        made = _comment(api.request("POST", f"{home(facts)}/issues/{facts.number}/comments", json={"body": text}).json())
        # Who else posted meanwhile, and, for an app whose name could not be asked, what it wrote in earlier runs.
        author = part(made, "user", "id")
        others = _found(api, facts, lambda each: part(each, "user", "id") == author, marker)
        found = [made, *(each for each in others if each["id"] != made["id"])]
    kept, *extra = sorted(found, key=lambda each: int(each["id"]))
    if text_of(kept.get("body")).replace("\r\n", "\n") != text:
        kept = _comment(api.request("PATCH", f"{_one(facts, kept)}", json={"body": text}).json())
    for each in extra:
        _remove(api, facts, each)
    return text_of(kept.get("html_url"))


def _found(api: Client, facts: Facts, own: Own, marker: str) -> list[dict[str, Any]]:
    """Own comments with this marker, on all pages."""
    listed: list[dict[str, Any]] = []
    for page in api.pages(f"{home(facts)}/issues/{facts.number}/comments?per_page=100"):
        entries = page.json()
        if not isinstance(entries, list):
            raise unreadable(page.what, "the answer is not a list")
        listed += [_comment(each) for each in entries if is_marked(part(each, "body"), marker) and own(each)]
    return listed


def _remove(api: Client, facts: Facts, comment: dict[str, Any]) -> None:
    try:
        api.request("DELETE", _one(facts, comment))
    except WebError as error:
        if error.status not in (404, 410):  # the other job was faster
            raise


def _one(facts: Facts, comment: dict[str, Any]) -> str:
    return f"{home(facts)}/issues/comments/{comment['id']}"


def _comment(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not number_of(value.get("id")):
        raise unreadable("GitHub's answer", "a comment has no number")
    return value

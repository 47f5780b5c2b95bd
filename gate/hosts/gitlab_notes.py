"""One note on a merge request, found again by its marker and written anew: also when two jobs do so at once."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from gate.hosts.facts import Facts
from gate.hosts.gitlab_api import project
from gate.hosts.host import is_marked, marked
from gate.web.client import Client
from gate.web.errors import WebError, unreadable

# GitLab carries out lines such as `/merge` or `/approve` of a note with the rights of the token that writes it.
_COMMAND = re.compile(r"^(\s*)/", re.MULTILINE)


def upsert(client: Client, facts: Facts, marker: str, body: str) -> int:
    """Makes the one note with this marker, by the token's own user, say `body`; the note's number. Raises WebError.

    Of several such notes the oldest is kept. Whoever writes the first one looks again afterwards: of two jobs that
    did so at once, both see both, and keep the same.
    """
    notes = f"{project(facts.repository)}/merge_requests/{facts.number}/notes"
    text = marked(marker, harmless(body))
    user = _number(client.get("/user").json(), "GET /user")
    mine = _own(client, notes, user, marker)
    if not mine:
        response = client.request("POST", notes, json={"body": text})
        mine = _own(client, notes, user, marker) or {_number(response.json(), "the new note"): text}
    first = min(mine)
    if mine[first].strip() != text.strip():
        client.request("PUT", f"{notes}/{first}", json={"body": text})
    for other in sorted(mine)[1:]:
        with suppress(WebError):  # the other job may have deleted it meanwhile
            client.request("DELETE", f"{notes}/{other}")
    return first


def harmless(body: str) -> str:
    """The text with no line that GitLab would take for a command; a `/` at a line's start shows as before."""
    return _COMMAND.sub(r"\1\\/", body)


def _own(client: Client, notes: str, user: int, marker: str) -> dict[int, str]:
    """The user's notes with this marker by number: another's could say that it is gate's."""
    found: dict[int, str] = {}
    for page in client.pages(f"{notes}?sort=asc&order_by=created_at&per_page=100"):
        entries = page.json()
        if not isinstance(entries, list):
            raise unreadable(page.what, "the answer is not a list of notes")
        for note in entries:
            if _is_own(note, user) and is_marked(note.get("body"), marker):
                found[_number(note, page.what)] = note["body"]
    return found


def _is_own(note: Any, user: int) -> bool:
    if not isinstance(note, dict) or note.get("system"):
        return False
    author = note.get("author")
    return isinstance(author, dict) and author.get("id") == user


def _number(value: Any, what: str) -> int:
    number = value.get("id") if isinstance(value, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise unreadable(what, "the answer has no number")
    return number

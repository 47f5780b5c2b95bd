"""Objects of git as data, each checked against its id: who can write into the repository's folder can hide one, not change it.

A commit's id covers its tree, a tree's id its files. git itself does not compare an object with its id when it
reads it; here that is done, so that a commit named in full says what every file under it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from gate.documents.files import FilesError
from gate.errors import Problem
from gate.revisions.revision import id_of

FOLDER, LINK, SUBMODULE = 0o040000, 0o120000, 0o160000
KIND_OF_ENTRY = 0o170000

_COMMIT = re.compile(rb"tree ([0-9a-f]{40,64})\n((?:parent [0-9a-f]{40,64}\n)*)author ")
_COMMITTER = re.compile(rb"^committer [^\n]*> (\d{1,12}) [+-]\d{4}$", re.MULTILINE)
_ENTRY = re.compile(rb"([0-7]{5,6}) ([^\0/]+)\0")
_TAG = re.compile(rb"object ([0-9a-f]{40,64})\ntype (commit|tag|tree|blob)\n")


class Object(NamedTuple):
    """An object: `kind` is "commit", "tree", "blob" or "tag"."""

    kind: str
    data: bytes


class Entry(NamedTuple):
    """A line of a tree: what lies in a folder under a name."""

    mode: int
    name: str
    id: str


class Commit(NamedTuple):
    """A commit; `at` is its committer's clock, ISO 8601 UTC, empty where it states none."""

    tree: str
    parents: tuple[str, ...]
    at: str


class TooLargeError(Exception):
    """The objects are larger than what was allowed."""


Ask = Callable[[str, bytes], bytes]  # `git cat-file` with an option and its standard input: what it says


def sizes(ids: Sequence[str], ask: Ask) -> dict[str, int]:
    """Their sizes in bytes, without those that are not there. Raises FilesError."""
    found: dict[str, int] = {}
    for line in ask("--batch-check", _lines(ids)).splitlines() if ids else ():
        words = line.decode("ascii", "replace").split(" ")
        if len(words) == 3 and words[2].isdigit():
            found[words[0]] = int(words[2])
    return found


def fetch(ids: Sequence[str], most: int, ask: Ask) -> dict[str, Object]:
    """The objects with these ids, without those that are not there. Raises FilesError; TooLargeError above `most` bytes."""
    there = sizes(ids, ask)
    if sum(there.values()) > most:
        raise TooLargeError
    return dict(_parsed(ask("--batch", _lines(list(there))))) if there else {}


def _lines(ids: Sequence[str]) -> bytes:
    return "".join(f"{each}\n" for each in ids).encode("ascii")


def _parsed(out: bytes) -> Iterator[tuple[str, Object]]:
    start = 0
    while start < len(out):
        end = out.find(b"\n", start)
        words = out[start:end].decode("ascii", "replace").split(" ")
        if end < 0 or len(words) != 3 or not words[2].isdigit():
            raise damaged("?")
        size = int(words[2])
        data = out[end + 1 : end + 1 + size]
        if id_of(data, words[0], words[1]) != words[0]:
            raise damaged(words[0])
        yield words[0], Object(words[1], data)
        start = end + 1 + size + 1


def damaged(name: str) -> FilesError:
    """What to raise for an object that is not what its id says."""
    what = f"object {name} in the repository is not what its id says: it was damaged or forged"
    return FilesError(
        Problem("git-object", what, remedy="take a fresh clone, and ask who wrote into the `.git` folder of this one")
    )


def commit(found: Object, name: str) -> Commit:
    """The object as a commit. Raises FilesError."""
    match = _COMMIT.match(found.data) if found.kind == "commit" else None
    if match is None:
        raise damaged(name)
    parents = tuple(line[7:].decode("ascii") for line in match[2].splitlines())
    clock = _COMMITTER.search(found.data.partition(b"\n\n")[0])
    return Commit(match[1].decode("ascii"), parents, _iso(int(clock[1])) if clock else "")


def _iso(seconds: int) -> str:
    from datetime import datetime, timezone

    try:
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def tagged(found: Object) -> str:
    """The id of what a tag names; empty where the object is none."""
    match = _TAG.match(found.data) if found.kind == "tag" else None
    return match[1].decode("ascii") if match else ""


def entries(found: Object, name: str) -> list[Entry]:
    """The object as a tree. Raises FilesError."""
    if found.kind != "tree":
        raise damaged(name)
    width = len(name) // 2
    listed = []
    start = 0
    while start < len(found.data):
        match = _ENTRY.match(found.data, start)
        start = match.end() + width if match else 0
        if match is None or start > len(found.data):
            raise damaged(name)
        text = match[2].decode("utf-8", "surrogateescape")
        listed.append(Entry(int(match[1], 8), text, found.data[match.end() : start].hex()))
    return listed

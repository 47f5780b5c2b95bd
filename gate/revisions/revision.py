"""The room's Protocol: the files at a commit; and what its modules say alike of paths, ids and policies."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Protocol

from gate.documents.document import shown
from gate.documents.files import Files, FilesError
from gate.errors import Place, Problem

_POLICY = re.compile(rb"""^\W{0,20}gate["']?\s{0,20}:\s{0,20}\d""", re.MULTILINE)


class Tree(Files, Protocol):
    """The files at a commit. Each module of the room offers `open_revision`, which gives one."""

    def policies(self) -> list[str]:
        """The paths of all that may be policies: called gate.yaml or gate.yml in any folder, or YAML with a key `gate`.

        What cannot be looked into counts as one. Raises FilesError where not all can be looked at.
        """


def is_policy(data: bytes) -> bool:
    """Whether a YAML file says `gate: 1`. Its writer is trusted, so this need not see through tricks."""
    return _POLICY.search(data) is not None


def steps(path: str) -> list[str]:
    """The names on the way to a file. Raises FilesError for a path that is absolute or leads upwards."""
    written = path.replace(os.sep, "/")
    found = [name for name in written.split("/") if name not in ("", ".")]
    if written.startswith("/") or ".." in found or "\0" in path or os.path.splitdrive(path)[0]:
        what = "this is not a path inside a revision: it may not begin with `/` nor hold `..`"
        raise no_file("unreadable", what, Place(shown(path)), "write it from the repository's root: policies/gate.yaml")
    return found


def id_of(data: bytes, like: str, kind: str = "blob") -> str:
    """The id that git gives to these bytes, as a file or another kind of object, in the hash that `like` is in."""
    import hashlib

    found = hashlib.sha256() if len(like) == 64 else hashlib.sha1(usedforsecurity=False)
    found.update(f"{kind} {len(data)}\0".encode("ascii"))
    found.update(data)
    return found.hexdigest()


def utc(clock: object) -> str:
    """A host's date of a commit as ISO 8601 UTC; empty where it is none."""
    from datetime import datetime, timezone

    try:
        found = datetime.fromisoformat(str(clock).replace("Z", "+00:00"))
        return found.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if found.tzinfo else ""
    except (ValueError, OverflowError):
        return ""


def no_file(slug: str, message: str, place: Place, remedy: str = "") -> FilesError:
    """What to raise for a file that cannot be read; the slugs are those of gate.documents.files."""
    return FilesError(Problem(slug, message, place, remedy))


def the_one(ref: str, found: Mapping[str, str], repository: str) -> str:
    """The commit of a branch or tag, `found` by their full names. Raises FilesError: none, or several that differ."""
    if len(set(found.values())) > 1:
        what = f"`{shown(ref)}` names several revisions: {', '.join(map(shown, found))}"
        raise FilesError(Problem("ambiguous-revision", what, remedy="write the one that you mean in full"))
    if not found:
        what = f"there is no branch or tag `{shown(ref)}` in {shown(repository)}"
        raise FilesError(Problem("unknown-revision", what, remedy="is it spelt right? a commit is written with all its digits"))
    return next(iter(found.values()))

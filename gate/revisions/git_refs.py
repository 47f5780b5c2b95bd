"""REF: how people name a revision, and which refs of the repository that may be."""

from __future__ import annotations

import re
from typing import NamedTuple

from gate.documents.document import shown
from gate.documents.files import FilesError
from gate.errors import Problem
from gate.hosts.facts import is_commit

# Refs that are files of the git folder: what is checked out, and what was fetched last.
SPECIAL = frozenset(("HEAD", "FETCH_HEAD"))
MOST_STEPS = 1000

_REF = re.compile(r"([^~^]+)((?:[~^][0-9]{0,4})*)")
_STEP = re.compile(r"([~^])([0-9]*)")
_FORBIDDEN = re.compile(r"[\s\x00-\x20\x7f:?*\[\]\\{]|\.\.|@\{|//|/$|^/|\.$|\.lock(?:/|$)|(?:^|/)\.")


class Ref(NamedTuple):
    """A ref or a commit in full, and the parents to go to from there: numbers from 1, in order."""

    name: str
    steps: tuple[int, ...] = ()


def parse(text: str) -> Ref:
    """`main`, `origin/main`, `refs/heads/main`, `v1.2`, a commit in full, `HEAD`; each with `^`, `^2`, `~3` after it.

    Raises FilesError for all else, so that nothing of it can be an option, a range, a path or a search.
    """
    match = _REF.fullmatch(text)
    if match is None or text.startswith("-") or len(text) > 250 or not text.isprintable() or _FORBIDDEN.search(match[1]):
        what = f"`{shown(text)}` is not how a branch, a tag or a commit is written"
        raise FilesError(Problem("bad-revision", what, remedy="write a branch (`origin/main`), a tag, or a commit in full"))
    steps: list[int] = []
    for kind, digits in _STEP.findall(match[2]):
        count = int(digits) if digits else 1
        steps += [1] * count if kind == "~" else [count] if count else []
    if len(steps) > MOST_STEPS:
        raise FilesError(Problem("bad-revision", f"`{shown(text)}` goes back more than {MOST_STEPS} commits"))
    return Ref(match[1], tuple(steps))


def candidates(name: str) -> list[list[str]]:
    """The refs that a name may stand for; refs of one list are equals, a later list counts only where an earlier one has none.

    git itself takes a tag before a branch of the same name. Who may push a tag could so replace a branch that a
    pipeline trusts, so here the two must agree.
    """
    if name.startswith("refs/"):
        return [[name]]
    return [
        [f"refs/{name}", f"refs/tags/{name}", f"refs/heads/{name}", f"refs/remotes/{name}"],
        [f"refs/remotes/origin/{name}"],
    ]


def ambiguous(name: str, found: list[str]) -> FilesError:
    """What to raise where a name stands for several commits."""
    what = f"`{shown(name)}` names several revisions: {', '.join(shown(each) for each in found)}"
    return FilesError(Problem("ambiguous-revision", what, remedy="write the one that you mean in full"))


def unknown(name: str, shallow: bool) -> FilesError:
    """What to raise where nothing has the name."""
    if is_commit(name):
        return not_here(name, shallow)
    what = f"there is no branch or tag `{shown(name)}` in this clone"
    if re.fullmatch(r"[0-9a-f]{7,}", name):
        remedy = "a commit is written in full, with all its digits"
    else:
        remedy = _get(name.removeprefix("origin/"), "is it spelt right? else fetch it first")
    return FilesError(Problem("unknown-revision", what, remedy=remedy))


def not_here(commit: str, shallow: bool) -> FilesError:
    """What to raise for a commit that the clone does not have."""
    why = ", which is shallow" if shallow else ""
    remedy = _get(commit, "fetch it first")
    return FilesError(Problem("unknown-revision", f"commit {commit[:12]} is not in this clone{why}", remedy=remedy))


def _get(what: str, begin: str) -> str:
    fetch = f"`git fetch --depth=1 origin {shown(what)}`"
    return (
        f"{begin}: {fetch}, or a checkout with `fetch-depth: 0`\nwith the host's token, its API is asked and no fetch is needed"
    )

"""Packs from git: `git:https://HOST/REPOSITORY@COMMIT#PATH`.

A pack is pinned by its whole commit id, which says what is in it, to the last byte: not the server, nor the cache,
nor a proxy can change it. The id does not say who wrote it: that is for those to look at who pin it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from gate.documents.document import shown
from gate.documents.files import FilesError
from gate.errors import GateError, Problem
from gate.policy.pinned import Pinned
from gate.record import dataclass
from gate.revisions import git_fetch
from gate.revisions.git import Revision
from gate.revisions.git_repository import bare_repository
from gate.web import address

_FORM = re.compile(r"git:([^#]*)@([^@#]*)#(.+)", re.DOTALL)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)
_WRITTEN = "git:https://HOST/REPOSITORY.git@COMMIT#PATH, the commit with its 40 digits"


@dataclass(frozen=True, slots=True)
class Pack:
    """Where a pack is: `url` is an https:// or file:// address of a repository, `path` that of the file in it."""

    url: str
    commit: str
    path: str


def parse(text: str) -> Pack:
    """The parts of a pack's name. Raises FilesError."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise _refusal(f"`{shown(text, 200)}` does not name a policy in git", f"write {_WRITTEN}")
    url, commit, path = match.groups()
    if not _COMMIT.fullmatch(commit):
        what = f"`{shown(commit)}` is not a whole commit id: a branch or a tag may be another commit tomorrow"
        raise _refusal(what, "pin the commit with its 40 digits: `git ls-remote` shows them")
    if not url.startswith(("https://", "file:///")) or "?" in url or not url.isprintable():
        raise _refusal(f"`{shown(url, 200)}` is not an https:// address of a repository", f"write {_WRITTEN}")
    return Pack(url, commit, path)


def open_pack(text: str, environ: Mapping[str, str] = os.environ) -> Pinned:
    """The files at the commit that a pack's name gives, and the path in them. Raises GateError."""
    pack = parse(text)
    where = re.sub(r"^\w+://|\.git$", "", pack.url)
    file = f"{shown(where)}@{pack.commit[:12]}/{shown(pack.path)}"
    return Pinned(_files(pack, environ), pack.path, file)


def _files(pack: Pack, environ: Mapping[str, str]) -> Revision:
    if pack.url.startswith("file:"):
        return _read(_folder(pack.url), pack, environ)
    url = address.parse(pack.url)
    store = _store(pack.url, environ)
    files = _kept(store, pack, environ)
    if files is None:
        objects = os.path.join(store, "objects")
        os.makedirs(objects, mode=0o700, exist_ok=True)
        git_fetch.fetch(url, pack.commit, objects, environ)
        files = _read(store, pack, environ)
    return files


def _read(folder: str, pack: Pack, environ: Mapping[str, str]) -> Revision:
    return Revision(bare_repository(folder, environ), pack.commit)


def _kept(store: str, pack: Pack, environ: Mapping[str, str]) -> Revision | None:
    """The pack as it was fetched before; None where it was not, or is damaged and was taken away."""
    try:
        files = _read(store, pack, environ)
        files.policies()  # reads all that may be read, and so compares it with its ids
    except GateError as error:
        if error.problems[0].slug != "unknown-revision":
            import shutil

            shutil.rmtree(store, ignore_errors=True)
        return None
    return files


def _folder(url: str) -> str:
    from urllib.parse import unquote

    return unquote(url.removeprefix("file://"))


def _store(url: str, environ: Mapping[str, str]) -> str:
    """The folder in which the repository's commits are kept between runs. Raises FilesError."""
    from hashlib import sha256

    home = environ.get("HOME", "")
    places = [
        environ.get("RUNNER_TEMP", ""),
        environ.get("XDG_CACHE_HOME", ""),
        os.path.join(home, ".cache") if home else "",
    ]
    name = os.path.join("gate", "packs", sha256(url.encode()).hexdigest()[:32])
    for place in places:
        if os.path.isabs(place):
            folder = os.path.join(place, name)
            try:
                os.makedirs(os.path.join(folder, "objects"), mode=0o700, exist_ok=True)
            except OSError:
                continue
            return folder
    what = "there is no folder to keep policies from git in"
    raise _refusal(what, "name one that can be written to: XDG_CACHE_HOME=…")


def _refusal(message: str, remedy: str) -> FilesError:
    return FilesError(Problem("pack-address", message, remedy=remedy))

"""Files at a commit of a repository on this machine, by git's plumbing.

What is read is checked against the commit's id (see git_objects), with git shut off from whatever the checkout
holds (see git_repository). No filter, no textconv, no link and no submodule has a part in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from gate.documents.document import shown
from gate.documents.files import FilesError
from gate.errors import Place
from gate.policy.find import NAMES
from gate.policy.text import MAX_BYTES
from gate.revisions import git_objects
from gate.revisions.git_objects import FOLDER, KIND_OF_ENTRY, LINK, SUBMODULE, Entry, TooLargeError
from gate.revisions.git_repository import MOST_BYTES, Repository, find_repository
from gate.revisions.revision import is_policy, no_file, steps

MOST_FOLDERS = 200_000


class Revision:
    """The files at a commit. Paths are relative to the repository's root, and are taken to the letter."""

    def __init__(self, repository: Repository, commit: str) -> None:
        found = repository.commit(commit)
        self.repository = repository
        self.revision = commit
        self.at = found.at
        self.parents = found.parents
        self._tree = found.tree
        self._known: dict[str, list[Entry]] = {}

    def is_file(self, path: str) -> bool:
        """Whether a plain file is there. Raises FilesError: also where a link or a submodule stands there or on the way."""
        entry = self._entry(path)
        return entry is not None and entry.mode & KIND_OF_ENTRY != FOLDER

    def read(self, path: str, most: int) -> bytes:
        """As gate.documents.files says."""
        entry = self._entry(path)
        if entry is None:
            raise no_file("not-there", "there is no such file", self._place(path))
        if entry.mode & KIND_OF_ENTRY == FOLDER:
            raise no_file("not-a-plain-file", "this is a folder, not a file", self._place(path))
        try:
            found = self.repository.objects([entry.id], most).get(entry.id)
        except TooLargeError:
            raise no_file("too-large", f"the file is larger than {most // 2**20} MiB", self._place(path)) from None
        if found is None:
            raise _lacking(self._place(path))
        if found.kind != "blob":
            raise git_objects.damaged(entry.id)
        return found.data

    def identity(self, path: str) -> str:
        return "/".join(steps(path))

    def policies(self) -> list[str]:
        """As gate.revisions.revision says."""
        found: list[str] = []
        looked: dict[str, list[str]] = {}
        for path, entry in self._walk():
            if not entry.name.casefold().endswith((".yaml", ".yml")):
                continue
            if entry.mode & KIND_OF_ENTRY not in (LINK, SUBMODULE):
                looked.setdefault(entry.id, []).append(path)
            elif entry.name.casefold() in NAMES:
                found.append(path)
        sizes = self.repository.sizes(list(looked))
        found += [path for name in looked.keys() - sizes.keys() for path in looked[name]]
        for some in _portions({name: size for name, size in sizes.items() if size <= MAX_BYTES}):
            blobs = self.repository.objects(some)
            found += [path for name in some for path in looked[name] if name not in blobs or is_policy(blobs[name].data)]
        return sorted(found)

    def _walk(self) -> Iterator[tuple[str, Entry]]:
        """All that is not a folder, with its path."""
        level = {"": self._tree}
        seen = 0
        while level:
            seen += len(level)
            if seen > MOST_FOLDERS:
                what = f"the revision has more than {MOST_FOLDERS} folders: its policies cannot be looked for"
                raise no_file("unreadable", what, Place(self.revision[:12]), "name the policy: `-p PATH`")
            listed = self._listed(list(level.values()))
            below: dict[str, str] = {}
            for path, tree in level.items():
                for entry in listed[tree]:
                    if entry.mode & KIND_OF_ENTRY == FOLDER:
                        below[f"{path}{entry.name}/"] = entry.id
                    else:
                        yield path + entry.name, entry
            level = below

    def _entry(self, path: str) -> Entry | None:
        """What is at the path; None where nothing is. Raises FilesError at a link or a submodule."""
        found = Entry(FOLDER, "", self._tree)
        for name in steps(path):
            if found.mode & KIND_OF_ENTRY != FOLDER:
                return None
            here = next((entry for entry in self._listed([found.id])[found.id] if entry.name == name), None)
            if here is None:
                return None
            kind = here.mode & KIND_OF_ENTRY
            if kind in (LINK, SUBMODULE):
                what = f"`{shown(name)}` is a {'link' if kind == LINK else 'submodule'} there, not a file of the revision"
                raise no_file("not-a-plain-file", what, self._place(path), "put the file itself there")
            found = here
        return found

    def _listed(self, trees: list[str]) -> dict[str, list[Entry]]:
        """What lies in these folders."""
        lacking = list(dict.fromkeys(tree for tree in trees if tree not in self._known))
        try:
            found = self.repository.objects(lacking) if lacking else {}
        except TooLargeError:
            raise no_file(
                "unreadable", "the folders of the revision are too large to be read", Place(self.revision[:12])
            ) from None
        for tree in lacking:
            if tree not in found:
                raise _lacking(Place(self.revision[:12]))
            self._known[tree] = git_objects.entries(found[tree], tree)
        return {tree: self._known[tree] for tree in trees}

    def _place(self, path: str) -> Place:
        return Place(f"{self.revision[:12]}:{shown(path)}")


def open_revision(ref: str, folder: str = ".", environ: Mapping[str, str] = os.environ) -> Revision:
    """The files at REF in the repository that `folder` belongs to. Raises FilesError.

    A REF that is no whole commit id is looked up in this clone, where an earlier step of the same job may have moved it.
    """
    repository = find_repository(folder, environ)
    return Revision(repository, repository.resolve(ref))


def _portions(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """The names in turn, as many at once as may be read at once."""
    some: list[str] = []
    room = MOST_BYTES
    for name, size in sizes.items():
        if some and size > room:
            yield some
            some, room = [], MOST_BYTES
        some.append(name)
        room -= size
    if some:
        yield some


def _lacking(place: Place) -> FilesError:
    return no_file("unreadable", "the clone holds only a part of this revision", place, "fetch it without `--filter`")

"""A repository on this machine, seen through a git folder of gate's own.

git reads settings, hooks, filters and helpers from a repository's git folder, and an earlier step of the job may
have written them. So git is never pointed at that folder, but at a new one with gate's settings, which takes
nothing but the refs and the objects from the repository. Of the repository's own settings two facts are read, as
text: how its ids and its refs are stored. As none takes effect, it does not matter to whom the folder belongs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from gate.documents.document import shown
from gate.documents.files import FilesError
from gate.errors import Problem
from gate.hosts.facts import is_commit
from gate.policy.find import repository_root
from gate.revisions import git_objects, git_program, git_refs
from gate.revisions.git_folder import GitFolder, small_file
from gate.revisions.git_objects import Commit, Object

MOST_BYTES = 256 * 1024 * 1024  # of objects that are read at once

_SHA256 = re.compile(rb"^\s*objectformat\s*=\s*\"?sha256", re.IGNORECASE | re.MULTILINE)
_HEAD = re.compile(rb"ref: refs/|[0-9a-f]{40}")
_REFTABLE = re.compile(rb"^\s*refstorage\s*=\s*\"?reftable", re.IGNORECASE | re.MULTILINE)


class Repository:
    """Commits of a repository. `root` is the folder of its work tree, empty where it is bare."""

    def __init__(self, git_dir: str, common: str, root: str, environ: Mapping[str, str]) -> None:
        self.root = root
        self._common = common
        config = small_file(os.path.join(common, "config"))
        self._reftable = bool(_REFTABLE.search(config))
        self._program = git_program.find_program(environ, outside=root)
        self._view = GitFolder(sha256=bool(_SHA256.search(config)))
        for name in git_refs.SPECIAL:
            data = small_file(os.path.join(git_dir, name))
            if _HEAD.match(data):
                self._view.write(name, data)
        for name in ("refs", "packed-refs", "shallow"):
            self._view.link(os.path.join(common, name), name)
        self._environ = git_program.surroundings(self._view.path, os.path.join(common, "objects"), environ, outside=root)

    @property
    def shallow(self) -> bool:
        """Whether the clone lacks older commits."""
        return bool(small_file(os.path.join(self._common, "shallow")).strip())

    def resolve(self, ref: str) -> str:
        """The commit that REF names, in full. Raises FilesError."""
        asked = git_refs.parse(ref)
        if is_commit(asked.name):
            found = self._peel(asked.name)
        elif asked.name in git_refs.SPECIAL:
            found = self._special(asked.name)
        else:
            found = self._named(asked.name)
        for number in asked.steps:
            parents = self.parents(found)
            if number > len(parents):
                what = f"`{shown(ref)}`: commit {found[:12]} has {len(parents)} parents, not {number}"
                raise FilesError(Problem("unknown-revision", what))
            found = parents[number - 1]
        self.commit(found)
        return found

    def is_tag(self, name: str) -> bool:
        """Whether a tag has this name. Raises FilesError."""
        short = name.removeprefix("refs/").removeprefix("tags/")
        return not self._reftable and bool(self._stored([f"refs/tags/{short}"]))

    def commit(self, name: str) -> Commit:
        """The commit with this id. Raises FilesError where it is not here, or is none."""
        found = self.objects([name]).get(name)
        if found is None:
            raise git_refs.not_here(name, self.shallow)
        return git_objects.commit(found, name)

    def parents(self, name: str) -> tuple[str, ...]:
        """The commit's parents as it states them, whether or not a shallow clone has them. Raises FilesError."""
        return self.commit(name).parents

    def commit_date(self, name: str) -> str:
        """When it was committed, by its own account, as ISO 8601 UTC. Raises FilesError."""
        return self.commit(name).at

    def merge_base(self, one: str, other: str) -> str:
        """The best common ancestor of two commits; empty where the clone shows none. Raises FilesError."""
        done = self._run("merge-base", one, other)
        if done.code == 1 and not done.complaint:
            return ""
        found = done.out.decode("ascii", "replace").strip()
        if done.code != 0 or not is_commit(found):
            raise self._failed(done)
        return found

    def sizes(self, ids: Sequence[str]) -> dict[str, int]:
        """Their sizes in bytes, without those that are not here. Raises FilesError."""
        return git_objects.sizes(ids, self._ask)

    def objects(self, ids: Sequence[str], most: int = MOST_BYTES) -> dict[str, Object]:
        """The objects with these ids, without those that are not here. Raises FilesError; TooLargeError above `most` bytes."""
        return git_objects.fetch(ids, most, self._ask)

    # -- git

    def _run(self, *arguments: str, given: bytes = b"") -> git_program.Done:
        return git_program.run(self._program, arguments, self._environ, given=given)

    def _failed(self, done: git_program.Done) -> FilesError:
        return git_program.failed(self._program, done, self._environ)

    def _ask(self, option: str, given: bytes) -> bytes:
        done = self._run("cat-file", option, given=given)
        if done.code != 0:
            raise self._failed(done)
        return done.out

    # -- refs

    def _special(self, name: str) -> str:
        self._needs_files(name)
        done = self._run("rev-parse", "--verify", "--quiet", name)  # one of two constants: no option of git can come in here
        found = done.out.decode("ascii", "replace").strip()
        if not is_commit(found):
            raise git_refs.unknown(name, self.shallow)
        return self._peel(found)

    def _named(self, name: str) -> str:
        self._needs_files(name)
        for equals in git_refs.candidates(name):
            commits = {ref: self._peel(found) for ref, found in self._stored(equals).items()}
            if len(set(commits.values())) > 1:
                raise git_refs.ambiguous(name, list(commits))
            if commits:
                return next(iter(commits.values()))
        raise git_refs.unknown(name, self.shallow)

    def _stored(self, refs: Sequence[str]) -> dict[str, str]:
        """Those of these refs that there are, with what they name."""
        done = self._run("for-each-ref", "--format=%(objectname) %(refname)", *refs)
        if done.code != 0:
            raise self._failed(done)
        lines = (line.partition(" ") for line in done.out.decode("utf-8", "surrogateescape").splitlines())
        return {ref: found for found, _, ref in lines if ref in refs and is_commit(found)}

    def _needs_files(self, name: str) -> None:
        if self._reftable:
            what = f"`{shown(name)}` cannot be looked up: this repository keeps its refs in the reftable format"
            raise FilesError(Problem("unknown-revision", what, remedy="write the commit in full: `git rev-parse REF` shows it"))

    def _peel(self, name: str) -> str:
        """The commit that an object is, or that a tag names in the end."""
        for _ in range(10):
            found = self.objects([name]).get(name)
            if found is None:
                raise git_refs.not_here(name, self.shallow)
            if found.kind == "commit":
                return name
            name = git_objects.tagged(found)
            if not name:
                raise FilesError(Problem("unknown-revision", f"that names a {found.kind}, not a commit", remedy="name a commit"))
        raise FilesError(Problem("unknown-revision", "that is a tag of a tag of a tag …", remedy="name a commit"))


def find_repository(folder: str, environ: Mapping[str, str]) -> Repository:
    """The repository that a folder belongs to. Raises FilesError."""
    root = repository_root(folder)
    if not root:
        what = f"{shown(os.path.abspath(folder))} is in no git repository"
        raise FilesError(Problem("no-repository", what, remedy="run gate inside the checkout"))
    git_dir = os.path.join(root, ".git")
    if os.path.isfile(git_dir):  # of a further work tree, or of a submodule
        where = small_file(git_dir).decode("utf-8", "surrogateescape").strip()
        git_dir = os.path.join(root, where.removeprefix("gitdir:").strip())
    return _opened(git_dir, root, environ)


def bare_repository(folder: str, environ: Mapping[str, str]) -> Repository:
    """The repository in a folder, bare or with a work tree. Raises FilesError."""
    inner = os.path.join(folder, ".git")
    return _opened(inner if os.path.isdir(inner) else folder, "", environ)


def _opened(git_dir: str, root: str, environ: Mapping[str, str]) -> Repository:
    shared = small_file(os.path.join(git_dir, "commondir")).decode("utf-8", "surrogateescape").strip()
    common = os.path.join(git_dir, shared) if shared else git_dir
    if not os.path.isdir(os.path.join(common, "objects")):
        what = f"{shown(os.path.abspath(git_dir))} is not the folder of a git repository"
        raise FilesError(Problem("no-repository", what, remedy="is the checkout complete?"))
    return Repository(os.path.abspath(git_dir), os.path.abspath(common), root, environ)

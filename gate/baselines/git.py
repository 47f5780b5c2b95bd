"""A baseline in git: the same metrics files as the INPUTs, as they were committed before the change."""

from __future__ import annotations

import os

from gate import registry
from gate.baselines.baseline import Surroundings
from gate.documents.document import shown
from gate.documents.files import WORK_TREE, FilesError
from gate.errors import GateError, Problem
from gate.hosts.facts import is_commit
from gate.language.value import Doubt
from gate.readers.inputs import merge, named, prefixed, read_file
from gate.readers.source import MAX_SIZE, SYNTAXES, SourceFile, is_remote, is_stdin
from gate.record import dataclass
from gate.revisions.before import asks, commit_before, plain
from gate.revisions.git import Revision
from gate.revisions.git_repository import Repository, find_repository
from gate.revisions.revision import Tree
from gate.terms.baseline import Baseline, Origin
from gate.terms.measurements import Measurements

_GIVE = "or give one: `-b FILE`"


@dataclass(frozen=True, slots=True)
class _Input:
    """An INPUT that is a file of the repository: `path` is that from its root, `there` where it lies now."""

    prefix: str
    path: str
    there: str


def find(name: str, text: str, at: Surroundings) -> Baseline | Doubt:
    """The INPUTs' files at the commit that REF stands for; a Doubt where they are not committed there, or it cannot be had."""
    try:
        return _found(name, text, text.partition(":")[2], at)
    except GateError as error:
        first = error.problems[0]
        remedy = first.remedy.replace("\n", "; ") or _GIVE
        return Doubt("baseline-unavailable", f"the baseline `{shown(text)}` cannot be had: {first.message}", remedy)


def _found(name: str, text: str, ref: str, at: Surroundings) -> Baseline | Doubt:
    repository = find_repository(os.curdir, at.environ)
    inputs = [_input(spec, repository.root) for spec in at.inputs]
    commit = commit_before(ref, repository, at.facts, at.environ)
    files = _Files(repository, commit, at)
    data = {each: found for each in inputs if (found := files.read(each.path)) is not None}
    label = ref[:7] if is_commit(ref) else plain(ref)
    if not data:
        listed = ", ".join(f"`{each.path}`" for each in inputs) or "an input that is no file"
        remedy = "commit the metrics with the code; where no one commits them, compare with what a job kept: `ci:main`"
        return Doubt("no-baseline", f"{listed} is not committed at {shown(label)} ({commit[:7]})", remedy)
    if commit == repository.resolve("HEAD") and all(_lies_there(each, found) for each, found in data.items()):
        what = f"the baseline `{shown(text)}` is the same file as the input: {commit[:7]} is what is checked out"
        return Doubt("same-file", what, "name the commit before it: `git:HEAD~1`")
    try:
        table = merge([_table(each, found, commit, at.format) for each, found in data.items()])
    except GateError as error:
        first = error.problems[0]
        return Doubt("baseline-unreadable", f"the baseline cannot be read: {first.message}", str(first.where or ""))
    return Baseline(name, Origin(text, label, commit, files.at), table)


def _input(spec: str, root: str) -> _Input:
    """An INPUT as a file of the repository. Raises GateError where it is none."""
    prefix, path = named(spec)
    if is_stdin(path) or is_remote(path):
        what = f"it stands for the input's file, and `{shown(spec)}` is none"
        raise FilesError(Problem("unreadable", what, remedy="give the metrics as a file of the repository"))
    found = os.path.relpath(os.path.abspath(path), root).replace(os.sep, "/")
    if found == ".." or found.startswith("../") or os.path.isabs(found):
        what = f"the input `{shown(path)}` lies outside the repository"
        raise FilesError(Problem("unreadable", what, remedy="write the metrics to a file inside the repository, and commit it"))
    return _Input(prefix, found, path)


def _table(given: _Input, data: bytes, commit: str, form: str | None) -> Measurements:
    file = SourceFile(f"{commit[:7]}:{given.path}", data, form if form in SYNTAXES else "")
    table = read_file(file, form)
    return prefixed(table, given.prefix) if given.prefix else table


def _lies_there(given: _Input, data: bytes) -> bool:
    try:
        return WORK_TREE.read(given.there, MAX_SIZE) == data
    except FilesError:
        return False


class _Files:
    """The files at a commit: of the clone, and where that lacks them, by the host's API."""

    def __init__(self, repository: Repository, commit: str, at: Surroundings) -> None:
        self._commit = commit
        self._facts = at.facts
        self._environ = at.environ
        self._local: Revision | None = None
        self._remote: Tree | None = None
        self._trouble: FilesError | None = None
        try:
            self._local = Revision(repository, commit)
        except FilesError as error:
            self._trouble = error

    @property
    def at(self) -> str:
        """When it was committed, as ISO 8601 UTC; empty where that is not known."""
        if self._local is not None:
            return self._local.at
        assert self._facts is not None
        return str(registry.load("revisions", self._facts.host).commit_date(self._commit, self._facts, self._environ))

    def read(self, path: str) -> bytes | None:
        """The file; None where the commit has none. Raises FilesError."""
        if self._local is not None and self._trouble is None:
            try:
                return _read(self._local, path)
            except FilesError as error:
                if error.problems[0].slug != "unreadable":
                    raise
                self._trouble = error  # a clone without all contents
        self._remote = self._remote or self._by_host()
        return _read(self._remote, path)

    def _by_host(self) -> Tree:
        assert self._trouble is not None
        if self._facts is None or not asks(self._facts):
            raise self._trouble
        single = {"single": True} if self._facts.host == "gitlab" else {}  # a job's own token reads files and lists none
        try:
            host = registry.load("revisions", self._facts.host)
            found: Tree = host.open_revision(self._commit, self._facts, self._environ, **single)
        except FilesError as error:
            raise FilesError(*self._trouble.problems, *error.problems) from None
        return found


def _read(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path, MAX_SIZE)
    except FilesError as error:
        if error.problems[0].slug == "not-there":
            return None
        raise

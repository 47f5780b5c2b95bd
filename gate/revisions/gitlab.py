"""Files at a commit of a project on GitLab, by its API: no clone is needed, and nothing of the checkout has a part in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from gate.documents.document import shown
from gate.documents.files import FilesError
from gate.errors import Place
from gate.hosts.facts import Facts, is_commit
from gate.hosts.gitlab_api import JOB_TOKEN, TOKEN_ADVICE, Access, access, commit_of, project, says
from gate.policy.find import NAMES
from gate.revisions.revision import id_of, is_policy, no_file, steps, the_one, utc
from gate.web.address import segment
from gate.web.client import Response
from gate.web.errors import WebError

MOST_LISTED = 64 * 2**20  # bytes of the list of all files
MOST_YAML = 300  # files that are looked into, each by a request, when the policies of a revision are looked for

_FOLDER, _LINK, _SUBMODULE = "040000", "120000", "160000"
_KINDS = {_LINK: "link", _SUBMODULE: "submodule"}
_NO_FILE = "404 File Not Found"  # said of a commit that is there and readable; other words mean something else


class _Entry(NamedTuple):
    mode: str
    id: str


class Revision:
    """The files at a commit. Paths are relative to the repository's root, and are taken to the letter.

    With a job's own token only single files can be read, and not be seen whether they are links. A link is not followed
    then either: what is read is its text, the name of where it leads, which is no policy.
    """

    def __init__(self, way: Access, repository: str, commit: str) -> None:
        if not is_commit(commit):
            raise no_file("unreadable", "a revision on GitLab is named by its whole commit id", Place(shown(commit)))
        self.revision = commit
        self._way = way
        self._where = project(repository)
        self._known: dict[str, dict[str, _Entry]] = {}
        self._read: dict[str, bytes | None] = {}

    def look(self) -> None:
        """Raises FilesError where the commit is not there or its files cannot be listed."""
        if not self._lists:
            what = "a job's own token may not list the files of a revision"
            raise no_file("unreadable", what, Place(self.revision[:12]), TOKEN_ADVICE.format(scope="read_api"))
        self._folder("")

    def is_file(self, path: str) -> bool:
        """Whether a plain file is there. Raises FilesError: also where a link or a submodule stands there or on the way."""
        if self._lists:
            entry = self._entry(path)
            return entry is not None and entry.mode != _FOLDER
        return self._raw(path, MOST_LISTED) is not None

    def read(self, path: str, most: int) -> bytes:
        """As gate.documents.files says."""
        entry = self._entry(path) if self._lists else None
        if entry is not None and entry.mode == _FOLDER:
            raise no_file("not-a-plain-file", "this is a folder, not a file", self._place(path))
        data = None if self._lists and entry is None else self._raw(path, most)
        if data is None:
            raise no_file("not-there", "there is no such file", self._place(path))
        if entry is not None and id_of(data, entry.id) != entry.id:
            raise no_file("unreadable", "what GitLab sends is not the file at this commit", self._place(path))
        return data

    def identity(self, path: str) -> str:
        return "/".join(steps(path))

    def policies(self) -> list[str]:
        """The paths of all that may be policies. Raises FilesError where not all can be looked at.

        These are YAML files that say `gate: 1`, whatever they are called, and what cannot be looked into but is called
        like a policy.
        """
        self.look()
        found = {path: entry for path, entry in self._all() if path.casefold().endswith((".yaml", ".yml"))}
        if len(found) > MOST_YAML:
            what = f"the revision has {len(found)} YAML files: they are too many to look for policies through GitLab's API"
            raise no_file(
                "unreadable", what, Place(self.revision[:12]), "name the policy, `-p PATH`, or clone all (GIT_DEPTH: 0)"
            )
        return sorted(path for path, entry in found.items() if self._may_be_policy(path, entry))

    @property
    def _lists(self) -> bool:
        """Whether the credential lets folders be listed: a job's own does not."""
        return self._way.token != JOB_TOKEN

    def _may_be_policy(self, path: str, entry: _Entry) -> bool:
        called_so = path.rpartition("/")[2].casefold() in NAMES
        if entry.mode in _KINDS:
            return called_so
        try:
            data = self._raw(path, MOST_LISTED)
        except FilesError as error:
            if error.problems[0].slug == "too-large":
                return called_so
            raise
        return is_policy(data) if data is not None and id_of(data, entry.id) == entry.id else called_so

    def _entry(self, path: str) -> _Entry | None:
        """What is at the path; None where nothing is. Raises FilesError at a link or a submodule."""
        found, folder = _Entry(_FOLDER, ""), ""
        for name in steps(path):
            if found.mode != _FOLDER:
                return None
            here = self._folder(folder).get(name)
            if here is None:
                return None
            if here.mode in _KINDS:
                what = f"`{shown(name)}` is a {_KINDS[here.mode]} there, not a file of the revision"
                raise no_file("not-a-plain-file", what, self._place(path), "put the file itself there")
            found, folder = here, f"{folder}{name}/"
        return found

    def _folder(self, folder: str) -> dict[str, _Entry]:
        """What lies in a folder that is there, by name."""
        if folder not in self._known:
            below = f"&path={segment(folder.rstrip('/'))}" if folder else ""
            listed = self._listed(f"per_page=100{below}", folder or ".")
            self._known[folder] = {path.rpartition("/")[2]: entry for path, entry in listed}
        return self._known[folder]

    def _all(self) -> Iterator[tuple[str, _Entry]]:
        """All that is not a folder, with its path."""
        listed = self._listed("recursive=true&per_page=100", ".", at_once="&pagination=none")
        return ((path, entry) for path, entry in listed if entry.mode != _FOLDER)

    def _listed(self, query: str, path: str, at_once: str = "") -> Iterator[tuple[str, _Entry]]:
        """What GitLab lists: in one answer where it can (`at_once`), else page by page."""
        where = f"{self._where}/repository/tree?ref={self.revision}&{query}"
        try:
            for answer in self._answers(where, at_once):
                yield from _entries(answer.json())
        except (WebError, KeyError, TypeError) as error:
            self._give_up(error, path)

    def _answers(self, where: str, at_once: str) -> Iterator[Response]:
        if at_once:
            try:
                yield self._way.client.get(where + at_once, most=MOST_LISTED)
                return
            except WebError as error:
                if error.status != 400:  # an older GitLab does not know this
                    raise
        yield from self._way.client.pages(where)

    def _raw(self, path: str, most: int) -> bytes | None:
        """The file's bytes; None where the commit has no such file. Raises FilesError."""
        name = self.identity(path)
        if name not in self._read:
            self._read[name] = self._fetched(name, most) if name else None
        data = self._read[name]
        if data is not None and len(data) > most:
            raise self._too_large(path, most)
        return data

    def _fetched(self, name: str, most: int) -> bytes | None:
        where = f"{self._where}/repository/files/{segment(name)}/raw?ref={self.revision}"
        try:
            response = self._way.client.get(where, most=most)
        except WebError as error:
            if error.status == 404 and says(error, _NO_FILE):
                return None
            if error.slug == "web-too-large":
                raise self._too_large(name, most) from None
            self._give_up(error, name)
        if response.headers.get("x-gitlab-commit-id", self.revision) != self.revision:
            raise no_file("unreadable", "GitLab answers with another commit's file", self._place(name))
        return response.body

    def _give_up(self, error: Exception, path: str) -> NoReturn:
        if not isinstance(error, WebError):
            raise no_file("unreadable", "GitLab's list of files cannot be read", self._place(path)) from None
        problem = error.problems[0]
        remedy = problem.remedy
        if error.status in (401, 403, 404):
            remedy = f"{TOKEN_ADVICE.format(scope='read_api')}, and check that the commit is there"
        raise no_file("unreadable", problem.message, self._place(path), remedy) from None

    def _too_large(self, path: str, most: int) -> FilesError:
        return no_file("too-large", f"the file is larger than {most // 2**20} MiB", self._place(path))

    def _place(self, path: str) -> Place:
        return Place(f"{self.revision[:12]}:{shown(path)}")


def open_revision(commit: str, facts: Facts, environ: Mapping[str, str], *, single: bool = False) -> Revision:
    """The files at a commit of the merge request's project. Raises FilesError where GitLab does not let them be seen.

    With `single`, a token is enough that reads single files and lists none, as a job's own: then nothing is asked yet.
    """
    try:
        revision = Revision(access(environ), facts.repository, commit)
    except WebError as error:
        problem = error.problems[0]
        raise no_file("unreadable", problem.message, Place(shown(commit[:12])), problem.remedy) from None
    if not single:
        revision.look()
    return revision


def resolve(ref: str, facts: Facts, environ: Mapping[str, str]) -> str:
    """The commit of a branch or tag, by GitLab and not by the clone, where an earlier step may have moved it. Raises FilesError.

    Where a branch and a tag of the same name differ, neither is taken: who may push a tag must not replace a branch.
    """
    if is_commit(ref):
        return ref
    names = [ref] if ref.startswith(("refs/heads/", "refs/tags/")) else [f"refs/heads/{ref}", f"refs/tags/{ref}"]
    try:
        way = access(environ)
        found = {name: commit for name in names if (commit := commit_of(way, facts.repository, name))}
    except WebError as error:
        problem = error.problems[0]
        raise no_file("unreadable", problem.message, Place(shown(ref)), problem.remedy) from None
    return the_one(ref, found, facts.repository)


def commit_date(commit: str, facts: Facts, environ: Mapping[str, str]) -> str:
    """When it was committed, by its own account, as ISO 8601 UTC; empty where GitLab does not tell."""
    try:
        told = access(environ).client.get(f"{project(facts.repository)}/repository/commits/{segment(commit)}?stats=false").json()
    except WebError:
        return ""
    return utc(told.get("committed_date")) if isinstance(told, dict) else ""


def _entries(listed: Any) -> Iterator[tuple[str, _Entry]]:
    if not isinstance(listed, list):
        raise TypeError
    for each in listed:
        yield str(each["path"]), _Entry(str(each["mode"]), str(each["id"]))

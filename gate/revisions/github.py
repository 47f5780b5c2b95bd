"""Files at a commit of a repository on GitHub, by its API: no clone is needed, and nothing of the checkout has a part in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from gate.documents.document import shown
from gate.documents.files import FilesError
from gate.errors import Place
from gate.hosts.facts import Facts, is_commit
from gate.hosts.github_api import client, home
from gate.hosts.github_event import checked, part, text_of
from gate.policy.find import NAMES
from gate.policy.text import MAX_BYTES
from gate.revisions.revision import id_of, is_policy, no_file, steps, the_one, utc
from gate.web.address import segment
from gate.web.client import Client
from gate.web.errors import WebError

MOST_LISTED = 64 * 2**20  # bytes of the list of all files

MOST_READ = 300  # YAML files, a request each

_FOLDER, _LINK, _SUBMODULE = "040000", "120000", "160000"
_KINDS = {_LINK: "link", _SUBMODULE: "submodule"}
_RAW = {"Accept": "application/vnd.github.raw+json"}


class _Entry(NamedTuple):
    mode: str
    id: str


class Revision:
    """The files at a commit. Paths are relative to the repository's root, and are taken to the letter.

    Folders and files are asked for by their ids, and each file is compared with its own.
    """

    def __init__(self, api: Client, facts: Facts, commit: str) -> None:
        if not is_commit(commit):
            raise no_file("unreadable", "a revision on GitHub is named by its whole commit id", Place(shown(commit)))
        self.revision = commit
        self._api = api
        self._facts = facts
        self._folders: dict[str, dict[str, _Entry]] = {}
        self._blobs: dict[str, bytes] = {}

    def look(self) -> None:
        """Raises FilesError where the commit cannot be seen."""
        self._folder(self.revision, ".")

    def is_file(self, path: str) -> bool:
        """Whether a plain file is there. Raises FilesError: also where a link or a submodule stands there or on the way."""
        entry = self._entry(path)
        return entry is not None and entry.mode != _FOLDER

    def read(self, path: str, most: int) -> bytes:
        """As gate.documents.files says."""
        entry = self._entry(path)
        if entry is None:
            raise no_file("not-there", "there is no such file", self._place(path))
        if entry.mode == _FOLDER:
            raise no_file("not-a-plain-file", "this is a folder, not a file", self._place(path))
        return self._blob(entry.id, path, most)

    def identity(self, path: str) -> str:
        return "/".join(steps(path))

    def policies(self) -> list[str]:
        """The paths of all that may be policies. Raises FilesError where not all can be looked at.

        These are YAML files that say `gate: 1`, whatever they are called, and what cannot be looked into but is called
        like a policy.
        """
        named = {path: entry for path, entry in self._all().items() if path.casefold().endswith((".yaml", ".yml"))}
        written = [path for path, entry in named.items() if entry.mode not in (_FOLDER, *_KINDS)]
        if len(written) > MOST_READ:
            what = f"the revision has {len(written)} YAML files, too many to look for policies in by GitHub's API"
            raise no_file("unreadable", what, Place(self.revision[:12]), "check out the whole history: `fetch-depth: 0`")
        return sorted(path for path, entry in named.items() if entry.mode != _FOLDER and self._may_be_policy(path, entry))

    def _may_be_policy(self, path: str, entry: _Entry) -> bool:
        called_so = path.rpartition("/")[2].casefold() in NAMES
        if entry.mode in _KINDS:
            return called_so
        try:
            return is_policy(self._blob(entry.id, path, MAX_BYTES))
        except FilesError as error:
            if error.problems[0].slug == "too-large":
                return called_so
            raise

    def _entry(self, path: str) -> _Entry | None:
        """What is at the path; None where nothing is. Raises FilesError at a link or a submodule."""
        found = _Entry(_FOLDER, self.revision)
        for name in steps(path):
            if found.mode != _FOLDER:
                return None
            here = self._folder(found.id, path).get(name)
            if here is None:
                return None
            if here.mode in _KINDS:
                what = f"`{shown(name)}` is a {_KINDS[here.mode]} there, not a file of the revision"
                raise no_file("not-a-plain-file", what, self._place(path), "put the file itself there")
            found = here
        return found

    def _folder(self, tree: str, path: str) -> dict[str, _Entry]:
        """What lies in a folder, by name. The commit's own id stands for the folder of all."""
        if tree not in self._folders:
            self._folders[tree] = self._tree(tree, path)
        return self._folders[tree]

    def _all(self) -> dict[str, _Entry]:
        return self._tree(f"{self.revision}?recursive=1", ".")

    def _tree(self, which: str, path: str) -> dict[str, _Entry]:
        try:
            told = self._api.get(f"{home(self._facts)}/git/trees/{which}", most=MOST_LISTED).json()
        except WebError as error:
            self._give_up(error, path)
        if part(told, "truncated") is not False:
            what = "the repository has more files than GitHub lists at once: its policies cannot be looked for"
            raise no_file(
                "unreadable", what, Place(self.revision[:12]), "check out the repository, and name the revision of the clone"
            )
        entries = part(told, "tree")
        found = {text_of(part(each, "path")): _entry(each) for each in entries} if isinstance(entries, list) else {"": None}
        if "" in found or None in found.values():
            raise no_file("unreadable", "GitHub's list of files cannot be read", self._place(path))
        return {name: entry for name, entry in found.items() if entry is not None}

    def _blob(self, blob: str, path: str, most: int) -> bytes:
        if blob not in self._blobs:
            try:
                answer = self._api.request("GET", f"{home(self._facts)}/git/blobs/{blob}", headers=_RAW, most=most)
            except WebError as error:
                if error.slug == "web-too-large":
                    raise self._too_large(path, most) from None
                self._give_up(error, path)
            if id_of(answer.body, blob) != blob:
                raise no_file("unreadable", "what GitHub sends is not the file at this commit", self._place(path))
            self._blobs[blob] = answer.body
        if len(self._blobs[blob]) > most:
            raise self._too_large(path, most)
        return self._blobs[blob]

    def _give_up(self, error: WebError, path: str) -> NoReturn:
        problem = error.problems[0]
        remedy = problem.remedy
        if error.status in (401, 403, 404) and error.slug != "web-too-many":
            remedy = "give the job `permissions: {contents: read}` and the step `env: {GITHUB_TOKEN: ${{ github.token }}}`"
        raise no_file("unreadable", problem.message, self._place(path), remedy) from None

    def _too_large(self, path: str, most: int) -> FilesError:
        return no_file("too-large", f"the file is larger than {most // 2**20} MiB", self._place(path))

    def _place(self, path: str) -> Place:
        return Place(f"{self.revision[:12]}:{shown(path)}")


def open_revision(commit: str, facts: Facts, environ: Mapping[str, str]) -> Revision:
    """The files at a commit of the job's repository. Raises FilesError where GitHub does not let them be seen."""
    try:
        revision = Revision(client(facts, environ), facts, commit)
        revision.look()
        return revision
    except WebError as error:
        problem = error.problems[0]
        raise no_file("unreadable", problem.message, Place(shown(commit[:12])), problem.remedy) from None


def resolve(ref: str, facts: Facts, environ: Mapping[str, str]) -> str:
    """The commit of a branch or tag, by GitHub and not by the clone, where an earlier step may have moved it. Raises FilesError.

    Where a branch and a tag of the same name differ, neither is taken: who may push a tag must not replace a branch.
    """
    if is_commit(ref):
        return ref
    names = [ref.removeprefix("refs/")] if ref.startswith(("refs/heads/", "refs/tags/")) else [f"heads/{ref}", f"tags/{ref}"]
    try:
        api = client(facts, environ)
        found = {name: commit for name in names if (commit := _commit(api, facts, name))}
    except WebError as error:
        problem = error.problems[0]
        raise no_file("unreadable", problem.message, Place(shown(ref)), problem.remedy) from None
    return the_one(ref, {f"refs/{name}": commit for name, commit in found.items()}, facts.repository)


def commit_date(commit: str, facts: Facts, environ: Mapping[str, str]) -> str:
    """When it was committed, by its own account, as ISO 8601 UTC; empty where GitHub does not tell."""
    try:
        told = client(facts, environ).get(f"{home(facts)}/git/commits/{segment(commit)}").json()
    except WebError:
        return ""
    return utc(part(told, "committer", "date"))


def _commit(api: Client, facts: Facts, name: str) -> str:
    """The commit of `heads/NAME` or `tags/NAME`; empty where there is none."""
    place = "/".join(segment(each) for each in name.split("/"))
    try:
        return checked(part(api.get(f"{home(facts)}/commits/{place}").json(), "sha"))
    except WebError as error:
        if error.status in (404, 422):
            return ""
        raise


def _entry(listed: Any) -> _Entry | None:
    mode, name = text_of(part(listed, "mode")), checked(part(listed, "sha"))
    return _Entry(mode, name) if mode and name else None

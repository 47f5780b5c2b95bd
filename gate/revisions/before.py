"""Which commit a change is compared with, given a REF."""

from __future__ import annotations

from collections.abc import Mapping

from gate import registry
from gate.documents.document import shown
from gate.documents.files import FilesError
from gate.errors import Problem
from gate.hosts.facts import Event, Facts, is_commit
from gate.revisions import git_refs
from gate.revisions.git_repository import Repository

_BRANCHES = ("refs/heads/", "refs/remotes/", "heads/", "remotes/", "origin/")


def commit_before(ref: str, repository: Repository, facts: Facts | None, environ: Mapping[str, str]) -> str:
    """The commit without the change that is checked out; whole, and perhaps not in this clone. Raises FilesError.

    A commit, a tag, or a REF with `^` or `~` is that commit. A branch is

    - for a change that would go to this branch, where CI checked out a merge made for the test: its first parent. What
      is checked out must be the commit that CI names, so that no earlier step can choose another;
    - else where HEAD left the branch: the merge base, which later commits of the branch do not move;
    - its newest commit, where HEAD holds nothing beyond it.
    """
    asked = git_refs.parse(ref)
    if is_commit(asked.name) or asked.steps or asked.name in git_refs.SPECIAL or repository.is_tag(asked.name):
        return asked.name if is_commit(ref) else repository.resolve(ref)
    ours = facts is not None and facts.event in (Event.CHANGE, Event.QUEUE) and _is(ref, facts.base_branch)
    merged_into = _merged_into(repository, facts) if facts is not None and ours else ""
    if merged_into:
        return merged_into
    try:
        return _left(ref, repository, facts, environ)
    except FilesError:
        if facts is not None and ours and facts.base:
            return facts.base  # what CI names, as the clone is too shallow to show where the two part
        raise


def plain(ref: str) -> str:
    """A branch by its own name: `main` for `refs/heads/main` and `origin/main`."""
    for prefix in _BRANCHES:
        ref = ref.removeprefix(prefix)
    return ref


def _is(ref: str, branch: str) -> bool:
    return bool(branch) and plain(ref) == plain(branch)


def _merged_into(repository: Repository, facts: Facts) -> str:
    """The base that CI has merged the change into, for the test; empty where it has not."""
    if facts.event is Event.QUEUE:
        return facts.base
    head = repository.resolve("HEAD")
    if not facts.head or head != facts.commit or head == facts.head:
        return ""
    parents = repository.parents(head)
    return parents[0] if len(parents) == 2 and parents[1] == facts.head else ""


def _left(ref: str, repository: Repository, facts: Facts | None, environ: Mapping[str, str]) -> str:
    """Where HEAD left the branch; the branch's newest commit where HEAD holds nothing beyond it."""
    tip = _tip(ref, repository, facts, environ)
    head = repository.resolve("HEAD")
    if tip == head:
        return tip
    repository.commit(tip)  # that it is not in the clone has words of its own
    shared = repository.merge_base(tip, head)
    if not shared:
        what = f"the clone does not show where `{shown(ref)}` and what is checked out part"
        why = "check out the whole history: `fetch-depth: 0`" if repository.shallow else "the two have no commit in common"
        raise FilesError(Problem("unknown-revision", what, remedy=why))
    return tip if shared == head else shared


def _tip(ref: str, repository: Repository, facts: Facts | None, environ: Mapping[str, str]) -> str:
    """The branch's newest commit: by the clone, and where that lacks the branch, by the host."""
    try:
        return repository.resolve(ref)
    except FilesError as error:
        if error.problems[0].slug != "unknown-revision" or facts is None or not asks(facts):
            raise
        try:
            found: str = registry.load("revisions", facts.host).resolve(plain(ref), facts, environ)
        except FilesError:
            raise error from None
        return found


def asks(facts: Facts) -> bool:
    """Whether the host's API can be asked for files."""
    return bool(facts.api) and facts.host in registry.names("revisions")

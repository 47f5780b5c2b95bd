"""The policies as the change itself has them: only for a comparison, and read like anything that a stranger wrote."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from gate import registry
from gate.app.clock import Clock
from gate.app.judging import Judging, Proposal
from gate.documents.files import Files, FilesError, WorkTree
from gate.errors import GateError, Place, Problem
from gate.hosts.facts import Facts, is_commit
from gate.policy.find import find, repository_root
from gate.policy.load import load
from gate.policy.policy import Policy


class Proposed:
    """Files of the change. Of packs in git, its policies may name only those that the judging ones name: `packs`.

    Any other would send the trusted job to a server, or a folder, of the change's choice.
    """

    def __init__(self, files: Files, judging: Iterable[Policy]) -> None:
        self._files = files
        self.packs = frozenset(name for policy in judging for name in policy.extends)
        self.is_file = files.is_file
        self.read = files.read
        self.identity = files.identity

    @property
    def revision(self) -> str:
        """As gate.documents.files says."""
        return self._files.revision


class Checkout(WorkTree):
    """The files of a checkout that a stranger may have filled: no links, which could lead a message that quotes a line to
    a secret of this machine."""

    def is_file(self, path: str) -> bool:
        """As gate.documents.files says."""
        return super().is_file(path) and not _is_led_away(path)

    def read(self, path: str, most: int) -> bytes:
        """As gate.documents.files says."""
        if _is_led_away(path):
            problem = Problem("not-a-plain-file", "this is a link, not a file", Place(path), "put the file itself there")
            raise FilesError(problem)
        return super().read(path, most)


def _is_led_away(path: str) -> bool:
    """Whether a link stands at the path, or on the way from the repository's root."""
    root = os.path.realpath(repository_root(os.curdir) or os.curdir)
    plainly = os.path.normcase(os.path.join(root, in_repository(path)))
    return os.path.lexists(path) and os.path.normcase(os.path.realpath(path)) != plainly


CHECKOUT = Checkout()


def in_work_tree(named: Sequence[str], judging: Sequence[Policy], moment: Clock) -> Proposal:
    """As the checkout has them."""
    files = Proposed(CHECKOUT, judging)
    try:
        return _read(find(named, {}), lambda path: load(path, moment.today, files=files))
    except GateError as error:  # there is none any more
        return Proposal(messages=tuple(str(problem) for problem in error.problems))


def at_head(facts: Facts, judging: Judging, moment: Clock, environ: Mapping[str, str]) -> Proposal | None:
    """As the change's newest commit has them, by the host's API; None where that cannot be seen."""
    if facts.host not in registry.names("revisions") or not is_commit(facts.head):
        return None
    try:
        tree = registry.load("revisions", facts.host).open_revision(facts.head, facts, environ)
    except GateError:
        return None
    files = Proposed(tree, judging.policies)
    own = {path: policy for policy in judging.policies if (path := _place(policy, judging))}
    found = _read(list(own), lambda path: load(path, moment.today, own[path].file, files))
    others = [policy for policy in judging.policies if policy not in own.values()]  # in git at a commit: as they are
    return found if found.messages else Proposal((*found.policies, *others))


def _place(policy: Policy, judging: Judging) -> str:
    """The policy's path from the repository's root; empty for one that is not in this repository."""
    if not policy.tree.revision:
        return in_repository(policy.file)
    return policy.file if judging.revision and policy.tree.revision == judging.revision.commit else ""


def in_repository(path: str) -> str:
    """The path of the work tree from the repository's root; empty for one outside."""
    root = repository_root(os.curdir) or os.path.abspath(os.curdir)
    found = os.path.relpath(os.path.abspath(path), root).replace(os.sep, "/")
    return "" if found == ".." or found.startswith("../") or os.path.isabs(found) else found


def _read(paths: Sequence[str], policy_at: Callable[[str], Policy]) -> Proposal:
    found: list[Policy] = []
    messages: list[str] = []
    for path in paths:
        try:
            found.append(policy_at(path))
        except GateError as error:
            messages += [str(problem) for problem in error.problems]
    return Proposal(messages=tuple(messages)) if messages else Proposal(tuple(found))

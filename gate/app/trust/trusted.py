"""The policy as a revision has it that the change under judgement cannot touch.

Neither the environment nor the work tree has a part in it: policies, what they refer to and waivers are read at
that revision, paths come from the command line.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence

from gate import registry
from gate.app.clock import Clock
from gate.app.judging import Judging, load_all
from gate.app.trust.proposing import CHECKOUT, in_repository, in_work_tree
from gate.errors import GateError, Place, PolicyError, Problem, UsageError
from gate.hosts.facts import Event, Facts
from gate.hosts.here import here
from gate.policy.find import NAMES, find
from gate.policy.text import PINNED
from gate.revisions.revision import Tree
from gate.terms.revision import Revision

BASE = "base"  # what the change would be merged into, as CI says


def trusted(ref: str, named: Sequence[str], moment: Clock, environ: Mapping[str, str]) -> Judging:
    """Who judges at the revision. Raises GateError: it cannot be read, or it has policies, but not this one."""
    if moment.simulated:
        what = "`--now` is not for a trusted policy: it could keep a waiver alive"
        raise UsageError(Problem("simulated-clock", what, remedy="take `--now` out, or `--policy-from`"))
    tree, by = _opened(ref, here(environ), environ)
    wanted = [path if path.startswith(PINNED) else _inside(path) for path in named] or _nearest(tree)
    absent = [path for path in wanted if not path.startswith(PINNED) and not tree.is_file(path)]
    revision = Revision(ref, tree.revision, by)
    if not wanted or absent:
        _refuse_where_others_are(tree, absent, ref)
        own = load_all(find(named, {}), moment, CHECKOUT)
        return Judging(tuple(own), Revision(ref, tree.revision, by, first=True))
    policies = tuple(load_all(wanted, moment, tree))
    return Judging(policies, revision, in_work_tree(named, policies, moment))


# -- which revision


def _opened(ref: str, facts: Facts | None, environ: Mapping[str, str]) -> tuple[Tree, str]:
    """The revision's files, and what reads them: the host's API where it can, else git."""
    troubles: list[Problem] = []
    ways = [("git", _by_git)]
    if facts is not None and facts.api and facts.host in registry.names("revisions"):
        ways = [(facts.host, _by_api), *ways]
        ways += [(facts.host, _by_single_files)] if facts.host == "gitlab" else []
    for by, way in ways:
        try:
            return way(ref, facts, environ), by
        except UsageError:
            raise
        except GateError as error:
            troubles += error.problems
    raise PolicyError(*dict.fromkeys(troubles)) from None


def _by_git(ref: str, facts: Facts | None, environ: Mapping[str, str]) -> Tree:
    commit = _base(facts) if ref == BASE else ref
    found: Tree = registry.load("revisions", "git").open_revision(commit, os.curdir, environ)
    return found


def _by_api(ref: str, facts: Facts | None, environ: Mapping[str, str]) -> Tree:
    """The host says which commit a branch is at: in the clone, an earlier step may have moved it."""
    assert facts is not None
    reader = registry.load("revisions", facts.host)
    found: Tree = reader.open_revision(_commit(ref, facts, environ), facts, environ)
    return found


def _by_single_files(ref: str, facts: Facts | None, environ: Mapping[str, str]) -> Tree:
    """With a job's own token GitLab lists no folders, yet it gives files by their names."""
    assert facts is not None
    commit = _base(facts) if ref == BASE else ref
    found: Tree = registry.load("revisions", facts.host).open_revision(commit, facts, environ, single=True)
    return found


def _commit(ref: str, facts: Facts, environ: Mapping[str, str]) -> str:
    if ref != BASE:
        return str(registry.load("revisions", facts.host).resolve(ref, facts, environ))
    base = _base(facts)
    if facts.host == "gitlab" and facts.event is Event.CHANGE:
        # GitLab tells where the change began, which may be an old commit with a laxer policy, and not where it would go.
        return registry.load("hosts", facts.host).base_now(facts, environ) or base
    return base


def _base(facts: Facts | None) -> str:
    """The commit that a change would be merged into."""
    if facts is not None and facts.base:
        return facts.base
    what = "`--policy-from base`: this job does not say which commit a change would be merged into"
    remedy = "it is for pull requests and merge queues; elsewhere name a revision: `--policy-from origin/main`"
    raise UsageError(Problem("no-base", what, remedy=remedy))


# -- which files


def _inside(path: str) -> str:
    """The path in the repository of one on the command line."""
    found = in_repository(path)
    if not found:
        what = "this policy lies outside the repository, so it has no revision"
        raise PolicyError(
            Problem("policy-outside", what, Place(path), "name a policy inside the repository, or take `--policy-from` out")
        )
    return found


def _nearest(tree: Tree) -> list[str]:
    """The nearest gate.yaml at the revision, from this folder up to the root."""
    folder = _inside(os.curdir)
    folder = "" if folder == "." else folder
    while True:
        found = [path for name in NAMES if tree.is_file(path := posixpath.join(folder, name))]
        if len(found) > 1:
            what = f"`{found[0]}` and `{found[1]}` lie side by side at {tree.revision[:12]}"
            raise PolicyError(Problem("two-policies", what, Place(found[1]), "keep one, or name it: `-p PATH`"))
        if found or not folder:
            return found
        folder = posixpath.dirname(folder)


def _refuse_where_others_are(tree: Tree, absent: Sequence[str], ref: str) -> None:
    """Only where the revision has no policy at all may the change bring the first one: else moving it would loosen it."""
    others = tree.policies()
    if not others:
        return
    what = (
        f"`{absent[0]}` is not at {ref} ({tree.revision[:12]})"
        if absent
        else f"no policy applies here at {ref} ({tree.revision[:12]})"
    )
    listed = ", ".join(f"`{path}`" for path in others[:5]) + (" …" if len(others) > 5 else "")
    remedy = f"that revision has {listed}: name one of them by `-p`, or merge a change that only moves the policy first"
    raise PolicyError(Problem("policy-not-at-revision", what, remedy=remedy))

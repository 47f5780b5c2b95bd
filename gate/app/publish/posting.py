"""What a host is told of decisions that were judged again: a comment on the pull request, a check, outputs of the step."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from gate import registry
from gate.app.telling import COMMENT_CHARACTERS, SUMMARY_CHARACTERS, fitted
from gate.app.trust.proposing import in_repository
from gate.hosts.facts import Facts
from gate.hosts.host import Annotation, Check, Posted, Speaking, marker
from gate.policy.text import PINNED
from gate.record import replace
from gate.reports import several
from gate.reports.callouts import callouts
from gate.reports.entries import conclusion
from gate.reports.outline import outline
from gate.terms.decision import Decision

if TYPE_CHECKING:
    from gate.app.publish.publish import Publication, PublishRequest

CHECK_CHARACTERS = 65_000
CHECK_NAME = "gate"


def post(found: Publication, request: PublishRequest, facts: Facts) -> Publication:
    """The same with where it was posted, and what went wrong there, which changes no verdict."""
    host: Speaking = registry.load("hosts", facts.host)
    changes, troubles = _changes(facts, request.environ) if request.comment else ((), ())
    comments, check = [], Posted()
    if changes:
        body = fitted(partial(several.render, found.decisions, _told(found)), COMMENT_CHARACTERS[facts.host])
        comments = [host.comment(change, request.environ, _key(request), body) for change in changes]
    if request.check and found.decisions and not found.unverified:
        check = host.check(facts, request.environ, _check(request.check_name, found.decisions))
    told = (*troubles, *(trouble for each in (*comments, check) for trouble in each.troubles))
    urls = tuple(each.url for each in comments if each.url)
    return replace(found, comment_urls=urls, check_url=check.url, troubles=told)


def step(found: Publication, environ: Mapping[str, str], exit_code: int) -> tuple[str, ...]:
    """Writes the summary and the outputs of a step of GitHub Actions; what went wrong."""
    from gate.hosts import github_step

    summary = fitted(partial(several.render, found.decisions, _told(found)), SUMMARY_CHARACTERS)
    values = {
        "verdict": found.verdict,
        "exit-code": str(exit_code),
        "unverified": str(len(found.unverified)),
        "comment-url": next(iter(found.comment_urls), ""),
        "check-url": found.check_url,
    }
    return tuple(each for each in (github_step.summarise(environ, summary), github_step.outputs(environ, values)) if each)


def _changes(facts: Facts, environ: Mapping[str, str]) -> tuple[tuple[Facts, ...], tuple[str, ...]]:
    """The pull requests that it is about, by the host's word."""
    if facts.number:
        return (facts,), ()
    if facts.host != "github" or not facts.head:
        return (), ("no comment: this job is about no pull request",)
    from gate.hosts.github_pulls import pulls

    found = pulls(facts, environ)
    return found.found, found.troubles


def _key(request: PublishRequest) -> str:
    """What the comment is known by again, whatever came of judging: else "unverified" would stand below an old "deploy"."""
    paths = [path if path.startswith(PINNED) else in_repository(path) or path for path in request.policies or (os.curdir,)]
    return marker([(path, "") for path in paths], "" if request.check_name == CHECK_NAME else request.check_name)


def _told(found: Publication) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.name, each.reasons) for each in found.unverified]


def _check(name: str, decisions: Sequence[Decision]) -> Check:
    worst = decisions[0]
    title = conclusion(worst, outline(worst)) if len(decisions) == 1 else several.headline(decisions)
    return Check(
        name=name,
        passed=all(decision.passed for decision in decisions),
        title=title,
        summary=fitted(partial(several.render, decisions), CHECK_CHARACTERS),
        annotations=tuple(mark for decision in decisions for mark in _annotations(decision)),
    )


def _annotations(decision: Decision) -> list[Annotation]:
    found = callouts(decision)
    levels = [("failure", each) for each in found.errors] + [("warning", each) for each in found.warnings]
    return [
        Annotation(
            path=each.spot["file"],
            line=int(each.spot.get("line", "1")),
            level=level,
            title=each.heading,
            message="\n".join(each.body) or each.heading,
        )
        for level, each in levels
        if "file" in each.spot and not each.spot["file"].startswith(("/", "<"))
    ]

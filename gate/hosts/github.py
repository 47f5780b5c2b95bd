"""GitHub Actions: what a job is told, one comment on the pull request, and a check on its newest commit."""

from __future__ import annotations

from collections.abc import Mapping

from gate.hosts.facts import Facts
from gate.hosts.github_event import facts as facts
from gate.hosts.host import Check, Posted


def comment(facts: Facts, environ: Mapping[str, str], marker: str, body: str) -> Posted:
    """As gate.hosts.host says; at most 65,536 characters with the marker. Needs `pull-requests: write`."""
    from gate.hosts import github_comment

    return github_comment.comment(facts, environ, marker, body)


def check(facts: Facts, environ: Mapping[str, str], check: Check) -> Posted:
    """As gate.hosts.host says; a summary of at most 65,535 characters. Needs `checks: write`, or `statuses: write`."""
    from gate.hosts import github_check

    return github_check.check(facts, environ, check)

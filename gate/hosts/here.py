"""On which CI machine this process runs, if on any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gate import registry

if TYPE_CHECKING:
    from gate.hosts.facts import Facts
    from gate.hosts.host import Host

# A variable that the host sets in every job: without it, its module is not even loaded.
_MARKS = {
    "github": ("GITHUB_ACTIONS",),
    "gitlab": ("GITLAB_CI",),
    "others": ("TF_BUILD", "BITBUCKET_BUILD_NUMBER", "CIRCLECI", "JENKINS_URL"),
}


def is_ci(environ: Mapping[str, str]) -> bool:
    """Whether a variable says so: cheap, for those who have nothing to tell elsewhere."""
    return any(environ.get(mark) for marks in _MARKS.values() for mark in marks)


def here(environ: Mapping[str, str]) -> Facts | None:
    """What the machine says of this job; None outside of CI."""
    for name, marks in _MARKS.items():
        if any(environ.get(mark) for mark in marks):
            host: Host = registry.load("hosts", name)
            found = host.facts(environ)
            if found is not None:
                return found
    return None

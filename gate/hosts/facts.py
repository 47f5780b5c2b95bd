"""What a CI machine says about the job that it runs: which change, at which commit, onto which base."""

from __future__ import annotations

from enum import Enum

from gate.record import dataclass


class Event(Enum):
    """Why the job runs."""

    CHANGE = "change"  # a pull or merge request
    QUEUE = "queue"  # a merge queue or merge train: the change as it would be merged, after its review
    PUSH = "push"
    SCHEDULE = "schedule"
    TRUSTED = "trusted"  # the host's own workflow after another one (`workflow_run`): it may post, the change's job may not
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the job; empty where the host does not say. Commits are 40 or 64 hexadecimal digits.

    `commit` is what is checked out; for a pull request on GitHub that is a merge made for the test, and
    `head` is the change's own newest commit, where comments and checks belong. `base` is the commit of
    the branch that the change would go to, `base_branch` its name. `number` is that of the pull or
    merge request, 0 for none. `fork` says that the change comes from another repository, `protected` that the host lets
    only some people push to the branch or tag that the run is for. `default_branch` is that of the
    repository. `api` is where the host's API answers, without a slash at its end.
    """

    host: str
    event: Event = Event.OTHER
    repository: str = ""
    commit: str = ""
    head: str = ""
    base: str = ""
    base_branch: str = ""
    branch: str = ""
    default_branch: str = ""
    number: int = 0
    fork: bool = False
    protected: bool = False
    workflow: str = ""
    run: str = ""
    run_url: str = ""
    api: str = ""


def is_commit(text: str) -> bool:
    """Whether a text is a whole commit id."""
    return len(text) in (40, 64) and all(letter in "0123456789abcdef" for letter in text)

"""Who started the job, or runs gate here: a name to show, which nothing is decided by."""

from __future__ import annotations

from collections.abc import Mapping

# The variables in which machines say it, those of CI before the one of any system.
_NAMES = (
    "GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOR", "BITBUCKET_STEP_TRIGGERER_UUID",
    "CIRCLE_USERNAME", "CHANGE_AUTHOR", "BUILD_USER_ID", "LOGNAME", "USER", "USERNAME",
)  # fmt: skip
LONGEST = 100


def actor(environ: Mapping[str, str]) -> str:
    """The name, empty where none is known."""
    return next((environ[name][:LONGEST] for name in _NAMES if environ.get(name)), "")

"""What an earlier job kept: the file, or that it is gone."""

from __future__ import annotations

from gate.record import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file of a job. `at` is when it was kept, ISO 8601 UTC, empty where that is not known; `url` the page of its run."""

    data: bytes = field(compare=False)
    commit: str
    at: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """A job whose files are gone: `at` is when they were kept, `expired` when they went."""

    commit: str
    at: str
    expired: str
    url: str


def utc(written: object) -> str:
    """A moment as ISO 8601 UTC to the second; empty for what is none."""
    from datetime import datetime, timezone

    if not isinstance(written, str):
        return ""
    try:
        moment = datetime.fromisoformat(written.replace("Z", "+00:00"))
        return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return ""

"""Days in a policy: real ones, and not too far ahead."""

from __future__ import annotations

MAX_DAYS = 180


def wrong_day(day: str, today: str, most: int) -> str:
    """What is wrong with an ISO date that may lie at most `most` days after today; empty when nothing is."""
    try:
        ahead = days_between(today, day)
    except ValueError:
        return f"there is no day {day}"
    return f"{day} is {ahead} days ahead; at most {most} are allowed" if ahead > most else ""


def latest(today: str, most: int) -> str:
    """The remedy: the days that are allowed."""
    from datetime import date, timedelta

    return f"choose a day until {date.fromisoformat(today) + timedelta(days=most)}"


def days_between(first: str, last: str) -> int:
    """Days from one ISO date to another."""
    from datetime import date

    return (date.fromisoformat(last) - date.fromisoformat(first)).days

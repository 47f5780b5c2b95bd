"""Days in a policy: real ones, and not too far ahead."""

from __future__ import annotations

MAX_DAYS = 180


def wrong_day(day: str, today: str, most: int) -> str:
    """What is wrong with an ISO date that may lie at most `most` days after today; empty when nothing is."""
    from datetime import date

    try:
        ahead = (date.fromisoformat(day) - date.fromisoformat(today)).days
    except ValueError:
        return f"there is no day {day}"
    return f"{day} is {ahead} days ahead; at most {most} are allowed" if ahead > most else ""


def latest(today: str, most: int) -> str:
    """The remedy: the days that are allowed."""
    from datetime import date, timedelta

    return f"choose a day until {date.fromisoformat(today) + timedelta(days=most)}"

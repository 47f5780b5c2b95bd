"""Days in a policy."""

from __future__ import annotations

import pytest

from gate.policy.dates import MAX_DAYS, days_between, latest, wrong_day


@pytest.mark.parametrize(
    ("day", "today", "most", "wrong"),
    [
        ("2026-11-22", "2026-11-22", 180, ""),
        ("1999-01-01", "2026-11-22", 180, ""),
        ("2027-05-21", "2026-11-22", 180, ""),
        ("2027-05-22", "2026-11-22", 180, "2027-05-22 is 181 days ahead; at most 180 are allowed"),
        ("9999-12-31", "2026-11-22", 180, "days ahead; at most 180 are allowed"),
        ("2026-11-24", "2026-11-22", 1, "2 days ahead; at most 1"),
        ("2028-02-29", "2028-02-01", 180, ""),
        ("2026-02-29", "2026-02-01", 180, "there is no day 2026-02-29"),
        ("2026-13-01", "2026-11-22", 180, "there is no day 2026-13-01"),
        ("0000-01-01", "2026-11-22", 180, "there is no day 0000-01-01"),
    ],
)
def test_days(day: str, today: str, most: int, wrong: str) -> None:
    found = wrong_day(day, today, most)
    assert wrong in found if wrong else found == ""


def test_the_latest_day_is_the_last_that_is_right() -> None:
    assert MAX_DAYS == 180
    assert latest("2026-11-22", MAX_DAYS) == "choose a day until 2027-05-21"
    assert wrong_day("2027-05-21", "2026-11-22", MAX_DAYS) == ""


def test_days_from_one_to_another() -> None:
    assert days_between("2026-06-15", "2026-06-15") == 0
    assert days_between("2024-02-28", "2024-03-01") == 2
    assert days_between("2026-01-02", "2026-01-01") == -1

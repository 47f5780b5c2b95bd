"""The time of a decision."""

from __future__ import annotations

import re
import time

import pytest

from gate.app.clock import Clock, clock
from gate.errors import UsageError


def test_the_machines_clock() -> None:
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    found = clock()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found.now)
    assert before <= found.now
    assert not found.simulated
    assert found.today == found.now[:10]


@pytest.mark.parametrize(
    ("given", "now"),
    [
        ("2026-12-31", "2026-12-31T00:00:00Z"),
        ("2026-12-31T23:59:59Z", "2026-12-31T23:59:59Z"),
        ("2028-02-29", "2028-02-29T00:00:00Z"),
    ],
)
def test_a_given_one_is_said_to_be(given: str, now: str) -> None:
    assert clock(given) == Clock(now, simulated=True)
    assert clock(given).today == given[:10]


@pytest.mark.parametrize(
    "given",
    [
        "today", "2026-02-30", "2026-13-01", "31.12.2026", "2026-1-1", "2026-12-31T24:00:00Z", "2026-12-31T10:00:00",
        "2026-12-31 ", "2026-12-31\n", "2026-12-31T10:00:00+01:00", "٢٠٢٦-١٢-٣١", "0000-01-01", " ", "2026-12-31T10:00Z",
    ],
)  # fmt: skip
def test_what_is_no_moment(given: str) -> None:
    with pytest.raises(UsageError) as error:
        clock(given)
    assert error.value.problems[0].slug == "bad-clock"
    assert "--now 2026-12-31" in error.value.problems[0].remedy

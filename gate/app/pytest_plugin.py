"""For pytest: a test that fails after `gate.check` shows the terminal report of the decision."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

TITLE = "gate check"
MOST = 3  # of the decisions of one test, the last ones


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Listen to the decisions of one test; attach those that did not pass to its report if it fails."""
    from gate.app.listener import listener  # not at the top: pytest loads plugins in every run

    decisions: list[Any] = []
    token = listener.set(decisions.append)
    try:
        return (yield)
    except BaseException:
        for decision in [each for each in decisions if not each.passed][-MOST:]:
            item.add_report_section("call", TITLE, str(decision))
        raise
    finally:
        listener.reset(token)

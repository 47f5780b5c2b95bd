"""Several decisions in one text: what a stranger's words can and cannot do to it."""

from __future__ import annotations

import pytest

from gate.reports.several import render


@pytest.mark.parametrize("line", ["x" * 10**6, "`" * 10**6, "```\n</details>\n" * 10**4])
def test_reasons_are_cut(line: str) -> None:
    told = render([], [(f"{number}.json", (line,) * 100) for number in range(50)])
    assert len(told) < 15_000
    assert "… and 45 more." in told

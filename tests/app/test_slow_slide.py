"""The example of many small drops: the run at which the pinned rule stops them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "slow-slide"


def test_the_pinned_rule_stops_the_slide_in_the_seventh_week() -> None:
    done = subprocess.run([sys.executable, str(EXAMPLE / "slide.py")], capture_output=True, text=True, check=True)
    weeks = done.stdout.splitlines()
    assert len(weeks) == 21
    assert [line.split("exit ")[1][0] for line in weeks] == ["0"] * 6 + ["1"] * 15
    assert weeks[6].endswith("f1 >= baseline - 0.015: pass, not-below-the-release: fail")
    shown = [line for line in (EXAMPLE / "README.md").read_text().splitlines() if line.startswith("2026-")]
    assert shown == weeks[: len(shown)]

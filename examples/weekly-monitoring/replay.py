"""Twelve weeks of a model in production: `python replay.py`. Which weeks fail, and who hears of it when?

Every week is judged by `gate check --record --now`. Nothing is sent: without `--act`, gate only names what it would do.
Everything happens in a folder that is gone afterwards.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
GATE = os.environ.get("GATE", str(Path(sys.executable).with_name("gate")))
FIRST = date(2026, 1, 5)


def check(folder: Path, week: int) -> str:
    """One week: what was measured is judged, and remembered."""
    metrics, day = HERE / "weeks" / f"{week:02d}.json", FIRST + timedelta(weeks=week - 1)
    environ = {**os.environ, "GATE_HISTORY": str(folder / "history.db")}
    argv = [GATE, "check", str(metrics), "-p", str(HERE / "gate.yaml"), "--record", "--now", str(day), "-o", "decision.json"]
    done = subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    decision = json.loads((folder / "decision.json").read_text())
    failing = [each["rule"] for each in decision["findings"] if each["outcome"] == "fail"]
    due = [each for each in decision.get("actions", ()) if each["status"] == "would"]
    told = [f"{each['do']} ({each['when']}{': ' * bool(each.get('rules'))}{', '.join(each.get('rules', ()))})" for each in due]
    return f"week {week:2}  exit {done.returncode}  {', '.join(failing) or '-':27}  {', '.join(told)}".rstrip()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        for week in range(1, 13):
            print(check(Path(name), week))


if __name__ == "__main__":
    main()

"""Twenty weeks in which f1 falls by one point each: `python slide.py`. Which rule stops the slide, and when?

Everything happens in a folder that is gone afterwards.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
GATE = os.environ.get("GATE", str(Path(sys.executable).with_name("gate")))
FIRST = date(2026, 1, 5)


def gate(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """One command, in a history of its own."""
    environ = {**os.environ, "GATE_HISTORY": str(folder / "history.db")}
    return subprocess.run([GATE, *argv], cwd=folder, env=environ, capture_output=True, text=True, check=False)


def check(folder: Path, day: date, f1: float, *more: str) -> str:
    """One week: what was measured is judged, and remembered."""
    (folder / "metrics.json").write_text(json.dumps({"f1": f1}))
    done = gate(folder, "check", "metrics.json", "--record", "--now", str(day), "-o", "decision.json", *more)
    findings = json.loads((folder / "decision.json").read_text())["findings"]
    outcomes = ", ".join(f"{each['rule']}: {'waived' if 'waiver' in each else each['outcome']}" for each in findings)
    return f"{day}  f1 {f1:.2f}  exit {done.returncode}  {outcomes}"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(HERE / "gate.yaml", folder)
        print(check(folder, FIRST, 0.90, "--first-release", "nothing to compare with yet"))
        (released,) = json.loads(gate(folder, "history", "--passed", "-n", "1", "--json").stdout)["runs"]
        gate(folder, "history", released["id"], "--name", "release-1.0")
        for week in range(1, 21):
            print(check(folder, FIRST + timedelta(weeks=week), round(0.90 - 0.01 * week, 2)))


if __name__ == "__main__":
    main()

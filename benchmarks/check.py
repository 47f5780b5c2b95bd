"""A plain check of ten metrics by five rules, beside its peers: `python benchmarks/check.py [--peers FOLDER] [--rounds N]`.

Run it with the Python of an environment that gate is installed in. FOLDER is what peers/setup.sh made.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from processes import Job, in_turn, table

HERE = Path(__file__).parent


def jobs(peers: Path | None) -> list[Job]:
    gate, peer = [sys.executable, "-m", "gate.cli.main", "check", "metrics.json", "-p", "gate.yaml"], HERE / "peers"
    script = str(Path(sys.executable).with_name("gate"))
    found = [
        Job("bare json + PyYAML", [sys.executable, str(peer / "bare.py"), "gate.yaml", "metrics.json", "bare.md"]),
        Job("gate check", [script, *gate[3:]]),
        Job("gate check -o report.md", [script, *gate[3:], "-o", "report.md"]),
    ]
    if peers:
        rego, mlflow = str(peers / "regopy" / "bin" / "python"), str(peers / "mlflow" / "bin" / "python")
        schema = str(peers / "check-jsonschema" / "bin" / "check-jsonschema")
        found += [
            Job("regopy", [rego, str(peer / "rego.py"), "metrics.json", "rego.md"]),
            Job("check-jsonschema", [schema, "--schemafile", "schema.json", "metrics.json"]),
            Job("mlflow", [mlflow, str(peer / "mlflow_thresholds.py"), "metrics.json", "mlflow.md"]),
        ]
    return [job for job in found if Path(job.command[0]).exists()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=lambda given: Path(given).resolve())
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in (HERE / "inputs").iterdir():
            shutil.copy(path, folder)
        print(table(in_turn(jobs(args.peers), folder, args.rounds)))


if __name__ == "__main__":
    main()

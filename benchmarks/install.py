"""From nothing to a first verdict: a new environment, the install, one check: `python benchmarks/install.py WHEEL [PACKAGE…]`.

Packages come from where pip is configured to find them, without its cache, and are compiled as pip does by default.
A PACKAGE is a peer: regopy, check-jsonschema, mlflow.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = {"mlflow": "mlflow_thresholds.py", "regopy": "rego.py"}


def megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def own_size(venv: Path) -> float:
    """MB that the install added: everything but pip and setuptools."""
    packages = next((venv / "lib").glob("python*/site-packages"))
    kept = [
        path for path in packages.iterdir() if not path.name.startswith(("pip", "setuptools", "_distutils_hack", "distutils-"))
    ]
    return sum(megabytes(path) if path.is_dir() else path.stat().st_size / 1e6 for path in kept)


def first_check(requirement: str, bin_: Path) -> list[str | Path]:
    if requirement in SCRIPTS:
        return [bin_ / "python", HERE / "peers" / SCRIPTS[requirement], "metrics.json", "report.md"]
    if requirement == "check-jsonschema":
        return [bin_ / "check-jsonschema", "--schemafile", "schema.json", "metrics.json"]
    return [bin_ / "gate", "check", "metrics.json", "-p", "gate.yaml"]


def first_verdict(requirement: str, folder: Path) -> tuple[float, float, float, float, int]:
    """Seconds for the environment, the install and the first check; MB; how many distributions."""
    venv = folder / "venv"
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    created = time.monotonic()
    python = venv / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "-q", "--no-cache-dir", "--disable-pip-version-check", requirement]
    subprocess.run(command, check=True, capture_output=True)
    installed = time.monotonic()
    subprocess.run([str(word) for word in first_check(requirement, venv / "bin")], cwd=folder, check=True, capture_output=True)
    done = time.monotonic()
    names = [path.name for path in venv.glob("lib/python*/site-packages/*.dist-info")]
    count = sum(not name.startswith(("pip-", "setuptools-")) for name in names)
    return created - started, installed - created, done - installed, own_size(venv), count


def main() -> None:
    heads = ("", "environment s", "install s", "first check s", "all s", "MB of packages", "packages")
    print("| " + " | ".join(heads) + " |", "|---" + "|--:" * (len(heads) - 1) + "|", sep="\n")
    for requirement in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for path in (HERE / "inputs").iterdir():
                shutil.copy(path, folder)
            wheel = Path(requirement)
            given = str(wheel.resolve()) if wheel.suffix == ".whl" else requirement
            create, install, check, size, count = first_verdict(given, folder)
            times = f"{create:.1f} | {install:.1f} | {check:.2f} | {create + install + check:.1f}"
            print(f"| {wheel.name} | {times} | {size:.1f} | {count} |", flush=True)


if __name__ == "__main__":
    main()

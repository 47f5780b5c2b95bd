"""From nothing to a first verdict: a new environment, the install, one check: `python benchmarks/install.py WHEEL [PACKAGE…]`.

Packages come from where pip is configured to find them, without its cache, and are compiled as pip does by default.
A PACKAGE besides the wheel is measured by installing it and running its script in peers/, where there is one.
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


def first_verdict(requirement: str, folder: Path) -> tuple[float, float, float, int]:
    """Seconds for the environment and the install, seconds for the first check, MB, and how many distributions."""
    venv = folder / "venv"
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    python = venv / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "-q", "--no-cache-dir", "--disable-pip-version-check", requirement]
    subprocess.run(command, check=True, capture_output=True)
    installed = time.monotonic()
    script = SCRIPTS.get(requirement)
    if script:
        command = [str(python), str(HERE / "peers" / script), "metrics.json", "report.md"]
    else:
        command = [str(venv / "bin" / "gate"), "check", "metrics.json", "-p", "gate.yaml"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = time.monotonic()
    names = [path.name for path in venv.glob("lib/python*/site-packages/*.dist-info")]
    count = sum(not name.startswith(("pip-", "setuptools-")) for name in names)
    return installed - started, done - installed, own_size(venv), count


def main() -> None:
    print("| | environment + install s | first check s | MB of packages | packages |", "|---|--:|--:|--:|--:|", sep="\n")
    for requirement in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for path in (HERE / "inputs").iterdir():
                shutil.copy(path, folder)
            wheel = Path(requirement)
            given = str(wheel.resolve()) if wheel.suffix == ".whl" else requirement
            install, check, size, count = first_verdict(given, folder)
            print(f"| {wheel.name} | {install:.1f} | {check:.2f} | {size:.1f} | {count} |", flush=True)


if __name__ == "__main__":
    main()

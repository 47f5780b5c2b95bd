"""Puts gate where a job's own files cannot reach it: an environment of its own under RUNNER_TEMP.

Its dependencies come from requirements.txt beside this file, by their hashes and as wheels, so that nothing is built
and no index can send anything else; gate itself is a copy of the folder `gate/` of this commit. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# All that a package installer is told of its surroundings. What it reads beyond this (PIP_*, UV_*, PYTHON*, XDG_*), an
# earlier step may have set; `pip --isolated` alone still follows PIP_CONFIG_FILE and XDG_CONFIG_DIRS.
KEPT = {
    "PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR",
    "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
    "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
}  # fmt: skip


def surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of the installer; its configuration files are switched off by a name that pip knows."""
    return {name: value for name, value in environ.items() if name.upper() in KEPT} | {"PIP_CONFIG_FILE": os.devnull}


def install(folder: Path, environ: Mapping[str, str], index: str = "") -> Path:
    """Makes the environment in `folder`; its interpreter. Raises OSError or CalledProcessError."""
    os.chdir(folder)  # Windows looks for programs in the working folder first; uv and pip for their settings
    env = surroundings(environ)
    uv = shutil.which("uv", path=env.get("PATH"))
    venv = folder / "venv"
    subprocess.run([sys.executable, "-I", "-m", "venv", *(["--without-pip"] if uv else []), str(venv)], env=env, check=True)
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    installer = _uv(uv, python, index) if uv else _pip(python, index)
    # Without a cache: an earlier step can write there.
    locked = ["--require-hashes", "--only-binary", ":all:", "--no-cache-dir", "--requirement", str(HERE / "requirements.txt")]
    subprocess.run([*installer, *locked], env=env, check=True)
    _copy(python, env)
    return python


def _uv(uv: str, python: Path, index: str) -> list[str]:
    where = ["--default-index", index] if index else []
    return [uv, "pip", "install", "--quiet", "--no-config", "--python", str(python), *where]


def _pip(python: Path, index: str) -> list[str]:
    where = ["--index-url", index] if index else []
    quietly = ["--quiet", "--disable-pip-version-check", "--no-input"]
    return [str(python), "-I", "-m", "pip", "install", "--isolated", *quietly, *where]


def _copy(python: Path, env: Mapping[str, str]) -> None:
    """Lays gate's own files beside its dependencies, as its wheel would."""
    asked = [str(python), "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(asked, env=env, check=True, stdout=subprocess.PIPE).stdout.decode().strip())
    shutil.copytree(ROOT / "gate", packages / "gate", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "policies", packages / "gate" / "_policies")


def main(environ: Mapping[str, str]) -> int:
    """Installs, and tells the next step where; the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="gate.", dir=environ["RUNNER_TEMP"])).resolve()
    try:
        python = install(folder, environ, environ.get("GATE_INPUT_INDEX_URL", "").strip())
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"::error title=gate::gate could not be installed: {_reason(error)}; the lines above say more", flush=True)
        return 2
    with open(environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as told:
        told.write(f"python={python}\nfolder={folder}\n")
    return 0


def _reason(error: OSError | subprocess.CalledProcessError) -> str:
    """What went wrong, without the command: the address of an index may hold a password."""
    if isinstance(error, subprocess.CalledProcessError):
        return f"{Path(error.cmd[0]).name} ended with {error.returncode}"
    return error.strerror or type(error).__name__


if __name__ == "__main__":
    sys.exit(main(os.environ))

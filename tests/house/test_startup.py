"""What a plain check loads. Starting is most of its time, and this list is what keeps it short.

A module that shows up here newly costs every check of every user: import it where it is used.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gate import registry

HEAVY = {
    "asyncio", "concurrent", "ctypes", "dataclasses", "decimal", "difflib", "email", "fractions", "http", "importlib.metadata",
    "inspect", "jinja2", "jsonschema", "logging", "multiprocessing", "numpy", "pathlib", "random", "shutil", "socket", "sqlite3",
    "ssl", "statistics", "subprocess", "tempfile", "threading", "tomli", "tomllib", "traceback", "unittest", "urllib", "xml",
    "zipfile",
}  # fmt: skip
# Top-level modules beyond what the interpreter itself has loaded, on any Python that we support.
STANDARD = {
    "argparse", "base64", "binascii", "collections", "contextlib", "copyreg", "datetime", "encodings", "enum", "errno",
    "functools", "gc", "gettext", "hashlib", "importlib", "itertools", "json", "keyword", "locale", "math", "operator", "re",
    "reprlib", "sre_compile", "sre_constants", "sre_parse", "struct", "types", "typing", "unicodedata", "warnings",
}  # fmt: skip
FORMS = [form for form in registry.names("reports") if form not in ("text", "intoto")]  # the latter needs a model
PROGRAM = """
import sys
before = set(sys.modules)
from gate.cli.main import main
code = main(sys.argv[1:])
loaded = sorted(set(sys.modules) - before)
import json
print(json.dumps({"code": code, "loaded": loaded}))
"""


def loaded(folder: Path, *arguments: str) -> set[str]:
    """Every module that `gate ARGUMENTS` loads."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["code"] == 0, done.stdout + done.stderr
    return set(told["loaded"])


def tops(modules: set[str]) -> set[str]:
    """Their top-level names; those that start with an underscore belong to the interpreter."""
    return {
        name for name in (module.partition(".")[0] for module in modules) if not name.startswith("_") and name != "cython_runtime"
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "gate.yaml").write_text("gate: 1\nname: m\nrules:\n  - accuracy > 0.8\n  - latency_p95_ms <= 200\n")
    (tmp_path / "metrics.json").write_text(
        '{"accuracy": 0.9, "latency_p95_ms": 120, "nested": {"recall": {"value": 0.9, "n": 50}}}'
    )
    return tmp_path


def test_a_plain_check_loads_nothing_heavy(project: Path) -> None:
    modules = loaded(project, "check", "metrics.json", "-p", "gate.yaml")
    assert modules & HEAVY == set()


def test_a_plain_check_loads_what_it_is_known_to_load(project: Path) -> None:
    found = tops(loaded(project, "check", "metrics.json", "-p", "gate.yaml"))
    assert found - STANDARD == {"gate", "yaml"}


def test_a_report_brings_its_template_engine_and_only_then(project: Path) -> None:
    modules = loaded(project, "check", "metrics.json", "-p", "gate.yaml", "-o", "report.md")
    assert "jinja2" in tops(modules)
    assert "jsonschema" not in tops(modules)


def test_a_plain_check_leaves_other_rooms_alone(project: Path) -> None:
    """What a check does not need is not imported: other commands, other readers, reports that nobody asked for."""
    modules = loaded(project, "check", "metrics.json", "-p", "gate.yaml")
    commands = {f"gate.cli.{name}" for name in ("init", "lint", "explain", "diff")}
    reports = {f"gate.reports.{form}" for form in FORMS}
    assert modules & (commands | reports | {"gate.reports.entries", "gate.documents.toml"}) == set()


@pytest.mark.parametrize("form", FORMS)
def test_a_report_that_is_asked_for_brings_no_other(project: Path, form: str) -> None:
    modules = loaded(project, "check", "metrics.json", "-p", "gate.yaml", "-o", f"{form}=report")
    assert {each for each in registry.names("reports") if f"gate.reports.{each}" in modules} == {"text", form}
    assert form in ("markdown", "html", "json") or modules & HEAVY == set()


def test_confidence_is_loaded_where_a_rule_asks_for_it_and_brings_nothing_heavy(project: Path) -> None:
    metrics = '{"accuracy": {"k": 950, "n": 1000}, "latency_p95_ms": 120}'
    (project / "metrics.json").write_text(metrics)
    modules = loaded(project, "check", "metrics.json", "-p", "gate.yaml")
    assert not [name for name in modules if name.startswith("gate.confidence")]
    text = (project / "gate.yaml").read_text().replace("- accuracy > 0.8", "- {check: accuracy > 0.8, confidence: 95%}")
    (project / "gate.yaml").write_text(text)
    modules = loaded(project, "check", "metrics.json", "-p", "gate.yaml")
    assert "gate.confidence.proof" in modules
    assert modules & HEAVY == set()


def test_importing_gate_loads_no_room() -> None:
    program = "import sys; before = set(sys.modules); import gate; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert [name for name in done.stdout.split() if name.startswith("gate.")] == []

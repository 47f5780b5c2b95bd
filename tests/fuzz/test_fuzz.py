"""20,000 mutated policies and metrics files through the real `main`: exit 0 to 3, a screen of words, never green by accident."""

from __future__ import annotations

import contextlib
import io
import json
import operator
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gate.cli.main import main
from gate.policy.load import load
from gate.policy.policy import Rule, Settle
from tests.bad_input.screen import one_screen
from tests.fuzz.mutations import KINDS, Change, apply

ROOT = Path(__file__).parents[2]
TODAY = "2026-11-22"
ASKED = os.environ.get("GATE_FUZZ", "")  # GATE_FUZZ=50000 pytest tests/fuzz: as many, and others than in CI
OF_CI = ("GATE_POLICY", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_SHA", "FORCE_COLOR", "COLUMNS")


class Seed(NamedTuple):
    """A good situation: files by name, the command line, and which of the files may be mutated."""

    name: str
    files: dict[str, str]
    argv: tuple[str, ...]

    @property
    def others(self) -> list[str]:
        return [name for name in self.files if name != "gate.yaml"]


def seeds() -> list[Seed]:
    """The examples, and every story whose command line is a check of files."""
    found: list[Seed] = []
    for folder in sorted((ROOT / "tests" / "cases").iterdir()):
        argv = folder / "argv"
        if not argv.exists() or (folder / "stdin").exists() or (folder / "expected.exit").read_text() == "2\n":
            continue
        words = shlex.split(argv.read_text(encoding="utf-8"))
        words = [word for word, before in zip(words, ["", *words], strict=False) if word != "-o" and before != "-o"]
        if words[0] == "check" and not any(word.endswith((".csv", ".parquet")) for word in words):
            found.append(Seed(folder.name, read(folder), tuple(words[1:])))
    examples = [folder for folder in sorted((ROOT / "examples").iterdir()) if (folder / "metrics.json").exists()]
    return [*found, *(Seed(folder.name, read(folder), ("metrics.json",)) for folder in examples)]


def read(folder: Path) -> dict[str, str]:
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(folder.iterdir())
        if path.suffix in (".yaml", ".json", ".toml") and not path.name.startswith("expected.")
    }


SEEDS = seeds()
CHANGES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(KINDS), st.integers(0, 999_999), st.integers(0, 9_999)), min_size=1, max_size=3
)


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every seed in a folder of its own; the environment without what CI puts there."""
    root: Path = tmp_path_factory.mktemp("fuzz")
    for number, seed in enumerate(SEEDS):
        (root / str(number)).mkdir()
        for name, text in seed.files.items():
            (root / str(number) / name).write_text(text, encoding="utf-8")
    before, environ = Path.cwd(), {name: os.environ.pop(name) for name in OF_CI if name in os.environ}
    fsync, os.fsync = os.fsync, lambda _: None  # waiting for the disk 40,000 times would take longer than all the rest
    yield root
    os.fsync = fsync
    os.chdir(before)
    os.environ.update(environ)
    shutil.rmtree(root, ignore_errors=True)


class Run(NamedTuple):
    code: int
    out: str
    err: str
    decision: dict[str, Any]


def run(argv: tuple[str, ...], *more: str) -> Run:
    """`gate check` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["check", *argv, "--now", TODAY, "-o", "d.json", *more])
    text = Path("d.json").read_text(encoding="utf-8") if Path("d.json").exists() else "{}"
    return Run(code, out.getvalue(), err.getvalue(), json.loads(text))


@pytest.mark.slow
@settings(
    max_examples=int(ASKED or 20_000),
    derandomize=not ASKED,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
@given(number=st.integers(0, len(SEEDS) - 1), changes=CHANGES)
def test_mutated_policies_and_metrics(folder: Path, number: int, changes: list[tuple[int, str, int, int]]) -> None:
    seed = SEEDS[number]
    os.chdir(folder / str(number))
    by_file: dict[str, list[Change]] = {}
    for target, *change in changes:
        name = "gate.yaml" if target == 0 else seed.others[change[2] % len(seed.others)]
        by_file.setdefault(name, []).append(tuple(change))  # type: ignore[arg-type]
    for name, some in by_file.items():
        Path(name).write_bytes(apply(seed.files[name], some).encode("utf-8", "surrogatepass"))
    try:
        found = run(seed.argv, *(("-o", "r.md") if changes[0][3] % 16 == 0 else ()))
        check_surface(found)
        check_never_green(found, seed)
    finally:
        for name in by_file:
            Path(name).write_text(seed.files[name], encoding="utf-8")


def check_surface(found: Run) -> None:
    """The exit code is a verdict's, every place says the same, and a refusal is a screen of words."""
    assert found.code in (0, 1, 2, 3, 42), found
    assert "Traceback" not in found.out + found.err
    if found.decision:
        assert found.decision["exit_code"] == (0 if found.code == 42 else found.code)
    if found.code == 2:
        assert found.out == ""
        one_screen(found.err)
        assert not found.decision or found.decision["verdict"] == "error"
        return
    assert found.err == ""
    last = found.out.splitlines()[-1]
    assert last.endswith(f"exit {found.code}")
    assert last.startswith({0: "DEPLOY", 42: "DEPLOY, with", 1: "DO NOT DEPLOY", 3: "UNDECIDED"}[found.code])
    assert "\x1b" not in found.out


# -- the law of exit 0, checked from the decision's findings, the policy's own words and the metrics as they lie there

RULE = re.compile(r"([A-Za-z_]\w*) (>=|<=|>|<) ([0-9]+(?:\.[0-9]+)?)(%?)")
OPERATORS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def check_never_green(found: Run, seed: Seed) -> None:
    if found.code not in (0, 42):
        return
    rules = {(each["file"], rule.id): rule for each in found.decision["policies"] for rule in load(each["file"], TODAY).rules}
    blocking = [each for each in found.decision["findings"] if each["level"] == "block"]
    advisory = all(each["advisory"] for each in found.decision["policies"])
    looked = [
        each
        for each in blocking
        if any(read["of"] == "candidate" and read.get("value") is not None for read in each.get("reads", ()))
    ]
    assert looked or advisory, found.decision
    assert all(holds(each, rules[each["policy"], each["rule"]]) for each in blocking), found.decision
    for each in blocking:
        if each["outcome"] == "pass":
            judge_again(each, seed)


def holds(finding: dict[str, Any], rule: Rule) -> bool:
    """Whether a blocking finding may stand under exit 0."""
    if finding["outcome"] == "pass" or finding.get("waiver"):
        return True
    if finding["outcome"] == "undecided":
        return rule.undecided in (Settle.WARN, Settle.PASS)
    return finding["outcome"] == "missing" and rule.missing is Settle.WARN


def judge_again(finding: dict[str, Any], seed: Seed) -> None:
    """A rule `metric > number` that passed, compared with the number in the file, without gate."""
    simple = RULE.fullmatch(finding["expression"])
    if not simple or seed.argv[0] != "metrics.json" or simple[1] not in [read["metric"] for read in finding["reads"]]:
        return
    try:
        raw = json.loads(Path("metrics.json").read_text(encoding="utf-8"))
    except ValueError:
        return
    value = raw.get(simple[1]) if isinstance(raw, dict) else None
    value = value.get("value") if isinstance(value, dict) else value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    threshold = float(simple[3]) / (100 if simple[4] else 1)
    noise = 1e-12 * max(abs(value), abs(threshold))
    nudged = value + noise if simple[2][0] == ">" else value - noise
    assert OPERATORS[simple[2]](nudged, threshold), (finding, value)


def test_the_seeds_are_good(folder: Path) -> None:
    """Unmutated, they decide: else the mutations would start from errors."""
    for number, seed in enumerate(SEEDS):
        os.chdir(folder / str(number))
        found = run(seed.argv, "-o", "r.md")
        check_surface(found)
        check_never_green(found, seed)
        assert found.code in (0, 1, 3, 42), seed.name
    assert len(SEEDS) >= 35


def test_mutations_change_something() -> None:
    """Every kind of change does, on a policy and on metrics, for most places."""
    for kind in dict.fromkeys(KINDS):
        for text in (SEEDS[0].files["gate.yaml"], SEEDS[0].files["metrics.json"]):
            changed = [apply(text, [(kind, place, piece)]) != text for place in range(0, 1_000_000, 99_991) for piece in (3, 8)]
            assert sum(changed) > len(changed) / 3, kind

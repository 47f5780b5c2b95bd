"""The front door: commands, help, and what becomes of errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gate import __version__
from gate.cli.commands import COMMANDS
from gate.cli.main import LONGEST_LINE, MOST_LINES, help_text, main, told
from gate.errors import GateError, Place, Problem


def test_the_help(desk) -> None:
    for words in (["--help"], ["-h"], ["help"]):
        run = desk.run(*words)
        assert (run.code, run.out, run.err) == (0, help_text() + "\n", "")
    assert all(f"  {name}" in help_text() for name in COMMANDS)


def test_no_command_shows_the_help_and_is_no_success(desk) -> None:
    run = desk.run()
    assert (run.code, run.out) == (2, help_text() + "\n")


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version(desk, word: str) -> None:
    run = desk.run(word)
    assert (run.code, run.out, run.err) == (0, f"gate {__version__}\n", "")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_its_examples(desk, name: str) -> None:
    run = desk.run(name, "--help")
    assert run.code == 0
    assert run.out.startswith(f"usage: gate {name}")
    assert f"  gate {name}" in run.out.partition("examples:")[2]
    assert run.err == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek"], "there is no command `chek`\n  did you mean `gate check`? commands are "),
        (["nonsense"], "there is no command `nonsense`\n  commands are "),
        (["m.json"], "`m.json` is a file, not a command\n  gate check m.json\n"),
        (["\x1b[31m"], "there is no command `\\u001b[31m`\n"),
        (["x" * 5000], f"there is no command `{'x' * 80}`\n"),
        (["check", "--nonsense"], "gate check: unrecognized arguments: --nonsense\n  gate check --help\n"),
        (["check", "--warn-exit-code", "1"], "1 already means something else"),
        (["check", "--polic", "x"], "unrecognized arguments: --polic"),
        (["check", "-p"], "expected one argument"),
    ],
)
def test_a_command_line_that_is_off(desk, words: list[str], said: str) -> None:
    desk.write("m.json", "{}")
    run = desk.run(*words)
    assert run.code == 2
    assert run.out == ""
    assert said in run.err
    assert len(run.err.splitlines()) <= 4


def test_the_machines_own_arguments_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gate", "--version"])
    assert main() == 0


# -- a screen of problems


def problem(number: int, lines: int = 3, width: int = 10) -> Problem:
    return Problem("slug", "x" * width, Place("gate.yaml", number, 1), "\n".join(["remedy"] * (lines - 1)))


def test_problems_are_told_whole_while_a_screen_holds_them() -> None:
    error = GateError(*(problem(number) for number in range(12)))
    assert told(error) == str(error)
    assert len(told(error).splitlines()) == MOST_LINES


def test_more_are_counted() -> None:
    said = told(GateError(*(problem(number) for number in range(13)))).splitlines()
    assert said[-1] == "and 1 more problem"
    assert len(said) == MOST_LINES + 1
    assert told(GateError(*(problem(number) for number in range(100)))).splitlines()[-1] == "and 88 more problems"


def test_one_problem_is_told_however_long_it_is_but_not_longer_than_a_screen() -> None:
    assert len(told(GateError(problem(1, lines=1000))).splitlines()) == MOST_LINES
    said = told(GateError(problem(1, lines=1000), problem(2))).splitlines()
    assert said[-1] == "and 1 more problem"


def test_lines_without_end_are_cut_in_the_middle() -> None:
    (line, _, _) = told(GateError(problem(1, width=100_000))).splitlines()
    assert len(line) == LONGEST_LINE
    assert line.startswith("gate.yaml:1:1: xxx")
    assert "…" in line


# -- processes


def run_process(folder: Path, *words: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gate.cli.main", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        **more,  # type: ignore[call-overload, no-any-return]
    )


@pytest.mark.parametrize(("value", "code"), [(0.9, 0), (0.5, 1), (None, 3)])
def test_the_process_exits_with_the_verdict(desk, value: float | None, code: int) -> None:
    desk.rules("accuracy > 0.8")
    desk.write("m.json", {"accuracy": value})
    done = run_process(desk.folder, "check", "m.json")
    assert done.returncode == code
    assert done.stdout.rstrip().endswith(f"exit {code}")
    assert done.stderr == ""


def test_the_installed_scripts_are_the_same_door() -> None:
    script = Path(sys.executable).parent / "gate"
    if not script.exists():
        pytest.skip("not installed")
    for name in ("gate", "mlgate"):
        done = subprocess.run([script.with_name(name), "--version"], capture_output=True, text=True, check=True)
        assert done.stdout == f"gate {__version__}\n"


def test_a_bug_is_told_with_a_traceback_and_never_looks_like_a_verdict(desk) -> None:
    desk.rules("accuracy > 0.8")
    desk.write("m.json", {"accuracy": 0.9})
    script = (
        "import sys, gate.app.check as checking\n"
        "checking.decide = lambda *_: 1 / 0\n"
        "from gate.cli.main import main\n"
        "sys.exit(main(['check', 'm.json', '-o', 'r.md', '-o', 'r.json']))\n"
    )
    desk.write("r.md", "green")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=desk.folder)
    assert done.returncode == 70
    assert done.stdout == ""
    assert "ZeroDivisionError" in done.stderr
    assert f"This is a bug in gate {__version__}" in done.stderr
    assert "not a verdict; no report was written" in done.stderr
    assert "github.com" in done.stderr
    assert done.stderr.splitlines()[-1] == "command: gate check m.json -o r.md -o r.json"
    assert sorted(path.name for path in desk.folder.iterdir()) == ["gate.yaml", "m.json"]


def test_a_reader_who_goes_before_the_end_changes_no_verdict(desk) -> None:
    desk.rules(*(f"a{number} > 1" for number in range(500)))
    desk.write("m.json", {f"a{number}": 0 for number in range(500)})
    command = f'"{sys.executable}" -m gate.cli.main check m.json --all | head -c 10 > /dev/null; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=desk.folder)
    assert (done.returncode, done.stderr) == (1, "")

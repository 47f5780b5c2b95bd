"""Report files: whole or not at all, and none of an earlier run."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gate.app.outputs import Output, parse, prepare, remove, render, write, write_file
from gate.errors import OutputError, UsageError
from gate.terms.decision import Decision, Verdict

PASSED = Decision(Verdict.PASS, judged_at="2026-11-22T00:00:00Z")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- what is asked for


@pytest.mark.parametrize(
    ("written", "form", "path"),
    [
        ("report.md", "markdown", "report.md"),
        ("a/b.MARKDOWN", "markdown", "a/b.MARKDOWN"),
        ("decision.json", "json", "decision.json"),
        ("out.txt", "text", "out.txt"),
        ("gate.xml", "junit", "gate.xml"),
        ("azure=-", "azure", "-"),
        ("gate.svg", "badge", "gate.svg"),
        ("openmetrics=gl.json", "openmetrics", "gl.json"),
        ("codequality=gl.json", "codequality", "gl.json"),
        ("gate.sarif", "sarif", "gate.sarif"),
        ("markdown=out", "markdown", "out"),
        ("json=out.md", "json", "out.md"),
        ("text=-", "text", "-"),
        ("markdown=a=b.txt", "markdown", "a=b.txt"),
        ("a=b.md", "markdown", "a=b.md"),
        ("pdf=x.json", "json", "pdf=x.json"),
        ("page.html", "html", "page.html"),
    ],
)
def test_the_form_of_an_output(written: str, form: str, path: str) -> None:
    assert parse(written) == Output(form, path)


@pytest.mark.parametrize("written", ["report", "report.pdf", "-", "", "markdown=", "pdf=x", ".md"])
def test_an_output_without_a_form(written: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(written)
    (problem,) = error.value.problems
    assert problem.slug == "bad-output"
    assert "markdown" in problem.remedy


# -- preparing


def test_what_lies_there_is_taken_away() -> None:
    Path("r.md").write_text("green")
    prepare([parse("r.md"), parse("gone.json"), parse("no/such/folder.txt")], ["m.json"])
    assert not Path("r.md").exists()


@pytest.mark.parametrize(
    ("wanted", "inputs"),
    [
        (["r.md", "r.md"], []),
        (["r.md", "./r.md"], []),
        (["r.md", "json=r.md"], []),
        (["markdown=-", "json=-"], []),
        (["link.md", "r.md"], []),
        (["m.json"], ["m.json"]),
        (["./m.json"], ["m.json"]),
        (["json=gate.yaml"], ["gate.yaml"]),
        (["link.md"], ["r.md"]),
    ],
)
def test_outputs_that_cannot_be_meant_remove_nothing(wanted: list[str], inputs: list[str]) -> None:
    for name in ("r.md", "m.json", "gate.yaml"):
        Path(name).write_text("precious")
    os.symlink("r.md", "link.md")
    with pytest.raises(UsageError) as error:
        prepare([parse(each) for each in wanted], inputs)
    assert error.value.problems[0].slug == "bad-output"
    assert [Path(name).read_text() for name in ("r.md", "m.json", "gate.yaml")] == ["precious"] * 3


def test_a_folder_is_no_report_and_nothing_else_is_removed() -> None:
    Path("folder.md").mkdir()
    Path("r.md").write_text("green")
    with pytest.raises(OutputError) as error:
        prepare([parse("r.md"), parse("folder.md")], [])
    assert str(error.value) == "folder.md: this is a folder; a report is a file"
    assert Path("r.md").exists()


def test_a_device_and_a_pipe_are_not_removed() -> None:
    os.mkfifo("pipe.md")
    remove([Output("text", "/dev/null"), Output("text", "pipe.md"), Output("text", "-")])
    assert Path("pipe.md").is_fifo()
    assert Path("/dev/null").exists()


def test_a_link_is_removed_and_not_what_it_leads_to() -> None:
    Path("precious").write_text("precious")
    os.symlink("precious", "r.md")
    remove([parse("r.md")])
    assert not os.path.lexists("r.md")
    assert Path("precious").read_text() == "precious"


def test_a_dangling_link_is_removed() -> None:
    os.symlink("nowhere", "r.md")
    remove([parse("r.md")])
    assert not os.path.lexists("r.md")


# -- writing


def test_all_forms(folder: Path) -> None:
    shown = write([parse("r.md"), parse("r.json"), parse("r.txt"), parse("text=-")], PASSED, 0)
    assert len(shown) == 1
    assert shown[0] == Path("r.txt").read_text()
    assert Path("r.json").read_text() == render("json", PASSED, 0)
    assert Path("r.md").read_text() == render("markdown", PASSED, 0)
    assert sorted(path.name for path in folder.iterdir()) == ["r.json", "r.md", "r.txt"]


def test_the_text_says_the_exit_code_that_the_process_will_have() -> None:
    assert render("text", PASSED, 42).rstrip().endswith("exit 42")
    assert render("text", PASSED, 0).rstrip().endswith("exit 0")


def test_folders_are_made() -> None:
    write_file("a/b/c/r.md", "text")
    assert Path("a/b/c/r.md").read_text() == "text"


def test_a_file_has_the_usual_permissions() -> None:
    before = os.umask(0o027)
    try:
        write_file("r.md", "text")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("r.md").stat().st_mode) == 0o640


def test_letters_that_utf8_cannot_carry_are_spelt_out() -> None:
    write_file("r.md", "half \ud800 ü")
    assert Path("r.md").read_bytes() == b"half \\ud800 \xc3\xbc"


def test_a_report_replaces_a_link_and_not_what_it_leads_to() -> None:
    Path("precious").write_text("precious")
    os.symlink("precious", "r.md")
    write_file("r.md", "text")
    assert Path("precious").read_text() == "precious"
    assert not Path("r.md").is_symlink()


def test_a_device_is_written_to() -> None:
    write_file("/dev/null", "text")
    assert Path("/dev/null").is_char_device()


def test_what_can_be_written_is_and_what_cannot_is_told() -> None:
    Path("file").write_text("")
    with pytest.raises(OutputError) as error:
        write([parse("file/r.md"), parse("good.json"), parse("file/r.txt")], PASSED, 0)
    assert [str(problem.where) for problem in error.value.problems] == ["file/r.md", "file/r.txt"]
    assert all(problem.slug == "unwritable" and problem.remedy for problem in error.value.problems)
    assert Path("good.json").exists()


def test_a_write_that_breaks_leaves_the_old_file_and_nothing_beside_it() -> None:
    """A temporary file that is already there cannot be another's: refused, untouched."""
    Path("r.md").write_text("old")
    squatter = Path(f"r.md.{os.getpid()}.tmp")
    os.symlink("precious", squatter)
    with pytest.raises(OSError, match="exists"):
        write_file("r.md", "new")
    assert Path("r.md").read_text() == "old"
    assert not Path("precious").exists()


def test_a_full_disk_leaves_nothing(folder: Path) -> None:
    """A limit on the size of files stands in for the disk."""
    import subprocess
    import sys

    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from gate.app.outputs import write_file\n"
        "try:\n"
        "    write_file('r.md', 'x' * 5000)\n"
        "except OSError as error:\n"
        "    print(error.strerror)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=folder)
    assert "large" in done.stdout
    assert list(folder.iterdir()) == []

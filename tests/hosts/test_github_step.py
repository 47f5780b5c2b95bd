"""A step's summary and outputs, read back as the runner reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.hosts.github_step import OUTPUT_LIMIT, SUMMARY_LIMIT, outputs, summarise


def as_the_runner_reads(text: str) -> dict[str, str]:
    """`name=value` or `name<<delimiter`, with everything up to a line that is the delimiter."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        if "<<" in line and ("=" not in line or line.index("<<") < line.index("=")):
            name, _, delimiter = line.partition("<<")
            value: list[str] = []
            for inner in lines:
                if inner == delimiter:
                    break
                value.append(inner)
            else:
                raise AssertionError("no delimiter at the end")
            found[name] = "\n".join(value)
        else:
            name, _, found_value = line.partition("=")
            found[name] = found_value
    return found


VALUES = {
    "verdict": "fail",
    "empty": "",
    "lines": "one\ntwo\n\nthree\n",
    "hostile": "x\ngate-0\nEOF\nverdict=pass\nverdict<<EOF\npass\nEOF\n::set-output name=verdict::pass",
    "exit-code": "1",
    "odd": "a=b<<c\r\n\x00\u202e é",
}


def test_outputs_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "output"
    assert outputs({"GITHUB_OUTPUT": str(file)}, VALUES) == ""
    assert as_the_runner_reads(file.read_bytes().decode()) == VALUES


@pytest.mark.parametrize("before", ["a=1", "a=1\n", "a=1\n\n"])
def test_what_the_step_set_before_stays(tmp_path: Path, before: str) -> None:
    file = tmp_path / "output"
    file.write_text(before)
    assert outputs({"GITHUB_OUTPUT": str(file)}, {"b": "2"}) == ""
    assert as_the_runner_reads(file.read_text()) == {"a": "1", "b": "2"}


def test_nobody_can_guess_the_delimiter(tmp_path: Path) -> None:
    file = tmp_path / "output"
    for _ in range(2):
        outputs({"GITHUB_OUTPUT": str(file)}, {"a": "1"})
    delimiters = [line.partition("<<")[2] for line in file.read_text().splitlines() if "<<" in line]
    assert len(set(delimiters)) == 2
    assert all(len(delimiter) > 30 for delimiter in delimiters)


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "a=b", "a<<b", "1a", "é"])
def test_a_name_is_a_word(tmp_path: Path, name: str) -> None:
    file = tmp_path / "output"
    trouble = outputs({"GITHUB_OUTPUT": str(file)}, {"verdict": "pass", name: "x"})
    assert trouble.startswith("no outputs: ")
    assert trouble.isprintable()
    assert not file.exists()


def test_a_value_has_a_largest_size(tmp_path: Path) -> None:
    environ = {"GITHUB_OUTPUT": str(tmp_path / "output")}
    assert outputs(environ, {"a": "x" * OUTPUT_LIMIT}) == ""
    assert "characters" in outputs(environ, {"a": "x" * (OUTPUT_LIMIT + 1)})


@pytest.mark.parametrize("path", ["", "a\0b", "{folder}", "{folder}/none/file"])
def test_trouble_is_told_and_not_raised(tmp_path: Path, path: str) -> None:
    written = path.replace("{folder}", str(tmp_path))
    assert outputs({"GITHUB_OUTPUT": written}, {"a": "1"}).startswith("no outputs: ")
    assert summarise({"GITHUB_STEP_SUMMARY": written}, "x").startswith("no step summary: ")


def test_a_summary_is_counted_in_bytes_and_kept_whole(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    environ = {"GITHUB_STEP_SUMMARY": str(file)}
    assert summarise(environ, "é" * (SUMMARY_LIMIT // 2)) != ""
    assert not file.exists() or file.read_bytes() == b""
    assert summarise(environ, "x" * (SUMMARY_LIMIT - 1)) == ""
    assert file.stat().st_size == SUMMARY_LIMIT
    assert "GitHub's limit of 1048576" in summarise(environ, "")
    assert file.stat().st_size == SUMMARY_LIMIT


def test_half_a_character_is_no_trouble(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    assert summarise({"GITHUB_STEP_SUMMARY": str(file)}, "\ud800") == ""
    assert file.read_text(encoding="utf-8") == "\\ud800\n"

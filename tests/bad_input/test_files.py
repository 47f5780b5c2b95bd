"""Files that are not what they should be: a message with file and place, exit 2, no report but that of the error."""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.bad_input.screen import one_screen, refused

GOOD = '{"accuracy": 0.9}'
POLICY = "gate: 1\nrules: [accuracy > 0.8, accuracy >= baseline - 1]\n"


class Bad(NamedTuple):
    """Bytes, and what is said of them: words, and the line and column where it starts."""

    data: bytes
    words: str
    place: str = ""


def bomb(opened: str = "[", closed: str = "]", depth: int = 9) -> bytes:
    """Aliases that stand for ten to the power of nine values."""
    lines = [f"a0: &a0 {opened}{', '.join(['x'] * 10)}{closed}"]
    lines += [f"a{n}: &a{n} {opened}{', '.join([f'*a{n - 1}'] * 10)}{closed}" for n in range(1, depth + 1)]
    return "\n".join(lines).encode() + b"\n"


JSON = {
    "empty": Bad(b"", "the file is empty"),
    "blank": Bad(b" \n\t\r\n", "the file is empty"),
    "only a mark": Bad(codecs.BOM_UTF8, "the file is empty"),
    "latin-1": Bad('{"name": "café"}'.encode("latin-1"), "not UTF-8: byte 0xe9", ":1"),
    "utf-16": Bad(GOOD.encode("utf-16"), "UTF-16, not UTF-8"),
    "utf-16 without a mark": Bad(GOOD.encode("utf-16-le"), "zero bytes"),
    "binary": Bad(bytes(range(256)) * 40, "not"),
    "truncated": Bad(b'{\n  "accuracy": 0.9,\n  "f1":', "the text ends too early", ":3:8"),
    "truncated text": Bad(b'{"accuracy": 0.9, "f', "no closing quote", ":1:19"),
    "nothing but an opening": Bad(b"{", "the text ends too early", ":1:2"),
    "a last comma": Bad(b'{\n  "accuracy": 0.9,\n}', "take out the last comma", ":3:1"),
    "single quotes": Bad(b"{'accuracy': 0.9}", "JSON has double quotes", ":1:2"),
    "a comment": Bad(b'{"accuracy": 0.9} // good', "one file holds one document", ":1:19"),
    "two documents": Bad(b'{"accuracy": 0.9}\n{"accuracy": 0.8}\n', "one file holds one document", ":2:1"),
    "duplicate keys": Bad(b'{\n  "accuracy": 0.9,\n  "accuracy": 0.1\n}', "stands twice (first at line 2)", ":3:3"),
    "duplicate keys inside": Bad(b'{"val": {"f1": 0.9, "f1": 0.1}}', "`f1` stands twice", ":1:21"),
    "10,000 lists": Bad(b"[" * 10_000 + b"]" * 10_000, "nested deeper than 100 levels"),
    "10,000 mappings": Bad(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested deeper than 100 levels"),
    "100,000 open lists": Bad(b"[" * 100_000, "nested deeper than 100 levels"),
    "a million digits": Bad(b'{"accuracy": ' + b"9" * 1_000_000 + b"}", "a number of more than 400 digits", ":1:14"),
    "a million digits as a code": Bad(b'{"accuracy": -' + b"1" * 1_000_000 + b"}", "a number of more than 400 digits", ":1:14"),
    "a list": Bad(b"[0.9]", "metrics are a mapping of names to numbers; this is a list"),
    "a number": Bad(b"0.9", "metrics are a mapping"),
    "null": Bad(b"null", "metrics are a mapping of names to numbers; this is nothing"),
    "html": Bad(b"<!DOCTYPE html><title>502 Bad Gateway</title>", "not valid JSON", ":1:1"),
    "nothing in it": Bad(b"{}", "there is no measurement"),
    "half a character": Bad(b'{"a\\ud83d": 1}', "half of a character"),
}  # fmt: skip

YAML = {
    "latin-1": Bad("name: café\n".encode("latin-1"), "not UTF-8: byte 0xe9", ":1"),
    "tabs": Bad(b"val:\n\taccuracy: 0.9\n", "a tab cannot indent YAML: use blanks", ":2:1"),
    "a python object": Bad(b"accuracy: !!python/object/apply:os.system ['touch pwned']\n", "as a tag", ":1:11"),
    "a python name": Bad(b"!!python/name:os.system\n", "as a tag", ":1:1"),
    "a bomb": Bad(bomb(), "more than 2,000,000 values", ":7:10"),
    "a bomb of mappings": Bad(bomb().replace(b"[x", b"[{a: 1}, x"), "more than 2,000,000 values"),
    "10,000 lists": Bad(b"a: " + b"[" * 10_000 + b"]" * 10_000, "nested deeper than 100 levels", ":1:103"),
    "10,000 blocks": Bad(b"".join(b" " * n + b"a:\n" for n in range(10_000)), "nested deeper than 100 levels", ":101:101"),
    "a recursive alias": Bad(b"a: &a [*a]\n", "nothing above is named &a", ":1:8"),
    "an unknown alias": Bad(b"a: *b\n", "nothing above is named &b", ":1:4"),
    "a million digits": Bad(b"accuracy: " + b"9" * 1_000_000, "a number of more than 400 digits", ":1:11"),
    "duplicate keys": Bad(b"accuracy: 0.9\naccuracy: 0.1\n", "stands twice (first at line 1)", ":2:1"),
    "two documents": Bad(b"accuracy: 0.9\n---\naccuracy: 0.1\n", "one file holds one document", ":2:1"),
    "a key that is a list": Bad(b"? [a]\n: 1\n", "a key must be text", ":1:3"),
    "merge keys": Bad(b"a: &a {f1: 1}\nb: {<<: *a}\n", "merge keys", ":2:5"),
    "an unclosed quote": Bad(b"accuracy: 'x\n", "not valid YAML", ":1:11"),
    "a control character": Bad(b"accuracy: \x07\n", "not valid YAML"),
}  # fmt: skip

TOML = {
    "truncated": Bad(b"[val\naccuracy = 0.9\n", "not valid TOML", ":1:5"),
    "duplicate keys": Bad(b"a = 1\na = 2\n", "not valid TOML"),
    "10,000 lists": Bad(b"a = " + b"[" * 10_000 + b"]" * 10_000, "nested deeper than 100 levels"),
    "10,000 parts": Bad(b".".join([b"a"] * 10_000) + b" = 1\n", "nested deeper than 100 levels"),
    "a million digits": Bad(b"a = " + b"9" * 1_000_000, "digits"),
}
FORMS = {"json": JSON, "yaml": YAML, "toml": TOML}
FILES = [(f"m.{form}", bad) for form, some in FORMS.items() for bad in some.values()]
IDS = [f"{form}: {name}" for form, some in FORMS.items() for name in some]


@pytest.mark.parametrize(("file", "bad"), FILES, ids=IDS)
def test_metrics(desk, file: str, bad: Bad) -> None:
    """As an input."""
    desk.write("gate.yaml", POLICY)
    desk.write(file, bad.data)
    run = refused(desk, file)
    assert f"{file}{bad.place}" in run.err
    assert bad.words in run.err
    assert not (desk.folder / "pwned").exists()


@pytest.mark.parametrize(("file", "bad"), FILES[::3], ids=IDS[::3])
def test_a_baseline(desk, file: str, bad: Bad) -> None:
    """As `-b`: refused like an input, whatever the candidate is."""
    if bad.words == "there is no measurement":
        return  # a baseline may be empty: what it lacks is missing
    desk.write("gate.yaml", POLICY)
    desk.write("good.json", GOOD)
    desk.write(file, bad.data)
    assert f"{file}{bad.place}" in refused(desk, "good.json", "-b", file).err


@pytest.mark.parametrize(("file", "bad"), FILES[1::3], ids=IDS[1::3])
def test_a_baseline_that_the_policy_names(desk, file: str, bad: Bad) -> None:
    """Named in the policy: undecided, with the reason."""
    desk.write("gate.yaml", POLICY.replace("rules", f"baselines: {{baseline: ./{file}}}\nrules"))
    desk.write("good.json", GOOD)
    desk.write(file, bad.data)
    run = desk.run("check", "good.json", "--now", "2026-11-22")
    assert run.code == 3
    assert "the baseline cannot be read" in run.out or "is not in the baseline" in run.out
    one_screen(run.out)


@pytest.mark.parametrize(("file", "bad"), FILES[2::3], ids=IDS[2::3])
def test_standard_input(desk, monkeypatch: pytest.MonkeyPatch, file: str, bad: Bad) -> None:
    desk.write("gate.yaml", POLICY)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(bad.data)))
    run = refused(desk, "-", "--from", file[2:])
    assert f"<stdin>{bad.place}" in run.err


@pytest.mark.parametrize(
    "data", [codecs.BOM_UTF8 + GOOD.encode(), GOOD.replace(" ", "\r\n").encode(), b"\n\n" + GOOD.encode() + b"\n\n"]
)
def test_marks_and_line_ends_do_no_harm(desk, data: bytes) -> None:
    desk.rules("accuracy > 0.8")
    assert desk.check(data).code == 0


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_numbers_that_are_none(desk, literal: str) -> None:
    """Read as what they are: missing to a rule, never a pass."""
    desk.rules("accuracy > 0.8", "not accuracy <= 0.8")
    run = desk.check(f'{{"accuracy": {literal}}}', "-o", "r.json", "-o", "r.md")
    assert run.code == 3
    assert "`accuracy` is " in run.out
    one_screen(run.out)


@pytest.mark.parametrize(
    ("document", "literal"), [("yaml", ".nan"), ("yaml", ".inf"), ("yaml", "-.INF"), ("toml", "nan"), ("toml", "-inf")]
)
def test_numbers_that_are_none_in_other_forms(desk, document: str, literal: str) -> None:
    desk.rules("accuracy > 0.8")
    desk.write(f"m.{document}", f"accuracy {'=' if document == 'toml' else ':'} {literal}\n")
    assert desk.run("check", f"m.{document}", "--now", "2026-11-22").code == 3


# -- what is no file


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("gone.json", "gone.json: there is no such file"),
        ("gone/below.json", "gone/below.json: there is no such file"),
        ("gate.yaml/below.json", "gate.yaml/below.json: there is no such file"),
        ("folder", "folder: this is a folder, not a file"),
        ("x=folder", "folder: this is a folder, not a file"),
        ("pipe", "pipe: this is a device, a pipe or a socket"),
        ("/dev/zero", "/dev/zero: this is a device"),
        ("/dev/full", "/dev/full: this is a device"),
        ("loop.json", "loop.json: "),
        ("x" * 300 + ".json", "the file cannot be read: File name too long"),
        ("x=", "`x=` names no file"),
        ("", "there is no such file"),
    ],
)
def test_a_path_that_leads_to_no_file(desk, spec: str, words: str) -> None:
    desk.write("gate.yaml", POLICY)
    (desk.folder / "folder").mkdir()
    os.mkfifo(desk.folder / "pipe")
    os.symlink("loop.json", desk.folder / "loop.json")
    assert words in refused(desk, spec).err


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("gone.yaml", "gone.yaml: there is no such policy file"),
        ("folder", "folder: this is a folder, not a policy"),
        ("pipe", "pipe: this is a device, a pipe or a socket, not a policy"),
        ("/dev/zero", "/dev/zero: this is a device"),
        ("loop.yaml", "loop.yaml: the policy cannot be read: Too many levels of symbolic links"),
        ("x" * 300, "the policy cannot be read: File name too long"),
    ],
)
def test_a_policy_that_is_no_file(desk, spec: str, words: str) -> None:
    desk.write("m.json", GOOD)
    (desk.folder / "folder").mkdir()
    os.mkfifo(desk.folder / "pipe")
    os.symlink("loop.yaml", desk.folder / "loop.yaml")
    assert words in refused(desk, "m.json", "-p", spec).err


@pytest.mark.parametrize(("role", "most"), [("m.json", "64 MiB"), ("m.yaml", "64 MiB"), ("gate.yaml", "8 MiB")])
def test_200_megabytes(desk, role: str, most: str) -> None:
    """A sparse file: nothing of it is read."""
    desk.write("gate.yaml", POLICY)
    desk.write("m.json", GOOD)
    with Path(desk.folder / role).open("wb") as file:
        file.truncate(200 * 2**20)
    run = refused(desk, role if role != "gate.yaml" else "m.json")
    assert f"{role}: " in run.err
    assert most in run.err


def test_a_closed_standard_input(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("gate.yaml", POLICY)
    monkeypatch.setattr(sys, "stdin", None)
    assert "<stdin>: standard input is closed" in refused(desk, "-").err


def test_a_secret_that_a_planted_link_leads_to_is_not_quoted(desk) -> None:
    """Metrics come from the change: a link out of the folder must not print what it finds."""
    secret = desk.folder.parent / f"{desk.folder.name}.secret"
    secret.write_text("TOKEN=hunter2\n{{{\n")
    desk.write("gate.yaml", POLICY)
    for name in ("m.json", "m.yaml", "m.toml"):
        os.symlink(secret, desk.folder / name)
        assert "hunter2" not in refused(desk, name).said

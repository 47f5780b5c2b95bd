"""Opening files, and what their text is."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.errors import GateError, Problem
from gate.readers import source
from gate.readers.source import SourceFile, is_stdin, looks_like, open_path, open_stdin


def problem(path: Path | str) -> Problem:
    with pytest.raises(GateError) as caught:
        open_path(str(path))
    (only,) = caught.value.problems
    return only


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


# -- opening


def test_a_file_is_read_with_its_name_and_digest(tmp_path: Path) -> None:
    path = write(tmp_path, "m.json", b'{"a": 1}')
    file = open_path(str(path))
    assert (file.name, file.data, file.text) == (str(path), b'{"a": 1}', '{"a": 1}')
    assert file.document == {"a": 1}
    identity = file.source("metrics")
    assert (identity.name, identity.format) == (str(path), "metrics")
    assert identity.sha256 == "f9d86028c6e0d64e225186f96acb69338b2c59764df79162107f5c4bb34d1310"


def test_no_file(tmp_path: Path) -> None:
    path = tmp_path / "nothing.json"
    found = problem(path)
    assert found.slug == "no-such-file"
    assert str(found.where) == str(path)
    assert problem("").slug == "no-such-file"
    assert problem(write(tmp_path, "m.json", b"{}") / "inside").slug == "no-such-file"


def test_a_folder(tmp_path: Path) -> None:
    assert problem(tmp_path).slug == "is-a-directory"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    found = problem(tmp_path / "pipe.json")
    assert found.slug == "not-a-file"
    assert "`-`" in found.remedy


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_an_endless_device_is_refused() -> None:
    assert problem("/dev/zero").slug == "not-a-file"


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs /dev/fd")
def test_a_pipe_of_the_shell_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b'{"a": 1}')
    os.close(writing)
    assert open_path(f"/dev/fd/{reading}").document == {"a": 1}
    os.close(reading)


@pytest.mark.skipif(sys.platform == "win32", reason="needs permissions and another user")
def test_no_permission(tmp_path: Path) -> None:
    path = write(tmp_path, "m.json", b"{}")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything
        script = (
            f"import os; os.setgid(65534); os.setuid(65534); from gate.readers.source import open_path; open_path({str(path)!r})"
        )
        for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
            folder.chmod(0o755)
        done = subprocess.run([sys.executable, "-c", "import gate.readers.metrics;" + script], capture_output=True, text=True)
        assert "no permission to read the file" in done.stderr
    else:
        assert problem(path).slug == "no-permission"


def test_a_path_with_a_zero_byte(tmp_path: Path) -> None:
    assert problem(f"{tmp_path}/a\0b").slug == "unreadable"


def test_a_link_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "m.json").symlink_to("m.json")
    assert problem(tmp_path / "m.json").slug == "unreadable"


@pytest.mark.parametrize("data", [b"", b"\n", b" \t\r\n ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file(tmp_path: Path, data: bytes) -> None:
    found = problem(write(tmp_path, "m.json", data))
    assert found.slug == "empty-file"


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    found = problem(path)
    assert found.slug == "too-large"
    assert "64 MiB" in found.message


def test_a_file_at_the_limit_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "m.json", b'{"a": 1}' + b" " * (source.MAX_SIZE - 8))
    assert open_path(str(path)).document == {"a": 1}
    with path.open("ab") as stream:
        stream.write(b" ")
    assert problem(path).slug == "too-large"


# -- standard input


class Endless(io.RawIOBase):
    """A stream that never ends, and counts what is taken from it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size >= 0
        self.taken += size
        return b" " * size


def test_standard_input_is_read() -> None:
    file = open_stdin(io.BytesIO(b'{"a": 1}'))
    assert (file.name, file.document) == ("<stdin>", {"a": 1})


def test_an_endless_standard_input_is_cut_off() -> None:
    stream = Endless()
    with pytest.raises(GateError) as caught:
        open_stdin(stream)  # type: ignore[arg-type]
    assert caught.value.problems[0].slug == "too-large"
    assert stream.taken == source.MAX_SIZE + 1


def test_an_empty_or_closed_standard_input() -> None:
    closed = io.BytesIO(b"{}")
    closed.close()
    for stream, slug in ((io.BytesIO(b""), "empty-file"), (None, "unreadable"), (closed, "unreadable")):
        with pytest.raises(GateError) as caught:
            open_stdin(stream)
        assert caught.value.problems[0].slug == slug


@pytest.mark.parametrize(
    ("path", "stdin"),
    [
        ("-", True),
        ("/dev/stdin", True),
        ("/dev/fd/0", True),
        ("./-", False),
        ("--", False),
        ("stdin", False),
        ("/dev/fd/3", False),
    ],
)
def test_what_is_standard_input(path: str, stdin: bool) -> None:
    assert is_stdin(path) is stdin


# -- text


@pytest.mark.parametrize(
    ("data", "slug"),
    [
        (b'{"a": "\xff"}', "not-utf8"),
        (b'{"a": "\xc3"}', "not-utf8"),
        ("{}".encode("utf-16"), "not-utf8"),
        ("{}".encode("utf-32"), "not-utf8"),
        ("{}".encode("utf-16-le"), "not-text"),
        (b'{"a": 1}\0', "not-text"),
    ],
)
def test_what_is_not_utf8_text(data: bytes, slug: str) -> None:
    with pytest.raises(GateError) as caught:
        _ = SourceFile("m.json", data).document
    assert caught.value.problems[0].slug == slug


def test_utf16_without_a_mark_gets_the_remedy() -> None:
    with pytest.raises(GateError, match="save it as UTF-8"):
        _ = SourceFile("m.json", "{}".encode("utf-16-le")).text


def test_a_byte_order_mark_is_no_text() -> None:
    assert SourceFile("m.json", b'\xef\xbb\xbf{"a": 1}').document == {"a": 1}


# -- syntax


@pytest.mark.parametrize(
    ("name", "syntax"), [("m.json", "json"), ("m.JSON", "json"), ("m.yaml", "yaml"), ("m.yml", "yaml"), ("m.toml", "toml")]
)
def test_a_suffix_decides(name: str, syntax: str) -> None:
    assert SourceFile(name, b"anything").syntax == syntax


@pytest.mark.parametrize("name", ["metrics", "metrics.txt", "<stdin>", ".json", "a.json/metrics"])
def test_without_a_known_suffix_the_content_decides(name: str) -> None:
    assert SourceFile(name, b'{"a": 1}').document == {"a": 1}
    assert SourceFile(name, b"a: 1").document == {"a": 1}
    assert SourceFile(name, b"a = 1").document == {"a": 1}


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ('{"a": 1}', "json"),
        (' \n\t{"a"', "json"),
        ("[1, 2]", "json"),
        ('[{"a": 1}]', "json"),
        ("a = 1", "toml"),
        ("# note\n\na.b = 1", "toml"),
        ("[table]\na = 1", "toml"),
        ("[[rows]]\na = 1", "toml"),
        ("  [a.b] # note\n", "toml"),
        ("a: 1", "yaml"),
        ("---\na: 1", "yaml"),
        ("# note\na:\n  b: 1", "yaml"),
        ("- a\n- b", "yaml"),
        ("a:\r\n  b: 1", "yaml"),
        ("x,y\n1,2", ""),
        ("<html>a: b</html>", ""),
        ('<?xml version="1.0"?>\n<a xmlns:b="c"/>', ""),
        ("# HELP x y\nx 1\n", ""),
        ("just words", ""),
        ("", ""),
    ],
)
def test_what_a_text_looks_like(text: str, syntax: str) -> None:
    assert looks_like(text) == syntax


def test_a_given_syntax_wins() -> None:
    assert SourceFile("m.json", b"a: 1", syntax="yaml").document == {"a": 1}


def test_bytes_that_are_no_text_have_no_syntax() -> None:
    assert SourceFile("model.pb", b"\x00\xff\xfe").syntax == ""


def test_a_mapping_is_offered_without_errors() -> None:
    assert SourceFile("m.json", b'{"a": 1}').mapping == {"a": 1}
    for data in (b"[1]", b'{"a": ', b"\xff"):
        assert SourceFile("m.json", data).mapping is None
    assert SourceFile("m.csv", b"a,b").mapping is None


def test_a_document_is_parsed_once() -> None:
    file = SourceFile("m.json", b'{"a": 1}')
    assert file.document is file.document


# -- secrets that a planted link could lead to


def test_a_file_outside_that_a_link_led_to_is_not_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "credentials", b'{"token": s3cret}')
    work = tmp_path / "work"
    work.mkdir()
    (work / "metrics.json").symlink_to(tmp_path / "credentials")
    monkeypatch.chdir(work)
    with pytest.raises(GateError) as caught:
        _ = open_path("metrics.json", "json").document
    assert "s3cret" not in str(caught.value)
    assert "metrics.json:1:11" in str(caught.value)


def test_other_files_are_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "m.json", b'{"a": s3cret}').resolve()
    with pytest.raises(GateError, match="s3cret"):  # outside, and named
        _ = open_path(str(path)).document
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.json").symlink_to("m.json")
    with pytest.raises(GateError, match="s3cret"):  # a link that stays inside
        _ = open_path("link.json").document

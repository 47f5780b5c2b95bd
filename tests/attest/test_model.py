"""A model's digests: the ones of OpenSSF model signing, and what is no model."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from gate.attest.model import identified, root_digest
from gate.errors import GateError
from gate.terms.decision import ModelIdentity

# What model-signing 1.1.1 says of the folder that `written` makes.
KNOWN_ROOT = "4f9813ee3f86220c4638d06de5598bb9d77a8e34699164cd9ae489a05f54e15e"


def written(folder: Path) -> Path:
    """A folder whose order by text is not that by parts, with hidden and empty files, and what git keeps."""
    files = {
        "a/b": b"1", "a.txt": b"2", "a-b/c": b"3", "B": b"4", "b": b"", ".hidden": b"5", "x/.gitignore": b"6",
        "ä/ö.bin": b"7" * 3_000_000, ".git/config": b"no", ".gitignore": b"no", ".gitattributes": b"no",
        ".github/x.yml": b"no", "x/.git/y": b"8",
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "empty").mkdir()
    return folder


def one(path: Path, without: tuple[str, ...] = ()) -> ModelIdentity:
    (found,) = identified([str(path)], without)
    return found


def theirs(path: Path) -> dict[str, object]:
    """What the library itself would sign."""
    hashing = pytest.importorskip("model_signing.hashing")
    from google.protobuf import json_format
    from model_signing._signing.signing import Payload

    told: dict[str, object] = json_format.MessageToDict(Payload(hashing.hash(path)).statement.pb)
    return told


def slug_of(path: Path) -> str:
    with pytest.raises(GateError) as error:
        identified([str(path)])
    return error.value.problems[0].slug


@pytest.mark.parametrize("kind", ["folder", "file", "empty file"])
def test_digests_are_those_of_the_library(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path / "model")
    path = {"folder": path, "file": path / "a.txt", "empty file": path / "b"}[kind]
    ours, them = one(path), theirs(path)
    assert them["subject"] == [{"name": ours.name, "digest": {"sha256": ours.sha256}}]
    resources = [{"name": file.name, "algorithm": "sha256", "digest": file.sha256} for file in ours.files]
    assert them["predicate"]["resources"] == resources  # type: ignore[index]


def test_the_digest_of_a_folder_is_known(tmp_path: Path) -> None:
    found = one(written(tmp_path / "model"))
    assert found.sha256 == KNOWN_ROOT
    assert [file.name for file in found.files] == [
        ".hidden",
        "B",
        "a/b",
        "a-b/c",
        "a.txt",
        "b",
        "x/.git/y",
        "x/.gitignore",
        "ä/ö.bin",
    ]
    assert found.sha256 == root_digest(file.sha256 for file in found.files)


def test_the_digest_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    found = one(tmp_path / "model.bin")
    assert [(file.name, file.sha256) for file in found.files] == [(".", sha256(b"weights").hexdigest())]
    assert found.name == "model.bin"


@pytest.mark.parametrize("spelling", [".", "./", "../model", "../model/"])
def test_a_name_is_the_folders_own(tmp_path: Path, spelling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(written(tmp_path / "model"))
    assert identified([spelling])[0] == one(tmp_path / "model")


def test_an_attestation_in_the_model_is_no_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = one(written(tmp_path / "model"))
    attestation = tmp_path / "model" / "decision.intoto.json"
    attestation.write_text("{}")
    assert one(tmp_path / "model") != before
    assert one(tmp_path / "model", (str(attestation),)) == before
    monkeypatch.chdir(tmp_path)
    assert identified(["model"], ["model/decision.intoto.json"])[0] == before
    (tmp_path / "model" / "a" / "decision.intoto.json").write_text("{}")  # another one is a file like any
    assert one(tmp_path / "model", (str(attestation),)) != before


@pytest.mark.parametrize("at", ["weights.bin", "layers", "model"])
def test_a_link_is_refused_by_name(tmp_path: Path, at: str) -> None:
    path = written(tmp_path / "model")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "f").write_text("x")
    link = tmp_path / "linked" if at == "model" else path / at
    link.symlink_to(path if at == "model" else tmp_path / "elsewhere" / ("f" if at == "weights.bin" else ""))
    with pytest.raises(GateError, match="this is a link") as error:
        identified([str(link if at == "model" else path)])
    assert error.value.problems[0].where is not None
    assert error.value.problems[0].where.file == str(link)
    if at == "model":
        with pytest.raises(GateError, match="this is a link"):
            identified([f"{link}/"])


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "model")
    os.mkfifo(path / "pipe")
    assert slug_of(path) == "not-a-file"
    (path / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path / "s"))
        assert slug_of(path) == "not-a-file"
    assert slug_of(Path("/dev/null")) == "not-a-file"


def test_nothing_is_no_model(tmp_path: Path) -> None:
    assert slug_of(tmp_path) == "model-empty"
    assert slug_of(tmp_path / "nothing") == "no-such-file"
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    assert slug_of(tmp_path) == "model-empty"


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).write_text("x")
    assert slug_of(tmp_path) == "model-file-name"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "model")
    (path / "a.txt").chmod(0)
    assert slug_of(path) == "no-permission"


def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GateError, match="two models are called `m`"):
        identified([str(written(tmp_path / "1" / "m")), str(written(tmp_path / "2" / "m"))])


def test_two_models_have_a_digest_each(tmp_path: Path) -> None:
    first, second = written(tmp_path / "1"), written(tmp_path / "2")
    (second / "B").write_text("other")
    found = identified([str(first), str(second)])
    assert [each.name for each in found] == ["1", "2"]
    assert found[0].sha256 != found[1].sha256


# -- what changes meanwhile


class Meddler:
    """Does something once, when a file of this name is about to be opened."""

    name: str = ""

    def __init__(self) -> None:
        self.does: Callable[[], object] = lambda: None
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and self.name and str(arguments[0]).endswith(self.name):
            self.name = ""
            self.does()


@pytest.fixture(scope="module")
def meddler() -> Meddler:
    return Meddler()  # one for all: a hook stays


@pytest.mark.parametrize("opened", ["B", "b"])  # before it is read, and after it was
@pytest.mark.parametrize("what", ["rewritten", "longer", "swapped", "linked", "removed", "touched back"])
def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path, meddler: Meddler, what: str, opened: str) -> None:
    path = written(tmp_path / "model")
    file = path / "B"

    def meddle() -> None:
        if what in ("rewritten", "longer", "touched back"):
            before = file.stat()
            file.write_bytes(b"5" * (1 + (what == "longer")))
            if what == "touched back":
                os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
            return
        file.unlink()
        if what == "swapped":
            file.write_bytes(b"4")
        if what == "linked":
            (tmp_path / "same").write_bytes(b"4")
            file.symlink_to(tmp_path / "same")

    time.sleep(0.01)  # the clock of the file system may be coarse
    meddler.does, meddler.name = meddle, f"model/{opened}"
    expected = {"linked": "model-changed" if opened == "B" else "model-link"}.get(what, "model-changed")
    if what == "removed" and opened == "B":
        expected = "no-such-file"
    assert slug_of(path) == expected
    assert not meddler.name


def test_a_file_that_comes_meanwhile_is_refused(tmp_path: Path, meddler: Meddler) -> None:
    path = written(tmp_path / "model")
    meddler.does, meddler.name = lambda: (path / "new").write_text("x"), "model/b"
    with pytest.raises(GateError, match="new: this changed while the model was read"):
        one(path)


def test_a_folder_that_is_another_for_a_moment_is_refused(tmp_path: Path, meddler: Meddler) -> None:
    path = written(tmp_path / "model")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "b").write_bytes(b"?")

    def back() -> None:
        (path / "a").unlink()
        (tmp_path / "kept").rename(path / "a")

    def away() -> None:
        (path / "a").rename(tmp_path / "kept")
        (path / "a").symlink_to(tmp_path / "other")
        meddler.does, meddler.name = back, "model/a-b/c"

    meddler.does, meddler.name = away, "model/a/b"
    with pytest.raises(GateError, match="a/b: this changed while the model was read"):
        one(path)
    meddler.name = ""

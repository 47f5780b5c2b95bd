"""A baseline in a file beside the policy."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gate import registry
from gate.baselines.baseline import KINDS, Surroundings, kind_of
from gate.baselines.file import find
from gate.documents.files import FilesError
from gate.errors import Place, Problem
from gate.language.value import Doubt
from gate.terms.baseline import Baseline, Origin
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE
from tests.conftest import Desk


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "old.json").write_text(json.dumps({"recall": 0.9}))
    (tmp_path / "a=b.json").write_text(json.dumps({"recall": 0.8}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("./old.json", "file"),
        ("old.json", "file"),
        ("git:main", "git"),
        ("ci:main", "ci"),
        ("run:best(f1)", "run"),
        ("mlflow:models:/m@champion", "mlflow"),
        ("https://ml.example.com/#/experiments/1/runs/8df7", "mlflow"),
        ("C:/old.json", "file"),
        ("gitlab:main", "file"),
        ("git", "file"),
        (":x", "file"),
        ("./git:main", "file"),
    ],
)
def test_what_a_text_names(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_every_kind_that_there_is_has_a_module_or_a_prefix() -> None:
    assert set(registry.names("baselines")) <= {"file", *KINDS}


def taken(text: str, folder: str) -> Measurements | Doubt:
    found = find("baseline", text, Surroundings(folder=folder))
    return found if isinstance(found, Doubt) else found.measurements


@pytest.mark.parametrize(
    ("text", "beside", "value"),
    [
        ("./old.json", "policies", 0.9),
        ("old.json", "policies", 0.9),
        ("../a=b.json", "policies", 0.8),
        ("./a=b.json", "", 0.8),
        ("a=b.json", "", 0.8),
        ("./policies/old.json", "", 0.9),
    ],
)
def test_a_file_is_relative_to_the_policy(text: str, beside: str, value: float) -> None:
    found = taken(text, beside)
    assert isinstance(found, Measurements)
    measurement = found.get("recall", WHOLE)
    assert measurement is not None
    assert measurement.value == value


def test_what_it_is_called_and_where_it_was_taken() -> None:
    found = find("pinned", "./old.json", Surroundings(folder="policies"))
    assert isinstance(found, Baseline)
    assert (found.name, found.origin) == ("pinned", Origin("./old.json", "old.json"))


class Held:
    """A tree that is not on disk."""

    revision = "a" * 40

    def __init__(self, **files: bytes) -> None:
        self.files = {name.replace("__", "/") + ".json": data for name, data in files.items()}

    def is_file(self, path: str) -> bool:
        return path in self.files

    def read(self, path: str, most: int) -> bytes:
        if path not in self.files:
            raise FilesError(Problem("not-there", "there is no such file", Place(path)))
        return self.files[path][:most]

    def identity(self, path: str) -> str:
        return path


def test_a_policy_of_a_revision_names_files_of_that_revision() -> None:
    at = Surroundings(tree=Held(policies__old=b'{"recall": 0.5}'), folder="policies")
    found = find("baseline", "./old.json", at)
    assert isinstance(found, Baseline)
    assert found.origin == Origin("./old.json", "old.json", "a" * 40)
    measurement = found.measurements.get("recall", WHOLE)
    assert measurement is not None
    assert measurement.value == 0.5  # the work tree's says 0.9
    gone = find("baseline", "./new.json", at)
    assert isinstance(gone, Doubt)
    assert gone.slug == "no-baseline"


def test_an_absolute_path(folder: Path) -> None:
    assert isinstance(taken(str(folder / "policies" / "old.json"), "elsewhere"), Measurements)


def test_a_file_that_is_not_there() -> None:
    found = taken("./gone.json", "policies")
    assert isinstance(found, Doubt)
    assert (found.slug, found.text) == ("no-baseline", "there is no baseline file `./gone.json`")
    assert found.remedy


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("./odl.json", "did you mean `./old.json`? else give one: `-b FILE`"),
        ("old.jsn", "did you mean `old.json`? else give one: `-b FILE`"),
        ("../policies/odl.json", "did you mean `../policies/old.json`? else give one: `-b FILE`"),
        ("./production.json", "give one: `-b FILE`"),
        ("./nowhere/old.json", "give one: `-b FILE`"),
    ],
)
def test_a_file_that_is_called_almost_so_is_named(text: str, remedy: str) -> None:
    found = taken(text, "policies")
    assert isinstance(found, Doubt)
    assert (found.slug, found.remedy) == ("no-baseline", remedy)


def test_a_first_release_says_which_file_was_not_there(desk: Desk) -> None:
    desk.rules("recall >= baseline", head="baselines: {baseline: ./prodution.json}\n")
    desk.write("production.json", {"recall": 0.99})
    done = desk.check({"recall": 0.9}, "--first-release", "the first one")
    assert done.code == 0
    assert "there is no baseline file `./prodution.json`" in done.out
    assert "did you mean `./production.json`?" in done.out
    assert desk.check({"recall": 0.9}, "--first-release", "the first one", "-b", "prodution.json").code == 2


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1, "a": 2}', "\0", "[1, 2]"])
def test_a_file_that_cannot_be_read(content: str, folder: Path) -> None:
    (folder / "old.json").write_text(content)
    found = taken("./old.json", "")
    assert isinstance(found, Doubt)
    assert found.slug == "baseline-unreadable"
    assert found.text.startswith("the baseline cannot be read: ")
    assert "old.json" in found.remedy
    assert not found.weak


def test_a_folder_and_a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    for text in (".", "./policies", "./pipe"):
        found = taken(text, "")
        assert isinstance(found, Doubt)
        assert found.slug == "baseline-unreadable"


def test_a_file_called_like_standard_input_is_not_standard_input(folder: Path) -> None:
    (folder / "-").write_text(json.dumps({"recall": 0.7}))
    found = taken("-", "")
    assert isinstance(found, Measurements) or found.slug == "baseline-unreadable"

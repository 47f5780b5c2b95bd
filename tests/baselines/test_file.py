"""A baseline in a file beside the policy."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gate import registry
from gate.baselines.baseline import KINDS, kind_of
from gate.baselines.file import find
from gate.language.value import Doubt
from gate.terms.measurements import Measurements
from gate.terms.slice import WHOLE


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
    found = find(text, beside)
    assert isinstance(found, Measurements)
    measurement = found.get("recall", WHOLE)
    assert measurement is not None
    assert measurement.value == value


def test_an_absolute_path(folder: Path) -> None:
    assert isinstance(find(str(folder / "policies" / "old.json"), "elsewhere"), Measurements)


def test_a_file_that_is_not_there() -> None:
    found = find("./gone.json", "policies")
    assert isinstance(found, Doubt)
    assert (found.slug, found.text) == ("no-baseline", "there is no baseline file `./gone.json`")
    assert found.remedy


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1, "a": 2}', "\0", "[1, 2]"])
def test_a_file_that_cannot_be_read(content: str, folder: Path) -> None:
    (folder / "old.json").write_text(content)
    found = find("./old.json", "")
    assert isinstance(found, Doubt)
    assert found.slug == "baseline-unreadable"
    assert found.text.startswith("the baseline cannot be read: ")
    assert "old.json" in found.remedy
    assert not found.weak


def test_a_folder_and_a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    for text in (".", "./policies", "./pipe"):
        found = find(text, "")
        assert isinstance(found, Doubt)
        assert found.slug == "baseline-unreadable"


def test_a_file_called_like_standard_input_is_not_standard_input(folder: Path) -> None:
    (folder / "-").write_text(json.dumps({"recall": 0.7}))
    found = find("-", "")
    assert isinstance(found, Measurements) or found.slug == "baseline-unreadable"

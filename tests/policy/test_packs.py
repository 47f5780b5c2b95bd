"""Where the packs and the schema lie."""

from __future__ import annotations

import os
from pathlib import Path

from gate.policy import packs


def test_the_names_are_those_of_the_files() -> None:
    files = {path.stem for path in Path(packs.folder()).glob("*.yaml")}
    assert set(packs.names()) == files
    assert {"classification", "operations", "precision-critical", "recall-critical", "regression"} <= files
    assert packs.names() == sorted(packs.names())


def test_every_name_leads_to_its_file() -> None:
    for name in packs.names():
        assert packs.path_of(name) == os.path.join(packs.folder(), f"{name}.yaml")
        assert Path(packs.path_of(name)).is_file()


def test_the_schema_lies_beside_them() -> None:
    assert Path(packs.folder(), "gate.schema.json").is_file()
    assert "gate.schema" not in packs.names()

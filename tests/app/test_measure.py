"""Measuring, without a command line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from gate.app.measure import FORMS, MeasureRequest, measure, render
from gate.app.outputs import wanted
from gate.errors import InputError, UsageError
from gate.terms.slice import WHOLE


def test_inputs_merge_and_names_stand_before(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"accuracy": 0.9, "val": {"f1": 0.8}}')
    (tmp_path / "b.yaml").write_text("accuracy: 0.7\n")
    table = measure(MeasureRequest(inputs=[f"train={tmp_path}/a.json", f"test={tmp_path}/b.yaml"]))
    assert table.names == ["train.accuracy", "train.val.f1", "test.accuracy"]
    assert [source.format for source in table.sources] == ["metrics", "metrics"]


def test_standard_input_is_read_once() -> None:
    table = measure(MeasureRequest(inputs=["-"], stdin=io.BytesIO(b'{"a": 1}')))
    found = table.get("a", WHOLE)
    assert found is not None
    assert found.value == 1
    with pytest.raises(UsageError, match="only once"):
        measure(MeasureRequest(inputs=["-", "x=-"], stdin=io.BytesIO(b'{"a": 1}')))


def test_nothing_to_measure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to measure"):
        measure(MeasureRequest(inputs=[]))
    (tmp_path / "a.json").write_text('{"losses": [1, 2], "note": "0.9"}')
    with pytest.raises(InputError, match=r"no measurement(.|\n)*`losses`: a list of 2; `note`: text"):
        measure(MeasureRequest(inputs=[str(tmp_path / "a.json")]))


def test_a_format_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_text('{"eval_loss": 0.5, "eval_runtime": 2, "eval_samples_per_second": 4}')
    table = measure(MeasureRequest(inputs=[str(tmp_path / "a")], reader="metrics"))
    assert table.sources[0].format == "metrics"
    with pytest.raises(UsageError, match="not one of the readers"):
        measure(MeasureRequest(inputs=[str(tmp_path / "a")], reader="nonsense"))


def test_forms_are_those_of_measurements(tmp_path: Path) -> None:
    found = wanted(["m.json", "m.md", "m.txt", "json=m"], FORMS, "measurements")
    assert [output.form for output in found] == ["json", "markdown", "text", "json"]
    with pytest.raises(UsageError, match="cannot be written as junit"):
        wanted(["m.xml"], FORMS, "measurements")
    (tmp_path / "a.json").write_text('{"a": 1}')
    table = measure(MeasureRequest(inputs=[str(tmp_path / "a.json")]))
    assert render("json", table).startswith("{\n")
    assert render("markdown", table).startswith("## 1 measurement")
    assert render("text", table).startswith("gate measure")

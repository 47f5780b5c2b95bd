"""INPUTs: paths, standard input, names for files; and mappings from Python."""

from __future__ import annotations

import io
import math
import subprocess
import sys
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gate.errors import GateError, InputError, Problem, UsageError
from gate.readers.inputs import merge, read_inputs, read_mapping
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements, Unused
from gate.terms.slice import WHOLE, Slice


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")
    return name


def values(found: Measurements) -> dict[str, Any]:
    return {item.metric: item.value for item in found if item.slice == WHOLE}


def problem(*specs: str, **options: Any) -> Problem:
    with pytest.raises(GateError) as caught:
        read_inputs(specs, **options)
    (only,) = caught.value.problems
    return only


# -- one input


def test_a_path() -> None:
    found = read_inputs([write("m.json", '{"a": 1}')])
    assert values(found) == {"a": 1}
    (identity,) = found.sources
    assert (identity.name, identity.format, len(identity.sha256)) == ("m.json", "metrics", 64)


def test_standard_input() -> None:
    for spec in ("-", "/dev/stdin"):
        found = read_inputs([spec], stdin=io.BytesIO(b"a: 1"))
        assert values(found) == {"a": 1}
        assert found.sources[0].name == "<stdin>"


def test_a_name_goes_before_every_measurement() -> None:
    write("m.yaml", "f1: 0.9\nnote: x\nslices:\n- slice: {c: 1}\n  metrics: {f1: 0.5}\n")
    found = read_inputs(["val=m.yaml"])
    assert values(found) == {"val.f1": 0.9, "val.note": None}
    assert found.get("val.f1", Slice.of({"c": "1"})) is not None
    assert found.unused == (Unused("val.note", "text"),)
    assert found.sources[0].name == "m.yaml"


def test_standard_input_may_have_a_name() -> None:
    assert values(read_inputs(["val=-"], stdin=io.BytesIO(b'{"a": 1}'))) == {"val.a": 1}


@pytest.mark.parametrize("spec", ["./a=b.json", "out/a=b.json", "1=b.json", "a b=c.json", "=b.json", "-a=b.json"])
def test_what_cannot_be_a_name_is_part_of_the_path(spec: str) -> None:
    write(spec, '{"a": 1}')
    assert values(read_inputs([spec])) == {"a": 1}


def test_a_path_that_reads_like_a_name_is_one_even_if_the_file_exists() -> None:
    write("a=b.json", '{"a": 1}')
    assert problem("a=b.json").slug == "no-such-file"
    write("b.json", '{"a": 2}')
    assert values(read_inputs(["a=b.json"])) == {"a.a": 2}


@pytest.mark.parametrize("name", ["val", "_v", "val-2", "v.al", "Val2"])
def test_names(name: str) -> None:
    assert values(read_inputs([f"{name}={write('m.json', '{}')}", "m.json"])) == {}


def test_the_path_after_a_name_may_hold_anything() -> None:
    write("x=y z.json", '{"a": 1}')
    assert values(read_inputs(["val=x=y z.json"])) == {"val.a": 1}


def test_a_name_without_a_file_is_refused() -> None:
    found = problem("val=")
    assert found.slug == "no-such-file"
    assert "val=FILE" in found.remedy


def test_from_says_the_format() -> None:
    write("m", "a = 1")
    assert values(read_inputs(["m"], format="metrics")) == {"a": 1}
    assert values(read_inputs(["m"], format="toml")) == {"a": 1}
    assert problem("m", format="json").slug == "json-syntax"
    with pytest.raises(UsageError):
        read_inputs(["m"], format="nonsense")


def test_a_file_of_no_known_format_is_refused() -> None:
    assert problem(write("m.dat", "a,b\n1,2\n")).slug == "unknown-format"


def test_rows_that_nothing_describes_are_refused() -> None:
    assert problem(write("m.csv", "a,b\n1,2\n")).slug == "no-definition"


def test_no_input_is_no_measurement() -> None:
    assert len(read_inputs([])) == 0


# -- several


def test_several_merge() -> None:
    found = read_inputs([write("a.json", '{"a": 1, "x": "t"}'), write("b.yaml", "b: 2"), write("c.toml", "c = 3")])
    assert values(found) == {"a": 1, "x": None, "b": 2, "c": 3}
    assert [source.name for source in found.sources] == ["a.json", "b.yaml", "c.toml"]
    assert found.unused == (Unused("x", "text"),)


def test_the_same_in_two_files_is_read_once() -> None:
    found = read_inputs([write("a.json", '{"a": 1, "b": null}'), write("b.json", '{"b": null, "a": 1}')])
    assert values(found) == {"a": 1, "b": None}


def test_the_same_file_twice_is_one_source() -> None:
    assert len(read_inputs([write("a.json", '{"a": 1}'), "a.json"]).sources) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('{"loss": 1}', '{"loss": 2}'),
        ('{"loss": 1}', '{"loss": true}'),
        ('{"loss": 1}', '{"loss": null}'),
        ('{"loss": 1}', '{"loss": {"value": 1, "n": 4}}'),
        ('{"a.b": 1}', '{"a": {"b": 2}}'),
    ],
)
def test_a_disagreement_names_both_files(first: str, second: str) -> None:
    found = problem(write("train.json", first), write("val.json", second))
    assert found.slug == "measured-twice"
    assert str(found.where) == "val.json"
    assert "train.json" in found.remedy
    assert "val=val.json" in found.remedy


def test_a_name_settles_a_disagreement() -> None:
    write("train.json", '{"loss": 1}')
    write("val.json", '{"loss": 2}')
    assert values(read_inputs(["train.json", "val=val.json"])) == {"loss": 1, "val.loss": 2}


def test_a_name_may_cause_a_disagreement() -> None:
    write("a.json", '{"val": {"loss": 1}}')
    write("b.json", '{"loss": 2}')
    assert problem("a.json", "val=b.json").slug == "measured-twice"


@pytest.mark.parametrize("specs", [["-", "-"], ["-", "/dev/stdin"], ["-", "val=-"]])
def test_standard_input_can_be_read_once(specs: list[str]) -> None:
    assert problem(*specs, stdin=io.BytesIO(b"{}")).slug == "stdin-twice"


def test_the_limit_holds_for_all_files_together() -> None:
    rows = ",".join(f'"m{i}": 1' for i in range(60_000))
    write("a.json", f"{{{rows}}}")
    assert problem("a.json", "b=a.json").slug == "too-many-measurements"


def test_aliases_merge_and_may_not_lead_to_two_names() -> None:
    one = Measurements.of([Measurement("t.acc", 1)], {"t.acc,none": "t.acc"})
    two = Measurements.of([Measurement("u.acc", 1)], {"u.acc,none": "u.acc"})
    other = Measurements.of([Measurement("v.acc", 1)], {"t.acc,none": "v.acc"})
    assert merge([one, two]).aliases == {"t.acc,none": "t.acc", "u.acc,none": "u.acc"}
    with pytest.raises(InputError, match="would stand for"):
        merge([one, other])


# -- mappings from Python


class Colour(str, Enum):
    RED = "red"


class Size(IntEnum):
    BIG = 3


def test_a_mapping_is_read_like_a_file() -> None:
    found = read_mapping(
        {"a": 0.5, "b": {"c": 1}, "r": {"value": 0.9, "n": 10, "interval": (0.8, 1.0)}, "f": True, "t": "x", "n": None}
    )
    assert values(found) == {"a": 0.5, "b.c": 1, "r": 0.9, "f": True, "t": None, "n": None}
    recall = found.get("r", WHOLE)
    assert recall is not None
    assert recall.support.interval is not None
    assert str(recall.where) == "metrics"
    assert [(source.name, source.format, len(source.sha256)) for source in found.sources] == [("metrics", "metrics", 64)]


def test_the_digest_is_of_what_the_mapping_says() -> None:
    def digest(mapping: dict[Any, Any]) -> str:
        return read_mapping(mapping).sources[0].sha256

    assert digest({"a": 1, "b": 2.5}) == digest({"b": np.float64(2.5), "a": np.int64(1)})
    assert digest({"a": 1}) != digest({"a": 2})
    assert digest({"a": math.nan}) == digest({"a": math.nan})


@pytest.mark.parametrize(
    ("raw", "value", "kind"),
    [
        (np.float64(0.85), 0.85, float),
        (np.float32(0.5), 0.5, float),
        (np.int64(3), 3, int),
        (np.bool_(True), True, bool),
        (np.array(0.5), 0.5, float),
        (np.array([0.5]), 0.5, float),
        (np.longdouble(0.5), 0.5, float),
        (np.ma.array([0.5], mask=[False]), 0.5, float),
        (np.ma.array([0.5], mask=[True]), None, type(None)),
        (np.ma.array([0.5, 0.75], mask=True).mean(), None, type(None)),
        (Decimal("0.85"), 0.85, float),
        (Fraction(1, 4), 0.25, float),
        (Size.BIG, 3, int),
        (np.float64("nan"), None, type(None)),
        (np.float32("inf"), None, type(None)),
        (np.str_("0.9"), None, type(None)),
        (Colour.RED, None, type(None)),
        (1j, None, type(None)),
        (object(), None, type(None)),
        (Decimal("sNaN"), None, type(None)),
    ],
)
def test_scalars_become_plain(raw: object, value: object, kind: type) -> None:
    (item,) = read_mapping({"m": raw})
    assert item.value == value
    assert type(item.value) is kind
    assert bool(item.problem) is (value is None)


def test_arrays_are_lists() -> None:
    found = read_mapping({"curve": np.zeros(3), "pair": (1, 2), "r": {"value": 0.5, "interval": np.array([0.4, 0.6])}})
    assert values(found) == {"r": 0.5}
    assert found.unused == (Unused("curve", "a list of 3"), Unused("pair", "a list of 2"))


def test_keys_become_text() -> None:
    found = read_mapping({2: 0.5, np.int64(3): 0.5, True: 0.5, 2.5: 0.5, Colour.RED: 0.5, np.str_("x"): 0.5})
    assert list(values(found)) == ["2", "3", "true", "2.5", "red", "x"]
    assert all(type(item.metric) is str for item in found)


def test_keys_that_are_no_names_are_refused() -> None:
    for mapping, slug in (({("a", "b"): 1}, "bad-key"), ({None: 1}, "bad-key"), ({1: 1, "1": 1}, "duplicate-key")):
        with pytest.raises(InputError) as caught:
            read_mapping(mapping)
        assert caught.value.problems[0].slug == slug


def test_a_mapping_that_holds_itself_is_refused() -> None:
    mapping: dict[str, Any] = {}
    mapping["a"] = mapping
    with pytest.raises(InputError) as caught:
        read_mapping(mapping)
    assert caught.value.problems[0].slug == "too-deep"


def test_slices_from_python() -> None:
    found = read_mapping({"slices": [{"slice": {"age": np.float64(18.0)}, "metrics": {"f1": np.float64(0.5)}}]})
    assert [(str(item.slice), item.value) for item in found] == [("age=18", 0.5)]


# -- what gets loaded


def test_a_json_file_loads_neither_yaml_nor_toml_nor_numpy() -> None:
    write("m.json", '{"a": {"value": 0.5, "n": 4}, "slices": [{"slice": {"c": 1}, "metrics": {"a": 0.5}}]}')
    script = "import sys; from gate.readers.inputs import read_inputs; read_inputs(['m.json']); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "gate.readers.metrics" in loaded
    assert loaded.isdisjoint({"yaml", "tomllib", "tomli", "numpy", "unicodedata", "gate.documents.yaml", "gate.readers.python"})

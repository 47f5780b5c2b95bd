"""pytest-benchmark: seconds, rounds as n, and a standard error of the mean."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from gate.errors import InputError
from gate.readers import pytest_benchmark
from gate.readers.source import SourceFile
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.slice import Slice

SAMPLE = Path(__file__).parents[1] / "samples" / "pytest-benchmark" / "benchmark.json"
STATS = {"min": 1.0, "max": 3.0, "mean": 2.0, "median": 2.0, "stddev": 0.5, "rounds": 4, "ops": 0.5}


def benchmark(name: str, file: str = "test_a.py", **more: Any) -> dict[str, Any]:
    return {"name": name, "fullname": f"{file}::{name}", "params": None, "param": None, "stats": STATS, **more}


def source(*benchmarks: Any) -> SourceFile:
    return SourceFile("b.json", json.dumps({"machine_info": {}, "benchmarks": list(benchmarks)}).encode())


def read(*benchmarks: Any) -> Measurements:
    return pytest_benchmark.read(source(*benchmarks))


def get(table: Measurements, name: str, **columns: str) -> Measurement:
    found = table.get(name, Slice.of(columns))
    assert found is not None, (name, list(table))
    return found


def test_the_tools_own_file_is_read() -> None:
    raw = json.loads(SAMPLE.read_text())
    table = pytest_benchmark.read(SourceFile("b.json", SAMPLE.read_bytes()))
    for each in raw["benchmarks"]:
        found = get(table, "test_predict.median", n=str(each["params"]["n"]))
        assert (found.value, found.unit, found.support.n) == (each["stats"]["median"], "s", each["stats"]["rounds"])
        assert found.better is Direction.LOWER
    assert get(table, "test_predict.ops", n="10").better is Direction.HIGHER
    assert "test_b.py::test_predict.median" in table.aliases


def test_rounds_and_deviation_give_the_mean_its_standard_error() -> None:
    found = get(read(benchmark("test_x")), "test_x.mean").support
    assert (found.n, found.std, found.stderr) == (4, 0.5, 0.5 / sqrt(4))
    single = benchmark("test_x", stats={**STATS, "rounds": 1, "stddev": 0})
    assert get(read(single), "test_x.mean").support.stderr is None


def test_parameters_are_slices_and_names_need_no_quotes() -> None:
    table = read(benchmark("test_x[a b::c]", params={"p": "a b::c"}, param="a b::c"))
    assert get(table, "test_x.mean", p="a b::c").value == 2


@pytest.mark.parametrize("params", [{"p": "UNSERIALIZABLE[<object>]"}, {"p": [1]}, None, {"": 1}])
def test_parameters_that_are_no_values_go_by_the_id_of_pytest(params: Any) -> None:
    pair = (benchmark(f"test_x[{each}]", params=params, param=each) for each in ("one", "two"))
    assert len(read(*pair).slices_of("test_x.mean")) == 2


def test_functions_of_one_name_in_two_files_keep_their_files() -> None:
    table = read(benchmark("test_x"), benchmark("test_x", file="test_b.py"))
    assert "test_x.mean" not in table
    assert get(table, "test_a.py::test_x.mean").value == get(table, "test_b.py::test_x.mean").value == 2


def test_numbers_of_extra_info_are_measurements() -> None:
    table = read(benchmark("test_x", extra_info={"recall": 0.9, "note": "warm"}))
    assert get(table, "test_x.extra.recall").value == 0.9
    assert [each.name for each in table.unused] == ["test_x.note"]


def test_an_endless_rate_has_no_value() -> None:
    assert get(read(benchmark("test_x", stats={**STATS, "ops": float("inf")})), "test_x.ops").problem == "infinite"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("x", "`benchmarks[0]` is text, not a mapping"),
        (benchmark("test_x", stats=[]), "`benchmarks[0].stats` is an empty list, not a mapping"),
        ({**benchmark("test_x"), "fullname": 1}, "`benchmarks[0].fullname` is a number, not text"),
        (benchmark("test_x", stats={**STATS, "rounds": "4"}), "`n` is text, not a number"),
        (benchmark("test_x", stats={**STATS, "rounds": -4}), "`n` is negative"),
        (benchmark("test_x", extra_info=[1]), "`benchmarks[0].extra_info` is a list of 1, not a mapping"),
    ],
)
def test_a_broken_file_is_refused(broken: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(broken)
    assert said in str(caught.value)
    assert str(caught.value).startswith("b.json: ")


def test_the_same_benchmark_twice_is_refused() -> None:
    with pytest.raises(InputError, match="measured twice"):
        read(benchmark("test_x"), benchmark("test_x", stats={**STATS, "mean": 9.0}))


@pytest.mark.parametrize("document", [{"benchmarks": []}, {"benchmarks": 1, "machine_info": {}}, []])
def test_others_are_not_recognised(document: Any) -> None:
    assert not pytest_benchmark.recognises(SourceFile("b.json", json.dumps(document).encode()))

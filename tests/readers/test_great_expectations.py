"""Great Expectations: percents of the right denominator, and an expectation that broke is neither met nor missed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.errors import InputError
from gate.readers import great_expectations
from gate.readers.source import SourceFile
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.slice import Slice

SAMPLE = Path(__file__).parents[1] / "samples" / "great-expectations" / "validation_result.json"


def result(success: Any = True, type: str = "t", exception: Any = None, severity: str = "", **kwargs: Any) -> dict[str, Any]:  # noqa: A002
    config = {"type": type, "kwargs": kwargs, "severity": severity}
    return {"success": success, "expectation_config": config, "result": {}, "exception_info": exception}


def source(*results: Any, **more: Any) -> SourceFile:
    met = sum(each.get("success") is True for each in results if isinstance(each, dict))
    statistics = {"evaluated_expectations": len(results), "successful_expectations": met, "success_percent": None}
    document = {"success": met == len(results), "results": list(results), "statistics": statistics, **more}
    return SourceFile("v.json", json.dumps(document).encode())


def read(*results: Any, **more: Any) -> Measurements:
    return great_expectations.read(source(*results, **more))


def get(table: Measurements, name: str, **columns: str) -> Measurement:
    found = table.get(name, Slice.of(columns))
    assert found is not None, (name, table.names)
    return found


def test_the_tools_own_result_is_read() -> None:
    table = great_expectations.read(SourceFile("v.json", SAMPLE.read_bytes()))
    percent = get(table, "success_percent")
    assert (percent.value, percent.unit, percent.support.k, percent.support.n) == (pytest.approx(100 / 3), "%", 1, 3)
    assert percent.better is Direction.HIGHER
    assert get(table, "success").value is False
    assert get(table, "expect_table_row_count_to_be_between.observed_value").value == 4
    assert get(table, "expect_column_values_to_be_unique.x_y.success").value is False
    assert table.aliases["statistics.success_percent"] == "success_percent"


def test_unexpected_percent_is_of_the_values_that_are_there() -> None:
    table = great_expectations.read(SourceFile("v.json", SAMPLE.read_bytes()))
    name = "expect_column_values_to_be_between.age"
    found = get(table, f"{name}.unexpected_percent")
    assert (found.value, found.unit, found.support.n, found.support.k) == (pytest.approx(100 / 3), "%", 3, 1)
    assert found.better is Direction.LOWER
    assert get(table, f"{name}.unexpected_percent_total").support.n == 4
    assert (get(table, f"{name}.missing_percent").value, get(table, f"{name}.missing_percent").support.n) == (25, 4)


FLAT = {"raised_exception": True, "exception_message": "x"}
BY_METRIC = {"('column.max', 'a', ())": {"raised_exception": True, "exception_message": "no such column"}}


@pytest.mark.parametrize("exception", [FLAT, BY_METRIC])
@pytest.mark.parametrize("success", [True, False])
def test_an_expectation_that_broke_is_neither_met_nor_missed(exception: Any, success: bool) -> None:
    table = read(result(), result(success, type="u", exception=exception))
    assert (get(table, "success_percent").value, get(table, "success_percent").support.n) == (100, 1)
    assert (get(table, "error_rate").value, get(table, "error_rate").support.n) == (0.5, 2)
    assert get(table, "u.success").value is None
    assert get(table, "success").value is False


def test_no_expectations_give_no_percent() -> None:
    found = get(read(), "success_percent")
    assert (found.value, found.problem) == (None, "measured on no rows (n is 0)")


def test_severities_are_slices() -> None:
    table = read(result(severity="critical"), result(False, type="u", severity="warning"))
    assert get(table, "success_percent", severity="critical").value == 100
    assert get(table, "success_percent", severity="warning").value == 0


def test_two_of_one_type_and_column_are_told_apart() -> None:
    table = read(result(column="a", min_value=0), result(column="a", min_value=5))
    assert {"t.a.min_value_0.success", "t.a.min_value_5.success"} <= set(table.names)


def test_pairs_and_lists_of_columns_are_in_the_name() -> None:
    table = read(result(column_A="a", column_B="b"), result(column_list=["c", "d e"]))
    assert {"t.a.b.success", "t.c.d_e.success"} <= set(table.names)


def test_a_column_without_values_has_no_percent() -> None:
    inside = {"element_count": 4, "missing_count": 4, "unexpected_count": 0, "unexpected_percent": None}
    found = get(read({**result(column="a"), "result": inside}), "t.a.unexpected_percent")
    assert (found.value, found.support.n) == (None, 0)


def test_the_description_of_a_checkpoint_is_refused() -> None:
    file = SourceFile("c.json", b'{"success": true, "statistics": {"evaluated_validations": 1}, "validation_results": []}')
    assert great_expectations.recognises(file)
    with pytest.raises(InputError) as caught:
        great_expectations.read(file)
    assert caught.value.problems[0].slug == "checkpoint-description"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (source("x"), "`results[0]` is text, not a mapping"),
        (source(result("true")), "`results[0].success` is text, not true or false"),
        (source(result(), success=1), "`success` is a number, not true or false"),
        (source(result(), results=[]), "`statistics` says 1 expectations, `results` holds 0"),
        (source(result(), statistics={"evaluated_expectations": "1"}), "`statistics` says '1' expectations"),
        (source(result(), results={}), "`results` is an empty mapping, not a list"),
        (source({**result(), "expectation_config": None}), "`results[0].expectation_config` is null, not a mapping"),
        (source({**result(), "exception_info": "x"}), "`results[0].exception_info` is text, not a mapping"),
        (source({**result(), "result": [1]}), "`results[0].result` is a list of 1, not a mapping"),
        (
            source({**result(), "result": {"element_count": 4, "unexpected_count": 1, "unexpected_percent": 50.0}}),
            "`value` is 50.0, but `k` of `n` is 25.0",
        ),
    ],
)
def test_a_broken_result_is_refused(broken: SourceFile, said: str) -> None:
    with pytest.raises(InputError) as caught:
        great_expectations.read(broken)
    assert said in str(caught.value)


def test_the_same_expectation_with_two_outcomes_is_refused() -> None:
    with pytest.raises(InputError, match="measured twice"):
        read(result(), result(False))


@pytest.mark.parametrize(
    "document", [{"success": True}, {"success": True, "statistics": {}}, {"statistics": {"evaluated_expectations": 1}}]
)
def test_others_are_not_recognised(document: Any) -> None:
    assert not great_expectations.recognises(SourceFile("v.json", json.dumps(document).encode()))

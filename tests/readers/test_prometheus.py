"""Prometheus and OpenMetrics text: labels are slices, and what only counts or dates is no measurement."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import InputError
from gate.readers import prometheus
from gate.readers.source import SourceFile
from gate.terms.measurement import Measurement
from gate.terms.measurements import Measurements
from gate.terms.slice import Slice

SAMPLES = Path(__file__).parents[1] / "samples" / "prometheus"


def source(text: str) -> SourceFile:
    return SourceFile("m.prom", text.encode())


def read(text: str) -> Measurements:
    return prometheus.read(source(text))


def get(table: Measurements, name: str, **columns: str) -> Measurement:
    found = table.get(name, Slice.of(columns))
    assert found is not None, (name, list(table))
    return found


@pytest.mark.parametrize("name", ["exposition.prom", "exposition.om"])
def test_the_tools_own_text_is_read(name: str) -> None:
    table = prometheus.read(SourceFile(name, (SAMPLES / name).read_bytes()))
    assert get(table, "model_f1", model="v2", slice='lang="de"').value == 0.87
    assert get(table, "model_f1", model="v2", slice="en").value == 0.91
    assert get(table, "model_test_rows").value == 1000
    assert get(table, "nanny").problem == "not a number (NaN)"
    mean = get(table, "latency_seconds.mean")
    assert (mean.value, mean.support.n) == (pytest.approx(0.35), 3)


@pytest.mark.parametrize("name", ["exposition.prom", "exposition.om"])
def test_created_series_and_buckets_are_no_measurements(name: str) -> None:
    """In classic text the time of creation is a gauge with a TYPE of its own."""
    table = prometheus.read(SourceFile(name, (SAMPLES / name).read_bytes()))
    assert [each.name for each in table.unused] == ["latency_seconds_created", "latency_seconds_bucket"]
    assert not any(each.endswith(("_created", "_bucket")) for each in table.names)


def test_a_gauge_that_only_looks_created_stays() -> None:
    assert get(read("# TYPE jobs_created gauge\njobs_created 7\n"), "jobs_created").value == 7


def test_counters_of_openmetrics_keep_their_total() -> None:
    table = read("# TYPE hits counter\nhits_total 5\nhits_created 1.7e9\n# EOF\n")
    assert table.names == ["hits_total"]


def test_counters_of_classic_text_lose_their_creation_too() -> None:
    text = "# TYPE hits_total counter\nhits_total 5\n# TYPE hits_created gauge\nhits_created 1.7e9\n"
    assert read(text).names == ["hits_total"]


def test_quantiles_of_a_summary_are_percentiles_with_n() -> None:
    table = read('# TYPE t summary\nt{quantile="0.5",a="b"} 1\nt{quantile="0.999",a="b"} 4\nt_sum{a="b"} 20\nt_count{a="b"} 10\n')
    assert (get(table, "t.p50", a="b").value, get(table, "t.p50", a="b").support.n) == (1, 10)
    assert get(table, "t.p99.9", a="b").value == 4
    assert get(table, "t.mean", a="b").value == 2


def test_a_histogram_of_nothing_has_no_mean() -> None:
    mean = get(read("# TYPE t histogram\nt_sum 0\nt_count 0\n"), "t.mean")
    assert (mean.value, mean.problem) == (None, "measured on no rows (n is 0)")


def test_a_unit_is_read() -> None:
    assert get(read("# TYPE t gauge\n# UNIT t seconds\nt 1\n# EOF\n"), "t").unit == "s"


def test_values_of_labels_may_hold_anything() -> None:
    table = read('# TYPE m gauge\nm{a="x,y=\\"}\\\\",b="1\\n2", c = "" ,} 0.5 1700000000000\n')
    assert get(table, "m", a='x,y="}\\', b="1\n2").value == 0.5


def test_names_in_quotes_are_read() -> None:
    table = read('# TYPE "my.metric" gauge\n{"my.metric", "the label"="x"} 0.5\n')
    assert get(table, "my.metric", **{"the label": "x"}).value == 0.5


def test_exemplars_and_times_are_passed_over() -> None:
    text = '# TYPE t counter\nt_total{a="b"} 17 1520879607.789 # {trace_id="#1"} 0.67\n# EOF\n'
    assert get(read(text), "t_total", a="b").value == 17


@pytest.mark.parametrize("written", ["NaN", "+Inf", "-Inf", "1e999", "nan"])
def test_what_is_not_finite_has_no_value(written: str) -> None:
    assert get(read(f"# TYPE m gauge\nm {written}\n"), "m").value is None


def test_information_is_no_measurement() -> None:
    table = read('# TYPE build info\nbuild_info{version="1"} 1\n# EOF\n')
    assert (len(table), table.unused[0].name) == (0, "build_info")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("m", "`m` is not a name with a number"),
        ("m 1_000", "is not a name with a number"),
        ("m 0x1p3", "is not a name with a number"),
        ("m 1 2 3", "is not a name with a number"),
        ("m one", "is not a name with a number"),
        ('m{a="b} 1', "has a label without a value"),
        ("m{a=b} 1", "has a label without a value"),
        ('m{a="b" 1', "has labels that do not end"),
        ('m{a="b",a="c"} 1', "has the label `a` twice"),
        ('m{"n",a="b"} 1', "has two names"),
        ('{a="b"} 1', "has no name"),
        ("m{", "has labels that do not end or begin"),
        ("# TYPE m number", "no type of metric"),
        ("# TYPE m counter", "`m` has two types"),
        ("\u202ex 1", "`\\u202ex 1` has no name"),
    ],
)
def test_a_broken_line_is_refused_with_its_number(line: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(f"# TYPE m gauge\n{line}\n")
    problem = caught.value.problems[0]
    assert said in problem.message
    assert str(problem.where) in ("m.prom:2", "m.prom:2:1")
    assert problem.slug == "broken-format"


def test_a_wrong_quantile_is_refused() -> None:
    with pytest.raises(InputError, match="not between 0 and 1"):
        read('# TYPE t summary\nt{quantile="2"} 1\n')


def test_two_expositions_in_one_file_are_refused() -> None:
    with pytest.raises(InputError, match="more after `# EOF`"):
        read("# TYPE m gauge\nm 1\n# EOF\nm 2\n")


def test_the_same_series_twice_is_refused() -> None:
    with pytest.raises(InputError, match="measured twice"):
        read('# TYPE m gauge\nm{a="1",b="2"} 1\nm{b="2",a="1"} 2\n')


@pytest.mark.parametrize("text", ["# TYPE a gauge\n", "# HELP a x\r\n# TYPE a gauge\r\na 1\r\n", '# TYPE "a" gauge\n{"a"} 1'])
def test_it_is_recognised(text: str) -> None:
    assert prometheus.recognises(source(text)) == ("1" in text)


@pytest.mark.parametrize("text", ["# TYPE a gauge\na: 1\n", "a 1\n", '{"a": "# TYPE a gauge"}', "# TYPE a gauge\n[a]\nb = 1\n"])
def test_others_are_not(text: str) -> None:
    assert not prometheus.recognises(source(text))

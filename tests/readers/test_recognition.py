"""Every sample is known to exactly one reader, and plain metrics to none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate import registry
from gate.readers.reader import choose
from gate.readers.source import SourceFile

SAMPLES = Path(__file__).parents[1] / "samples"
FORMATS = {
    "k6/summary-export.json": "k6",
    "k6/handle-summary-data.json": "k6",
    "k6/machine-readable-summary.json": "k6",
    "junit/pytest.xml": "junit",
    "pytest-benchmark/benchmark.json": "pytest-benchmark",
    "prometheus/exposition.prom": "prometheus",
    "prometheus/exposition.om": "prometheus",
    "prometheus/query-response.json": "prometheus-api",
    "lightning/metrics.csv": "lightning",
    "keras/csvlogger.csv": "keras",
    "evidently/snapshot-json.json": "evidently",
    "evidently/legacy-report.json": "evidently-legacy",
    "great-expectations/validation_result.json": "great-expectations",
    "tfma/metrics-readable.json": "tfma",
    "tensorboard/events.out.tfevents.sample.0": "tensorboard",
}


@pytest.mark.parametrize(("path", "name"), FORMATS.items())
def test_a_sample_is_known_to_its_reader_alone(path: str, name: str) -> None:
    file = SourceFile(str(SAMPLES / path), (SAMPLES / path).read_bytes())
    assert choose(file, None)[0] == name
    assert [each for each in registry.names("readers") if registry.load("readers", each).recognises(file)] in (
        [name],
        ["metrics", name],
    )


@pytest.mark.parametrize("path", FORMATS)
def test_a_sample_is_known_without_its_file_name(path: str) -> None:
    assert choose(SourceFile("<stdin>", (SAMPLES / path).read_bytes()), None)[0] == FORMATS[path]


@pytest.mark.parametrize(
    "text",
    [
        '{"accuracy": 0.9}',
        '{"metrics": {"a": 1}, "results": [], "status": "success", "success": true, "statistics": {}, "benchmarks": []}',
        '{"slices": [{"slice": {"a": 1}, "metrics": {"epoch": 2, "step": 3}}]}',
        "# TYPE a gauge\naccuracy: 0.9\n",
        "# a\n[metrics]\nepoch = 1\n",
        "epoch: 1\nstep: 2,3\n",
        "[]",
    ],
)
def test_plain_metrics_are_known_to_no_reader_of_another_tool(text: str) -> None:
    for name in registry.names("readers"):
        if name != "metrics":
            for file_name in ("m.json", "m.yaml", "<stdin>"):
                assert not registry.load("readers", name).recognises(SourceFile(file_name, text.encode())), name

"""gate's own decision as an input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.app.check import decide
from gate.app.clock import clock
from gate.app.evidence import stated
from gate.errors import GateError
from gate.policy.load import loads
from gate.readers import decision
from gate.readers.inputs import read_inputs, read_mapping
from gate.record import replace
from gate.reports.json import render
from gate.terms.case import Case
from gate.terms.decision import Decision
from gate.terms.slice import WHOLE, Slice

METRICS: dict[str, Any] = {
    "recall": {"value": 0.91, "n": 400},
    "bad": None,
    "ok": True,
    "nan": float("nan"),
    "slices": [{"slice": {"region": "eu"}, "metrics": {"recall": {"value": 0.8, "n": 10}}}],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def decided() -> Decision:
    policy = loads("gate: 1\nname: m\nrules: [recall >= baseline]\n", "2026-11-22")
    table = replace(read_mapping(METRICS), cases=(Case("1", "exact", 1.0, True),))
    return decide([policy], table, stated(read_mapping({"recall": 0.9})), clock("2026-11-22"))


def written(text: str | None = None, **changed: Any) -> str:
    document = {**json.loads(render(decided())), **changed}
    Path("decision.json").write_text(json.dumps(document) if text is None else text)
    return "decision.json"


def test_the_candidate_comes_back_as_it_was_judged() -> None:
    found, before = read_inputs([written()]), read_mapping(METRICS)
    assert found.sources[0].format == "decision"
    assert found.names == before.names
    for item in before:
        again = found.get(item.metric, item.slice)
        assert again is not None
        assert again.same_as(item)
    assert found.get("recall", Slice.of({"region": "eu"})) is not None
    assert [case.id for case in found.cases] == ["1"]


def test_what_is_judged_again_is_judged_the_same() -> None:
    policy = loads("gate: 1\nname: m\nrules: [recall >= 0.9, nan > 0, 'recall[region=*] > 0.85']\n", "2026-11-22")
    first, again = (
        decide([policy], table, None, clock("2026-11-22")) for table in (read_mapping(METRICS), read_inputs([written()]))
    )
    assert again.findings == first.findings
    assert again.verdict == first.verdict


@pytest.mark.parametrize(
    ("candidate", "slug"),
    [
        ({"measurements": [{"metric": "recall", "value": 0.9, "support": {"n": -1}}]}, "bad-evidence"),
        ({"measurements": [{"metric": "recall", "value": 0.9, "support": {"k": 5, "n": 4}}]}, "bad-evidence"),
        ({"measurements": [{"metric": "recall", "value": "NaN"}]}, "malformed-decision"),
        ({"measurements": [{"metric": "recall", "value": 0.9}, {"metric": "recall", "value": 0.99}]}, "malformed-decision"),
        ({"measurements": [{"metric": "x" * 1001, "value": 0.9}]}, "name-too-long"),
        ({"measurements": [{"metric": "x", "value": 1, "slice": {"a": "\ud800"}}]}, "half-a-character"),
        ({"measurements": [{"metric": "recall", "value": "0.9"}]}, "malformed-decision"),
        ({"measurements": [{"metric": "recall", "value": 0.9, "better": "up"}]}, "malformed-decision"),
        ({"measurements": [], "cases": [{"id": "1"}]}, "malformed-decision"),
    ],
)
def test_what_a_metrics_file_may_not_hold_a_decision_may_not(candidate: Any, slug: str) -> None:
    with pytest.raises(GateError) as error:
        read_inputs([written(candidate=candidate)])
    assert [problem.slug for problem in error.value.problems] == [slug]


def test_a_decision_without_measurements_says_what_had_gone_wrong() -> None:
    text = render(Decision(decided().verdict.ERROR, messages=("gate.yaml:1:1: this is off\n  mend it",)))
    with pytest.raises(GateError) as error:
        read_inputs([written(text)])
    (problem,) = error.value.problems
    assert problem.slug == "no-measurements"
    assert problem.remedy == "it says why: gate.yaml:1:1: this is off"


def test_a_later_format_is_recognised_and_refused() -> None:
    with pytest.raises(GateError) as error:
        read_inputs([written(format=2)])
    assert error.value.problems[0].slug == "malformed-decision"
    assert "format 1 only" in error.value.problems[0].message


def test_an_alias_leads_to_a_name_that_there_is() -> None:
    table = {"measurements": [{"metric": "a_b", "value": 1}], "aliases": {"a/b": "a_b", "x": "gone"}}
    found = read_inputs([written(candidate=table)])
    assert dict(found.aliases) == {"a/b": "a_b"}
    assert found.get("a/b", WHOLE) is not None


def test_names_alone_do_not_make_a_decision() -> None:
    Path("m.json").write_text('{"verdict": 1, "exit_code": 0, "format": 2}')
    assert read_inputs(["m.json"]).names == ["verdict", "exit_code", "format"]
    assert decision.__doc__

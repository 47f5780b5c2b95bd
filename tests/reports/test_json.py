from __future__ import annotations

import json
import math
from pathlib import Path
from runpy import run_path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gate.reports.json as report
from gate.errors import InputError, Place
from gate.reports.json import read, render
from gate.terms.baseline import Baseline, Origin
from gate.terms.case import Case, LostCase
from gate.terms.decision import (
    Certainty,
    Decision,
    Finding,
    InputIdentity,
    Level,
    ModelFile,
    ModelIdentity,
    Outcome,
    Part,
    PolicyIdentity,
    Read,
    Reason,
    Share,
    UsedWaiver,
    Verdict,
)
from gate.terms.measurement import Interval, Measurement, Support
from gate.terms.measurements import Measurements
from gate.terms.metric import Direction
from gate.terms.revision import Proposed, ProposedChange, Revision
from gate.terms.slice import Slice

decisions = run_path(str(Path(__file__).parents[1] / "looks" / "decisions.py"))
GOLDEN: dict[str, Decision] = decisions["GOLDEN"]
EVERY = {**GOLDEN, "extreme": decisions["EXTREME"]}
SCHEMA = json.loads(Path(report.__file__).with_name("decision.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

texts = st.text(max_size=8)
numbers = st.floats(allow_nan=False) | st.integers(-(10**20), 10**20)
maybe = st.none() | numbers
values = st.none() | st.booleans() | numbers
counts = st.integers(0, 10**6)
slices = st.dictionaries(texts, texts, max_size=2).map(Slice.of)
reasons = st.builds(Reason, slug=texts, text=texts, remedy=texts)
intervals = st.builds(Interval, low=numbers, high=numbers, confidence=numbers)
outcomes, verdicts = st.sampled_from(Outcome), st.sampled_from(Verdict)


def few(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=2).map(tuple)


parts = st.builds(
    Part, text=texts, left=values, operator=texts, right=values, margin=maybe, outcome=outcomes, reasons=few(reasons)
)
reads = st.builds(Read, of=texts, metric=texts, slice=slices, value=values, n=maybe, interval=st.none() | intervals)
shares = st.builds(Share, slice=slices, value=numbers, before=numbers, n=numbers, contribution=numbers)
waivers = st.builds(UsedWaiver, until=texts, why=texts, by=texts, floor=texts)
places = st.builds(Place, file=texts, line=counts, column=counts)
certainties = st.builds(
    Certainty, confidence=numbers, alpha=numbers, p_above=numbers, p_below=numbers, low=maybe, high=maybe, method=texts,
    n=maybe, of=texts, provable=maybe, more=maybe, why=texts, shown=st.none() | intervals, family=maybe,
)  # fmt: skip
findings = st.builds(
    Finding, rule=texts, policy=texts, expression=texts, outcome=outcomes, effect=verdicts, level=st.sampled_from(Level),
    slice=slices, value=values, operator=texts, threshold=values, margin=maybe, interval=st.none() | intervals, n=maybe,
    unit=texts, baseline=texts, baseline_value=maybe, reasons=few(reasons), notes=few(reasons), parts=few(parts),
    reads=few(reads), shares=few(shares), waiver=st.none() | waivers, evidence=st.sampled_from(["claimed", "measured"]),
    why=texts, owner=texts, blocks_from=texts, where=st.none() | places,
    certainty=st.none() | certainties,
)  # fmt: skip
policies = st.builds(
    PolicyIdentity, name=texts, file=texts, sha256=texts, rules=counts, advisory=st.booleans(), extends=few(texts)
)
inputs = st.builds(InputIdentity, role=texts, name=texts, format=texts, sha256=texts)
models = st.builds(ModelIdentity, name=texts, sha256=texts, files=few(st.builds(ModelFile, name=texts, sha256=texts)))
supports = st.builds(Support, n=maybe, k=maybe, stderr=maybe, interval=st.none() | intervals)
measurements = st.builds(
    Measurement, metric=texts, value=values, slice=slices, support=supports, unit=texts,
    better=st.none() | st.sampled_from(Direction), problem=texts,
)  # fmt: skip
cases = st.builds(
    Case, id=texts, metric=texts, score=maybe, passed=st.none() | st.booleans(), slice=slices, repeat=counts, error=texts
)
tables = st.builds(
    lambda items, aliases, found: Measurements.of(items, aliases, cases=found),
    few(measurements), st.dictionaries(texts, texts, max_size=2), few(cases),
)  # fmt: skip
origins = st.builds(Origin, source=texts, label=texts, commit=texts, at=texts, verdict=texts, url=texts)
baselines = st.builds(Baseline, name=texts, origin=origins, measurements=tables)
lost = st.builds(LostCase, id=texts, metric=texts, baseline=texts, before=numbers, now=numbers, slice=slices)
revisions = st.builds(Revision, ref=texts, commit=texts, by=texts, first=st.booleans())
relations = st.sampled_from(["looser", "changed", "tighter"])
changes = st.builds(ProposedChange, relation=relations, before=texts, after=texts, remarks=few(texts))
proposals = st.builds(
    Proposed, files=few(texts), loosened=st.booleans(), changes=few(changes), verdict=texts, messages=few(texts)
)
decisions_ = st.builds(
    Decision, verdict=verdicts, findings=few(findings), policies=few(policies), inputs=few(inputs), messages=few(texts),
    model=few(models),
    notes=few(reasons), unused=few(texts), candidate=st.none() | tables, baselines=few(baselines), lost=few(lost),
    revision=st.none() | revisions, proposed=st.none() | proposals, commit=texts, run_url=texts,
    judged_at=texts, simulated=st.booleans(),
    gate_version=texts, format=st.just(1),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(decisions_)
def test_what_is_written_is_read_back(decision: Decision) -> None:
    text = render(decision)
    assert read(text) == decision
    assert render(read(text)) == text
    VALIDATOR.validate(json.loads(text))


@pytest.mark.parametrize("name", EVERY)
def test_every_golden_decision_fits_the_schema_and_comes_back(name: str) -> None:
    text = render(EVERY[name])
    VALIDATOR.validate(json.loads(text))
    assert read(text) == EVERY[name]


def test_the_schema_is_one_and_describes_every_field() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == {*Decision.__slots__, "exit_code", "advisory"}
    assert set(SCHEMA["$defs"]["finding"]["properties"]) == set(Finding.__slots__)
    assert all("description" in each for each in SCHEMA["properties"].values() if "$ref" not in each)


def test_the_same_decision_is_the_same_bytes() -> None:
    text = render(GOLDEN["failing"])
    assert text == render(GOLDEN["failing"])
    assert text.isascii()
    assert text.endswith("\n}\n")
    keys = list(json.loads(text))
    assert keys == sorted(keys)
    assert '"value": 0.812' in text
    assert '"exit_code": 1' in text


def test_a_finding_is_a_line() -> None:
    lines = render(GOLDEN["failing"]).splitlines()
    assert sum(line.startswith('  {"') and '"outcome"' in line for line in lines) == len(GOLDEN["failing"].findings)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_are_words(value: float) -> None:
    finding = Finding("r", "p", "r", Outcome.MISSING, Verdict.UNDECIDED, Level.BLOCK, value=value, n=value)
    text = render(Decision(Verdict.UNDECIDED, (finding,)))
    json.loads(text, parse_constant=lambda word: pytest.fail(f"a bare {word}"))
    VALIDATOR.validate(json.loads(text))
    assert str(read(text).findings[0].value) == str(value)


@pytest.mark.parametrize("value", [False, 0.0, -0.0, True])
def test_a_value_that_is_nothing_much_is_there_all_the_same(value: float | bool) -> None:
    back = read(render(Decision(Verdict.PASS, (Finding("r", "p", "r", Outcome.PASS, Verdict.PASS, Level.BLOCK, value=value),))))
    assert back.findings[0].value is value or (
        str(back.findings[0].value) == str(value) and type(back.findings[0].value) is float
    )


def changed(**changes: Any) -> str:
    data = json.loads(render(GOLDEN["failing"]))
    data.update(changes)
    return json.dumps({key: value for key, value in data.items() if value is not None})


def in_finding(**changes: Any) -> str:
    data = json.loads(render(GOLDEN["failing"]))
    data["findings"][0].update(changes)
    return json.dumps(data)


MALFORMED = {
    "empty": ("", "not JSON"),
    "truncated": (render(GOLDEN["failing"])[:-40], "not JSON"),
    "a list": ("[]", "a mapping with `format` is needed"),
    "metrics": ('{"accuracy": 0.85}', "a mapping with `format` is needed"),
    "a newer format": (changed(format=2), "format: this version of gate reads format 1 only"),
    "a true format": (changed(format=True), "a mapping with `format` is needed"),
    "no verdict": (changed(verdict=None), "`verdict` is missing"),
    "another verdict": (changed(verdict="maybe"), "verdict: one of pass, warn, undecided, fail, error is needed"),
    "a verdict that is a list": (changed(verdict=["pass"]), "verdict: one of"),
    "a verdict against the exit code": (changed(verdict="pass"), "exit_code: 0 is what follows from the rest"),
    "an exit code against the verdict": (changed(exit_code=0), "exit_code: 1 is what follows from the rest"),
    "an exit code that is true": (changed(exit_code=True), "exit_code: 1 is what follows from the rest"),
    "no exit code": (changed(exit_code=None), "exit_code: 1 is what follows from the rest"),
    "advisory against the policies": (changed(advisory=True), "advisory: false is what follows from the rest"),
    "an unknown key": (changed(extra=1), "`extra` is not known here"),
    "findings as a mapping": (changed(findings={}), "findings: a list is needed"),
    "a text as a value": (in_finding(value="0.9"), "findings[0].value: a number is needed"),
    "a margin that is true": (in_finding(margin=True), "findings[0].margin: a number is needed"),
    "null": (in_finding(value=None), "findings[0].value: a number is needed"),
    "a slice of numbers": (in_finding(slice={"a": 1}), "findings[0].slice.a: a text is needed"),
    "a line below zero": (in_finding(where={"file": "f", "line": -1, "column": 0}), "findings[0].where.line: a whole number"),
    "evidence of another kind": (in_finding(evidence="felt"), "findings[0].evidence: one of claimed, measured is needed"),
    "a key twice": ('{"format": 1, "format": 1}', "a key stands there twice"),
    "NaN": ('{"format": NaN}', "NaN is not a number of JSON"),
    "too large a number": ('{"format": 1e999}', "too large a number"),
    "very many digits": ('{"format": ' + "9" * 5000 + "}", "too many digits"),
    "very deep": ('{"format":' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_decision_is_refused_with_the_place(name: str) -> None:
    text, message = MALFORMED[name]
    with pytest.raises(InputError) as caught:
        read(text, file="old.json")
    (problem,) = caught.value.problems
    assert problem.slug == "malformed-decision"
    assert message in problem.message
    assert str(problem.where).startswith("old.json")
    assert problem.remedy


scraps = st.sampled_from([None, True, 0, -1, 0.5, "", "pass", "fail", [], {}, [1], {"a": "b"}, "NaN", "claimed", 1, 1.0])


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_reader_and_schema_refuse_the_same(data: st.DataObject) -> None:
    document = json.loads(render(GOLDEN[data.draw(st.sampled_from(["failing", "undecided", "warning", "error"]))]))
    spot: Any = document
    while isinstance(spot, (dict, list)) and spot:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(spot[key], (dict, list)) or not spot[key] or data.draw(st.booleans()):
            action = data.draw(st.sampled_from(["replace", "remove", "add"]))
            if action == "remove":
                del spot[key]
            elif action == "add" and isinstance(spot, dict):
                spot[data.draw(st.sampled_from(["extra", "n", "slice", "remedy"]))] = data.draw(scraps)
            else:
                spot[key] = data.draw(scraps)
            break
        spot = spot[key]
    fits = VALIDATOR.is_valid(document)
    try:
        read(json.dumps(document))
    except InputError:
        assert not fits
    else:
        assert fits

"""The main job, from a request to a decision."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from gate import __version__
from gate.app.check import CheckRequest, check, commit_of, decide, failed, files_of
from gate.app.clock import Clock, clock
from gate.app.evidence import stated
from gate.app.judging import load_all
from gate.errors import GateError, InputError, PolicyError, UsageError
from gate.hosts.facts import Facts
from gate.policy.load import loads
from gate.readers.inputs import read_mapping
from gate.terms.decision import Outcome, UsedWaiver, Verdict

NOW = "2026-11-22"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, content: Any) -> str:
    Path(name).write_text(content if isinstance(content, str) else json.dumps(content))
    return name


def rules(*rules: str, head: str = "", name: str = "gate.yaml") -> str:
    return write(name, f"gate: 1\nname: {name.partition('.')[0]}\n{head}rules:\n" + "".join(f"  - {rule}\n" for rule in rules))


def test_a_decision() -> None:
    rules("a > 1", "{check: b > 1, level: warn}")
    write("m.json", {"a": 2, "b": 0, "c": 5})
    found = check(
        CheckRequest(inputs=["m.json"], now=NOW, environ={"CIRCLECI": "true", "CIRCLE_SHA1": "0123456789abcdef" * 2 + "01234567"})
    )
    assert (found.verdict, found.exit_code, found.passed) == (Verdict.WARN, 0, True)
    assert [(finding.rule, finding.outcome) for finding in found.findings] == [("a > 1", Outcome.PASS), ("b > 1", Outcome.FAIL)]
    assert [(each.name, each.file, each.rules) for each in found.policies] == [("gate", "gate.yaml", 2)]
    assert [(each.role, each.name) for each in found.inputs] == [("metrics", "m.json")]
    assert found.unused == ("c",)
    assert found.candidate is not None
    assert found.candidate.names == ["a", "b", "c"]
    assert (found.judged_at, found.simulated, found.gate_version) == ("2026-11-22T00:00:00Z", True, __version__)
    assert found.commit.startswith("0123456789abcdef")


def test_the_same_question_has_the_same_answer() -> None:
    rules("a > 1", "b > 1")
    write("m.json", {"a": 2, "b": 0})
    request = CheckRequest(inputs=["m.json"], now=NOW)
    assert check(request) == check(request)


def test_inputs_merge_and_take_names() -> None:
    rules("train.a - test.a <= 1", "b > 1")
    for name, content in (("train.json", {"a": 2}), ("test.json", {"a": 1}), ("more.json", {"b": 2})):
        write(name, content)
    found = check(CheckRequest(inputs=["train=train.json", "test=test.json", "more.json"], now=NOW))
    assert found.verdict is Verdict.PASS
    assert [each.name for each in found.inputs] == ["train.json", "test.json", "more.json"]


def test_standard_input() -> None:
    rules("a > 1")
    found = check(CheckRequest(inputs=["-"], now=NOW, stdin=io.BytesIO(b'{"a": 2}')))
    assert found.verdict is Verdict.PASS
    assert found.inputs[0].name == "<stdin>"


def test_a_baseline() -> None:
    rules("a >= baseline")
    write("m.json", {"a": 2})
    write("old.json", {"a": 3})
    assert check(CheckRequest(inputs=["m.json"], baselines=["old.json"], now=NOW)).verdict is Verdict.FAIL
    assert check(CheckRequest(inputs=["m.json"], now=NOW)).verdict is Verdict.UNDECIDED


def test_the_environment_names_the_policy() -> None:
    rules("a > 1")
    rules("a > 5", name="other.yaml")
    write("m.json", {"a": 2})
    assert check(CheckRequest(inputs=["m.json"], now=NOW)).verdict is Verdict.PASS
    assert check(CheckRequest(inputs=["m.json"], now=NOW, environ={"GATE_POLICY": "other.yaml"})).verdict is Verdict.FAIL
    request = CheckRequest(inputs=["m.json"], policies=["gate.yaml"], now=NOW, environ={"GATE_POLICY": "other.yaml"})
    assert check(request).verdict is Verdict.PASS


def test_all_policies_must_hold() -> None:
    rules("a > 1")
    rules("b > 1", name="other.yaml")
    write("m.json", {"a": 2, "b": 0})
    found = check(CheckRequest(inputs=["m.json"], policies=["gate.yaml", "other.yaml"], now=NOW))
    assert found.verdict is Verdict.FAIL
    assert found.name == "gate + other"
    assert [finding.policy for finding in found.findings] == ["gate.yaml", "other.yaml"]


def test_the_reader_can_be_said() -> None:
    rules("a > 1")
    write("metrics", "a: 2\n")
    assert check(CheckRequest(inputs=["metrics"], reader="yaml", now=NOW)).verdict is Verdict.PASS
    with pytest.raises(UsageError):
        check(CheckRequest(inputs=["metrics"], reader="nonsense", now=NOW))


@pytest.mark.parametrize(
    ("request_", "error", "slug"),
    [
        (CheckRequest(inputs=[], now=NOW), UsageError, "no-input"),
        (CheckRequest(inputs=["m.json"], now="yesterday"), UsageError, "bad-clock"),
        (CheckRequest(inputs=["m.json"], baselines=["m.json"], now=NOW), UsageError, "same-file"),
        (CheckRequest(inputs=["gone.json"], now=NOW), InputError, "no-such-file"),
        (CheckRequest(inputs=["m.json"], baselines=["gone.json"], now=NOW), InputError, "no-such-file"),
        (CheckRequest(inputs=["m.json"], policies=["gone.yaml"], now=NOW), PolicyError, "policy-not-found"),
        (CheckRequest(inputs=["empty.json"], now=NOW), InputError, "no-measurements"),
        (CheckRequest(inputs=["m.json", "m2.json"], now=NOW), InputError, "measured-twice"),
        (CheckRequest(inputs=["-", "x=-"], now=NOW), UsageError, "stdin-twice"),
        (CheckRequest(inputs=["m.json"], baselines=["old.json"], first_release="why", now=NOW), UsageError, "not-first-release"),
    ],
)
def test_what_cannot_be_checked(request_: CheckRequest, error: type[GateError], slug: str) -> None:
    rules("a > 1")
    for name, content in (("m.json", {"a": 2}), ("m2.json", {"a": 3}), ("old.json", {"a": 1}), ("empty.json", {})):
        write(name, content)
    with pytest.raises(error) as raised:
        check(request_)
    assert raised.value.problems[0].slug == slug
    assert raised.value.exit_code == 2


def test_mistakes_of_all_policies_are_told_together() -> None:
    rules("a => 1")
    rules("b => 1", name="other.yaml")
    with pytest.raises(PolicyError) as error:
        load_all(["gate.yaml", "other.yaml", "gone.yaml"], clock(NOW))
    assert [str(each.where).partition(":")[0] for each in error.value.problems] == ["gate.yaml", "other.yaml", "gone.yaml"]


def test_a_first_release_covers_what_is_not_there_yet_beside_what_is() -> None:
    (Path("gate.yaml")).write_text("gate: 1\nbaselines: {fixed: old.json, best: run:latest}\nrules: [a >= fixed, a >= best]\n")
    write("m.json", {"a": 2})
    write("old.json", {"a": 1})
    request = CheckRequest(inputs=["m.json"], first_release="the first run", now=NOW)
    found = check(request)
    assert [(each.outcome, each.effect) for each in found.findings] == [
        (Outcome.PASS, Verdict.PASS),
        (Outcome.MISSING, Verdict.WARN),
    ]
    assert found.findings[1].waiver == UsedWaiver("", "the first run", "--first-release")
    write("old.json", {"a": 3})
    assert check(request).verdict is Verdict.FAIL  # the other still counts


def test_the_policy_is_read_before_the_metrics_are_asked_for() -> None:
    rules("a => 1")
    with pytest.raises(PolicyError):
        check(CheckRequest(inputs=[], now=NOW))


# -- first release


@pytest.mark.parametrize("source", ["", "baselines: {baseline: ./gone.json}\n"])
def test_a_first_release(source: str) -> None:
    rules("a > 1", "a >= baseline", head=source)
    write("m.json", {"a": 2})
    found = check(CheckRequest(inputs=["m.json"], first_release="first model", now=NOW))
    assert found.verdict is Verdict.WARN
    assert found.findings[1].waiver is not None
    assert (found.findings[1].waiver.why, found.findings[1].waiver.by) == ("first model", "--first-release")


@pytest.mark.parametrize("source", ["ci:main", "git:main", "./broken.json"])
def test_a_baseline_that_should_be_there_is_no_first_release(source: str) -> None:
    rules("a > 1", "a >= baseline", head=f"baselines: {{baseline: '{source}'}}\n")
    write("m.json", {"a": 2})
    write("broken.json", "{")
    assert check(CheckRequest(inputs=["m.json"], first_release="first model", now=NOW)).verdict is Verdict.UNDECIDED


def test_a_first_release_excuses_nothing_else() -> None:
    rules("a > 5", "b > 1")
    write("m.json", {"a": 2})
    found = check(CheckRequest(inputs=["m.json"], first_release="first model", now=NOW))
    assert [finding.waiver for finding in found.findings] == [None, None]
    assert found.verdict is Verdict.FAIL


# -- pieces


def test_deciding_on_measurements_at_hand() -> None:
    policy = loads("gate: 1\nrules: [a >= baseline]\n", NOW)
    found = decide([policy], read_mapping({"a": 2}), stated(read_mapping({"a": 1})), Clock("2026-11-22T10:00:00Z"))
    assert (found.verdict, found.judged_at, found.simulated) == (Verdict.PASS, "2026-11-22T10:00:00Z", False)
    assert [each.role for each in found.inputs] == ["metrics", "baseline"]


def test_a_decision_that_there_is_none() -> None:
    rules("a => 1")
    request = CheckRequest(inputs=["m.json"], now=NOW)
    with pytest.raises(PolicyError) as error:
        check(request)
    found = failed(error.value, request)
    assert (found.verdict, found.exit_code, found.passed) == (Verdict.ERROR, 2, False)
    assert found.messages == (str(error.value.problems[0]),)
    assert (found.findings, found.judged_at, found.simulated) == ((), "2026-11-22T00:00:00Z", True)


def test_a_decision_that_there_is_none_because_of_the_clock() -> None:
    request = CheckRequest(inputs=["m.json"], now="yesterday")
    assert not failed(UsageError(), request).simulated


def test_every_file_that_is_read() -> None:
    rules("a > 1", name="base.yaml")
    write(
        "gate.yaml",
        "gate: 1\nextends: [./base.yaml]\nwaivers: ./waived.yaml\nbaselines: {baseline: ./old.json}\nrules: [b > 1]\n",
    )
    write("waived.yaml", "[]\n")
    request = CheckRequest(inputs=["x=m.json", "-"], baselines=["prod.json"])
    found = files_of(request, load_all(["gate.yaml"], clock(NOW)))
    assert {"m.json", "prod.json", "gate.yaml", "base.yaml", "waived.yaml", "old.json"} <= {Path(path).name for path in found}
    assert files_of(CheckRequest(inputs=["m.json"], policies=["p.yaml"]), []) == ["m.json", "p.yaml"]


def test_the_commit_that_is_judged_is_the_change_s_own() -> None:
    assert commit_of(None) == ""
    assert commit_of(Facts(host="github", commit="a" * 40)) == "a" * 40
    assert commit_of(Facts(host="github", commit="a" * 40, head="b" * 40)) == "b" * 40

"""`do: promote`: only what passes, only the bytes that were judged, and no alias that somebody else has moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import pytest

from gate.actions import mlflow_registry, promote
from gate.actions.order import ActionError, Order, UnsureError
from gate.errors import GateError, Place
from gate.policy.action import Action, When
from gate.record import replace
from gate.terms.baseline import Baseline, Origin
from gate.terms.decision import Decision, ModelFile, ModelIdentity, Verdict
from gate.terms.measurements import Measurements
from tests.actions.fake_mlflow import TOKEN, FakeMLflow, serving

FILES = {"weights.bin": b"one" * 100, "sub/a b+ü.json": b"{}"}
OTHER = {**FILES, "weights.bin": b"two" * 100}
SET = "POST registered-models/alias"


def model(files: Mapping[str, bytes]) -> ModelIdentity:
    told = tuple(ModelFile(name, sha256(data).hexdigest()) for name, data in sorted(files.items()))
    return ModelIdentity("model", sha256(b"".join(bytes.fromhex(each.sha256) for each in told)).hexdigest(), told)


def order(*, verdict: Verdict = Verdict.PASS, files: Mapping[str, bytes] = FILES, against: str = "", **settings: Any) -> Order:
    baselines: tuple[Baseline, ...] = ()
    if against:
        origin = Origin("mlflow:models:/fraud@champion", f"fraud@champion v{against}")
        baselines = (Baseline("baseline", origin, Measurements({})),)
    decision = Decision(verdict, model=(model(files),) if files else (), baselines=baselines)
    told = {"model": "fraud", **(settings or {"alias": "champion"})}
    return Order(
        action=Action(when=When.PASS, do="promote", where=Place("gate.yaml"), settings=told), decision=decision, id="f00d"
    )


@pytest.fixture
def registry() -> Iterator[FakeMLflow]:
    with serving() as fake:
        yield fake


def environ(fake: FakeMLflow) -> dict[str, str]:
    return {"MLFLOW_TRACKING_URI": fake.url, "MLFLOW_TRACKING_TOKEN": TOKEN}


def refused(given: Order, fake: FakeMLflow, kind: type[GateError] = ActionError) -> str:
    with pytest.raises(GateError) as caught:
        promote.perform(given, environ(fake))
    assert type(caught.value) is kind
    (problem,) = caught.value.problems
    assert TOKEN not in f"{problem.message}{problem.remedy}"
    return f"{problem.message} | {problem.remedy}"


def test_the_alias_goes_to_the_version_with_the_judged_bytes_once(registry: FakeMLflow) -> None:
    for files in (OTHER, FILES, OTHER):
        registry.register(files)
    registry.aliases["champion"] = "1"
    assert promote.said(order()) == "the alias champion of fraud"
    for _ in range(2):
        promote.perform(order(), environ(registry))
    assert registry.aliases == {"champion": "2"}
    assert registry.asked.count(SET) == 1


def test_tags_go_to_that_version(registry: FakeMLflow) -> None:
    for files in (FILES, OTHER):
        registry.register(files)
    given = order(tag={"validation": "passed"})
    assert promote.said(given) == "validation=passed on fraud"
    promote.perform(given, environ(registry))
    assert [registry.tags(each) for each in ("1", "2")] == [{"validation": "passed"}, {}]


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not Verdict.PASS])
def test_only_what_passes_is_promoted(registry: FakeMLflow, verdict: Verdict) -> None:
    registry.register(FILES)
    assert "only what passes" in refused(order(verdict=verdict), registry)
    assert registry.asked == []


def test_a_decision_about_no_model_promotes_none(registry: FakeMLflow) -> None:
    registry.register(FILES)
    assert "--model PATH" in refused(order(files={}), registry)


@pytest.mark.parametrize(
    "there", [OTHER, {**FILES, "more.txt": b""}, {"weights.bin": FILES["weights.bin"]}, {**FILES, "sub/a b+ü.json": b"[]"}, {}]
)
def test_another_byte_file_or_name_is_another_model(registry: FakeMLflow, there: dict[str, bytes]) -> None:
    registry.register(there)
    assert f"({model(FILES).sha256})" in refused(order(), registry)
    assert registry.aliases == {}


def test_what_is_no_part_of_a_model_does_not_count(registry: FakeMLflow) -> None:
    registry.register({**FILES, ".gitattributes": b"*"})
    promote.perform(order(files={**FILES, "registered_model_meta": b"model_name: fraud"}), environ(registry))
    assert registry.aliases == {"champion": "1"}


def test_a_model_of_one_file_is_known_by_its_bytes(registry: FakeMLflow) -> None:
    registry.register({"model.onnx": b"onnx"})
    promote.perform(order(files={".": b"onnx"}), environ(registry))
    assert registry.aliases == {"champion": "1"}


def test_a_tag_that_lies_about_the_bytes_proves_nothing(registry: FakeMLflow) -> None:
    registry.register(OTHER, gate_model_sha256=model(FILES).sha256)
    registry.register(FILES, gate_model_sha256="0" * 64)
    refused(order(), registry)
    assert registry.aliases == {}


def test_where_the_files_are_out_of_reach_the_tag_decides(registry: FakeMLflow) -> None:
    registry.register({}, source="s3://bucket/models/1", gate_model_sha256=model(FILES).sha256)
    registry.register({}, source="s3://bucket/models/2")
    promote.perform(order(), environ(registry))
    assert registry.aliases == {"champion": "1"}
    said = refused(order(files=OTHER), registry)
    assert "files of 2 cannot be fetched" in said
    assert "the tag gate.model.sha256" in said


def test_files_of_a_run_and_of_another_server(registry: FakeMLflow) -> None:
    registry.register(FILES)
    registry.versions["1"]["source"] = "runs:/abc/artifacts"
    promote.perform(order(), environ(registry))
    registry.versions["1"]["source"] = "mlflow-artifacts://elsewhere.example/1/m-1/artifacts"
    assert "files of 1 cannot be fetched" in refused(order(), registry)


def test_no_version_and_none_that_is_ready(registry: FakeMLflow) -> None:
    assert "no version of `fraud` that is ready" in refused(order(), registry)
    registry.register(FILES, status="PENDING_REGISTRATION")
    assert "no version of `fraud` that is ready" in refused(order(), registry)
    assert "no version of `it's`" in refused(order(model="it's", alias="champion"), registry)


# -- an alias that others move


def test_an_alias_that_moved_since_it_was_compared_with_stays(registry: FakeMLflow) -> None:
    for files in ({"a": b""}, OTHER, FILES):
        registry.register(files)
    registry.aliases["champion"] = "2"
    said = refused(order(against="1"), registry)
    assert "moved meanwhile, from version 1 to version 2" in said
    assert "judge version 3 again" in said
    assert registry.aliases == {"champion": "2"}
    promote.perform(order(against="2"), environ(registry))
    assert registry.aliases == {"champion": "3"}


def test_an_alias_that_moves_while_the_model_is_proven_stays(registry: FakeMLflow) -> None:
    for files in (OTHER, {"a": b""}, FILES):
        registry.register(files)
    registry.aliases["champion"] = "1"

    def move(call: str) -> None:
        if call == "GET model-versions/get-download-uri":
            registry.aliases["champion"] = "2"

    registry.before = move
    assert "moved meanwhile, from version 1 to version 2" in refused(order(), registry)
    assert registry.aliases == {"champion": "2"}


def test_a_late_job_does_not_take_back_a_newer_version(registry: FakeMLflow) -> None:
    for files in (FILES, OTHER):
        registry.register(files)
    registry.aliases["champion"] = "2"
    assert "version 2, which is newer than version 1" in refused(order(), registry)
    assert registry.aliases == {"champion": "2"}


def test_who_moves_it_in_the_last_moment_is_noticed(registry: FakeMLflow) -> None:
    for files in (OTHER, FILES):
        registry.register(files)

    def move(call: str) -> None:
        if call == "GET registered-models/alias" and SET in registry.asked:
            registry.aliases["champion"] = "1"

    registry.before = move
    assert "names version 1: somebody else has moved it" in refused(order(), registry)


# -- faults


@pytest.mark.parametrize("fault", [500, "close"])
def test_an_alias_that_was_set_although_the_answer_was_lost_is_done(registry: FakeMLflow, fault: int | str) -> None:
    registry.register(FILES)
    registry.late_faults[SET] = fault
    promote.perform(order(), environ(registry))
    assert registry.aliases == {"champion": "1"}
    assert registry.asked.count(SET) == 1


def test_an_alias_that_was_not_set_is_not_done(registry: FakeMLflow) -> None:
    registry.register(FILES)
    registry.faults[SET] = 500
    assert "answers 500" in refused(order(), registry)


def test_nobody_knows_where_the_server_goes_down_with_it(registry: FakeMLflow) -> None:
    registry.register(FILES)
    registry.late_faults[SET] = "close"

    def break_down(call: str) -> None:
        if call == SET:
            registry.faults["GET registered-models/alias"] = 500

    registry.before = break_down
    assert "is not known" in refused(order(), registry, UnsureError)


def test_a_credential_without_permission_and_none(registry: FakeMLflow) -> None:
    registry.register(FILES)
    registry.faults[SET] = 403
    assert "the permission EDIT on the registered model `fraud`" in refused(order(), registry)
    with pytest.raises(ActionError, match="answers 401"):
        promote.perform(order(), {"MLFLOW_TRACKING_URI": registry.url})
    with pytest.raises(GateError, match="MLFLOW_TRACKING_URI is not set"):
        promote.perform(order(), {})


def test_a_version_with_too_large_files_is_not_fetched(registry: FakeMLflow) -> None:
    registry.padding = mlflow_registry.LARGEST
    registry.register(FILES)
    assert "files of 1 cannot be fetched" in refused(order(), registry)
    registry.versions["1"]["tags"] = [{"key": promote.TAG, "value": model(FILES).sha256}]
    promote.perform(order(), environ(registry))
    assert registry.aliases == {"champion": "1"}


def test_a_decision_with_two_models(registry: FakeMLflow) -> None:
    registry.register(OTHER)
    given = order()
    both = replace(given.decision, model=(model(FILES), model(OTHER)))
    promote.perform(replace(given, decision=both), environ(registry))
    assert registry.aliases == {"champion": "1"}

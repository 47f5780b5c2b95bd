"""A baseline on an MLflow server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import gate
from gate.baselines.baseline import Surroundings
from gate.baselines.mlflow import find
from gate.errors import UsageError
from gate.language.value import Doubt
from gate.terms.baseline import Baseline, Origin
from gate.terms.decision import Decision
from tests.readers.known import item
from tests.readers.mlflow_fake import COMMIT, OLD, RUN, FakeMlflow, serving

CHAMPION = "mlflow:models:/fraud@champion"


@pytest.fixture(autouse=True)
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMlflow]:
    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    with serving() as fake:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", fake.url)
        yield fake


def found(text: str, server: FakeMlflow) -> Baseline | Doubt:
    return find("baseline", text, Surroundings(environ={"MLFLOW_TRACKING_URI": server.url}))


def test_the_champion_with_its_version_commit_and_age(server: FakeMlflow) -> None:
    champion = found(CHAMPION, server)
    assert isinstance(champion, Baseline)
    assert item(champion.measurements, "recall").value == 0.9
    at = "2026-11-22T07:29:00Z"
    assert champion.origin == Origin(CHAMPION, "fraud@champion v3", COMMIT, at, url=server.page(OLD))


def test_a_version_is_said_once(server: FakeMlflow) -> None:
    version = found("mlflow:models:/fraud/3", server)
    assert isinstance(version, Baseline)
    assert version.origin.label == "fraud/3"


def test_a_run_is_called_by_its_name(server: FakeMlflow) -> None:
    run = found(f"mlflow:runs:/{RUN}", server)
    assert isinstance(run, Baseline)
    assert run.origin.label == "bold-cat"
    server.log(RUN, {"recall": 0.9}, run_name="")
    nameless = found(server.page(RUN), server)
    assert isinstance(nameless, Baseline)
    assert nameless.origin.label == RUN


def test_no_query_of_a_url_is_shown(server: FakeMlflow) -> None:
    text = f"{server.url}/?token=hunter2#/experiments/1/runs/{RUN}"
    run = found(text, server)
    assert isinstance(run, Baseline)
    assert "hunter2" not in str(run.origin)
    assert "hunter2" not in str(found(text.replace(RUN, "gone"), server))


@pytest.mark.parametrize("text", ["mlflow:runs:/gone", "mlflow:models:/fraud@gone", "mlflow:models:/fraud/9"])
def test_what_does_not_exist_yet(text: str, server: FakeMlflow) -> None:
    doubt = found(text, server)
    assert isinstance(doubt, Doubt)
    assert doubt.slug == "no-baseline"
    assert doubt.text.startswith(f"there is no baseline `{text}`: ")
    assert "not found" in doubt.text


@pytest.mark.parametrize("text", ["mlflow:main", "mlflow:models:/fraud/latest", "https://example.com/old.json"])
def test_what_is_no_run(text: str, server: FakeMlflow) -> None:
    doubt = found(text, server)
    assert isinstance(doubt, Doubt)
    assert doubt.slug == "baseline-unreadable"
    assert "\n" not in doubt.remedy


def test_a_server_in_trouble_is_no_first_release(server: FakeMlflow) -> None:
    server.answer(401, {"message": "who?"})
    doubt = found(CHAMPION, server)
    assert isinstance(doubt, Doubt)
    assert doubt.slug == "baseline-unreadable"
    assert "set MLFLOW_TRACKING_TOKEN" in doubt.remedy
    server.log(OLD, {"recall": 0.9}, lifecycle_stage="deleted")
    deleted = found(CHAMPION, server)
    assert isinstance(deleted, Doubt)
    assert deleted.slug == "baseline-unreadable"


# -- in a check


def check(metrics: str | dict[str, float], baseline: str = CHAMPION, **more: str) -> Decision:
    Path("gate.yaml").write_text(
        f"gate: 1\nbaselines: {{baseline: {json.dumps(baseline)}}}\nrules: [recall >= baseline - 0.02]\n"
    )
    return gate.check(metrics, "gate.yaml", **more)  # type: ignore[arg-type]


def test_a_candidate_beside_the_champion() -> None:
    better = check({"recall": 0.91})
    assert (better.verdict.value, better.findings[0].baseline_value) == ("pass", 0.9)
    assert [each.origin.label for each in better.baselines] == ["fraud@champion v3"]
    assert check({"recall": 0.8}).verdict.value == "fail"
    assert check(f"mlflow:runs:/{RUN}").verdict.value == "pass"


def recorded(run: str, server: FakeMlflow, status: str = "FINISHED", **tags: str) -> None:
    """A run as gate's own history on MLflow records it."""
    told = {"run": "20261122-1", "trusted": "true", "verdict": "pass", "event": "push", "entry.1": "gate/run-1.json", **tags}
    server.log(run, {"recall": 0.3}, {f"gate.{name}": value for name, value in told.items() if value}, status=status)


@pytest.mark.parametrize("text", [CHAMPION, f"mlflow:runs:/{OLD}", "mlflow:models:/fraud/3"])
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"trusted": "false", "verdict": "fail", "event": "change"}, "a change's own job recorded (change)"),
        ({"trusted": "false", "event": "change"}, "a change's own job recorded (change)"),
        ({"trusted": ""}, "a change's own job recorded"),
        ({"verdict": "fail"}, "did not pass (fail)"),
        ({"verdict": ""}, "did not pass (no decision was made)"),
        ({"status": "RUNNING"}, "is half-written"),
        ({"entry.1": ""}, "is not whole"),
    ],
)
def test_what_gate_recorded_there_is_held_to_what_a_recorded_run_is(
    text: str, facts: dict[str, str], words: str, server: FakeMlflow
) -> None:
    recorded(OLD, server, **facts)
    decision = check({"recall": 0.31}, text)
    (finding,) = decision.findings
    assert (decision.exit_code, finding.outcome.value, finding.reasons[0].slug) == (3, "missing", "run-not-trusted")
    assert words in finding.reasons[0].text


def test_what_gate_recorded_and_let_pass_is_a_baseline(server: FakeMlflow) -> None:
    recorded(OLD, server)
    assert check({"recall": 0.31}).verdict.value == "pass"


ITSELF = [f"mlflow:runs:/{OLD}", "mlflow:models:/fraud/3", CHAMPION, "PAGE"]


@pytest.mark.parametrize("candidate", ITSELF)
def test_a_comparison_with_itself_is_refused(candidate: str, server: FakeMlflow) -> None:
    candidate = server.page(OLD) if candidate == "PAGE" else candidate
    for decision in (check(candidate), gate.check(f"{candidate}", "gate.yaml", baseline=f"mlflow:runs:/{OLD}")):
        (finding,) = decision.findings
        assert (decision.exit_code, [reason.slug for reason in finding.reasons]) == (3, ["same-file"])
        assert server.page(OLD) in finding.reasons[0].text
        assert decision.baselines == ()


def test_equal_numbers_of_two_runs_are_judged(server: FakeMlflow) -> None:
    server.log(RUN, {"recall": 0.9, "val/f1 macro": 0.8})
    assert check(f"mlflow:runs:/{RUN}").verdict.value == "pass"


def test_a_first_release_has_no_champion_yet() -> None:
    decision = check({"recall": 0.91}, "mlflow:models:/fraud@gone", first_release="the first one")
    assert (decision.verdict.value, decision.exit_code) == ("warn", 0)
    assert "mlflow:models:/fraud@gone" in decision.findings[0].reasons[0].text
    with pytest.raises(UsageError, match="all were found"):
        check({"recall": 0.91}, first_release="the first one")


def test_a_server_in_trouble_lets_nothing_through(server: FakeMlflow) -> None:
    server.answer(403, {"message": "Not found"})
    decision = check({"recall": 0.91}, first_release="the first one")
    assert (decision.verdict.value, decision.exit_code) == ("undecided", 3)

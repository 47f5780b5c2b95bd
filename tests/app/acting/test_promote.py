"""`do: promote` by a policy: each model that passes, once, and what else follows of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.app.acting.acting import acted
from gate.app.check import CheckRequest, check, judging_of
from gate.app.remember import trouble
from tests.actions.acting import Project
from tests.actions.fake_mlflow import TOKEN, FakeMLflow, serving


class Release:
    """A project whose job trains a model, registers it, and judges it."""

    def __init__(self, folder: Path, registry: FakeMLflow) -> None:
        self.project = Project(folder)
        self.registry = registry
        self.environ = {**self.project.environ, "MLFLOW_TRACKING_URI": registry.url, "MLFLOW_TRACKING_TOKEN": TOKEN}
        self.project.say("{when: pass, do: promote, model: fraud, alias: champion}")

    def judged(self, day: str, weights: bytes, recall: float = 0.9) -> list[str]:
        """What became of the actions."""
        folder = self.project.folder
        (folder / "metrics.json").write_text(json.dumps({"recall": recall, "accuracy": 0.9}))
        (folder / "model.bin").write_bytes(weights)
        request = CheckRequest(
            inputs=[str(folder / "metrics.json")], policies=[str(folder / "gate.yaml")], models=[str(folder / "model.bin")],
            now=day, environ=self.environ,
        )  # fmt: skip
        judging = judging_of(request)
        decision = acted(check(request, judging), judging, self.environ, act=True)
        assert trouble(decision, judging.policies, self.environ) == ""
        return [f"{each.status} {each.text}" for each in decision.actions]


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    with serving() as registry:
        yield Release(tmp_path, registry)


def test_each_model_that_passes_is_promoted_and_none_that_fails(release: Release) -> None:
    for weights in (b"one", b"two", b"three"):
        release.registry.register({"model.bin": weights})
    done = ["done the alias champion of fraud"]
    assert release.judged("2026-01-01", b"one") == done
    assert release.registry.aliases == {"champion": "1"}
    assert release.judged("2026-01-02", b"two", recall=0.5) == []
    assert release.registry.aliases == {"champion": "1"}
    assert release.judged("2026-01-03", b"two") == done
    assert release.judged("2026-01-04", b"three") == done  # the run before has passed, too
    assert release.registry.aliases == {"champion": "3"}


def test_what_somebody_has_taken_back_is_not_promoted_again_each_night(release: Release) -> None:
    for weights in (b"one", b"two"):
        release.registry.register({"model.bin": weights})
    release.judged("2026-01-01", b"two")
    release.registry.aliases["champion"] = "1"
    assert release.judged("2026-01-02", b"two") == []
    assert release.registry.aliases == {"champion": "1"}


def test_a_model_that_was_not_registered_is_promoted_when_it_is(release: Release) -> None:
    assert release.judged("2026-01-01", b"one") == ["failed the alias champion of fraud"]
    release.registry.register({"model.bin": b"one"})
    assert release.judged("2026-01-02", b"one") == ["done the alias champion of fraud"]

"""A baseline out of the decision that an earlier run kept, against a GitHub that keeps state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gate.app.check import CheckRequest, decide, surroundings
from gate.app.clock import clock
from gate.baselines.baseline import Surroundings
from gate.baselines.ci import find
from gate.hosts.facts import Event, Facts
from gate.language.value import Doubt
from gate.policy.load import loads
from gate.readers.inputs import read_mapping
from gate.record import replace
from gate.reports.json import render
from gate.terms.baseline import Baseline
from gate.terms.decision import Verdict
from tests.hosts.fake_github import REPOSITORY, FakeGitHub, Fault, serving

POLICY = "gate: 1\nname: fraud\nbaselines: {baseline: 'ci:main'}\nrules: [recall >= 0.5]\n"
COMMIT = "c" * 40


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with serving() as found:
        yield found


def kept(recall: float = 0.9, policy: str = POLICY, now: str = "", **changed: Any) -> bytes:
    decision = decide([loads(policy)], read_mapping({"recall": recall}), None, clock(now))
    return render(replace(decision, commit=COMMIT, **changed)).encode()


def keep(hub: FakeGitHub, data: bytes, commit: str = COMMIT, **more: Any) -> None:
    hub.artifact(hub.run(head_sha=commit), {"decision.json": data}, **more)


def at(hub: FakeGitHub, **more: Any) -> Surroundings:
    facts = Facts(
        host="github", event=Event.CHANGE, repository=REPOSITORY, workflow="check.yml", run="9999", api=hub.url, head="d" * 40
    )
    known: dict[str, Any] = {"facts": facts, "environ": hub.environ(), "policies": [("gate.yaml", "fraud")]}
    return Surroundings(**{**known, **more})


def doubt(found: Baseline | Doubt) -> tuple[str, str]:
    assert isinstance(found, Doubt)
    assert found.remedy
    return found.slug, found.text


def test_the_newest_passing_decision(hub: FakeGitHub) -> None:
    keep(hub, kept(0.8))
    keep(hub, kept(0.9))
    found = find("baseline", "ci:main", at(hub))
    assert isinstance(found, Baseline)
    assert (found.origin.source, found.origin.label, found.origin.commit) == ("ci:main", "main", COMMIT)
    assert found.origin.verdict == "pass"
    assert found.origin.url.endswith("/actions/runs/3")
    (measured,) = found.measurements
    assert measured.value == 0.9
    assert found.measurements.sources[0].format == "decision"


@pytest.mark.parametrize(
    "newest",
    [
        lambda: kept(0.1),  # did not pass
        lambda: kept(policy=POLICY.replace("fraud", "churn")),  # another gate's
        lambda: kept(now="2026-11-22"),  # on a clock that was given
        lambda: kept(candidate=None),
        lambda: b"{",
        lambda: b"\xff",
        lambda: kept().replace(b'"format": 1', b'"format": 9'),
    ],
)
def test_what_proves_nothing_is_passed_over(hub: FakeGitHub, newest: Any) -> None:
    assert doubt(find("baseline", "ci:main", at(hub)))[0] == "no-baseline"
    keep(hub, newest())
    slug, text = doubt(find("baseline", "ci:main", at(hub)))
    assert (slug, "1 of other policies, or that did not pass" in text) == ("no-baseline", True)
    keep(hub, kept(0.7), "e" * 40)  # made for another commit than the run was of
    assert isinstance(find("baseline", "ci:main", at(hub)), Doubt)


def test_an_expired_one_is_named_with_its_date(hub: FakeGitHub) -> None:
    keep(hub, kept(), expired=True)
    slug, text = doubt(find("baseline", "ci:main", at(hub)))
    assert slug == "baseline-expired"
    assert f"the last one, of 2026-11-20 at {COMMIT[:7]}, expired" in text


def test_trouble_is_a_doubt_that_says_what_to_do(hub: FakeGitHub) -> None:
    keep(hub, kept())
    hub.faults.append(Fault("GET", "/actions/", 403))
    slug, text = doubt(find("baseline", "ci:main", at(hub)))
    assert slug == "baseline-unavailable"
    assert "`ci:main` cannot be had" in text


def test_outside_of_a_machine_that_keeps_decisions(hub: FakeGitHub) -> None:
    assert doubt(find("baseline", "ci:main", at(hub, facts=None)))[0] == "baseline-unavailable"
    assert doubt(find("baseline", "ci:main", at(hub, facts=Facts(host="jenkins"))))[0] == "baseline-unavailable"
    assert doubt(find("baseline", "ci:", at(hub)))[0] == "baseline-unavailable"


def test_a_change_is_judged_against_it(hub: FakeGitHub) -> None:
    keep(hub, kept(0.9))
    policy = loads(POLICY.replace("recall >= 0.5", "recall >= baseline"))
    found = decide([policy], read_mapping({"recall": 0.8}), None, clock(), at=at(hub))
    assert found.verdict is Verdict.FAIL
    assert (found.findings[0].baseline, found.findings[0].baseline_value) == ("main", 0.9)
    request = CheckRequest(inputs=["m.json"])
    assert surroundings(request, [policy]).policies == (("gate.yaml", "fraud"),)

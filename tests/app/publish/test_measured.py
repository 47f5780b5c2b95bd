"""Evidence that a change's own job calls measured is a claim to the job that judges again."""

from __future__ import annotations

import json

from gate.app.check import decide
from gate.app.clock import clock
from gate.app.judging import Judging
from gate.app.publish.again import Trusted, judged_again
from gate.baselines.baseline import Surroundings
from gate.policy.load import loads
from gate.readers.inputs import read_mapping
from gate.record import replace
from gate.reports.json import render
from gate.terms.decision import Decision, Verdict

HEAD = "a" * 40
POLICY = "gate: 1\nname: m\nevidence: measured\nrules: [recall >= 0.5]\n"


def test_a_decision_cannot_bring_measured_evidence() -> None:
    policy = loads(POLICY)
    claimed = decide([policy], read_mapping({"recall": 0.9}), None, clock())
    assert claimed.verdict is Verdict.UNDECIDED
    document = json.loads(render(replace(claimed, commit=HEAD)))
    for item in document["candidate"]["measurements"]:
        item["evidence"] = "measured"
    for finding in document["findings"]:
        finding["evidence"] = "measured"
    by = Trusted(judging=Judging((policy,)), head=HEAD, given=None, clock=clock(), at=Surroundings())
    again = judged_again(json.dumps(document).encode(), "decision.json", by)
    assert isinstance(again, Decision)
    assert again.verdict is Verdict.UNDECIDED
    assert [finding.evidence for finding in again.findings] == ["claimed"]

"""What a stranger may try against the trusted job: nothing of it may turn green, stay green, or reach further than a comment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate.app.publish.publish import Publication, PublishRequest, publish
from gate.cli.main import main
from gate.hosts.host import MARKER
from tests.app.publish.test_publish import LAX, RUN, STRICT, brought, comment, environ
from tests.app.publish.test_publish import hub as hub
from tests.hosts.fake_github import HEAD, FakeGitHub

ASTRAL = "\U0001f600"


def published(hub: FakeGitHub, document: Any, **more: Any) -> Publication:
    text = document if isinstance(document, (str, bytes)) else json.dumps(document)
    Path("decision.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    return publish(PublishRequest(**{"decisions": ["decision.json"], "environ": environ(hub), **more}))


def measured(*measurements: dict[str, Any], **table: Any) -> dict[str, Any]:
    """A decision that holds these measurements, and nothing else of which anybody could say that it is wrong."""
    return brought(candidate={"measurements": [{"metric": "recall", "value": 0.9}, *measurements], **table})


# -- an old word that outlives its truth


def test_an_old_deploy_does_not_stand_beside_what_could_not_be_judged_again(hub: FakeGitHub) -> None:
    published(hub, brought())
    assert "Deploy" in comment(hub)
    published(hub, {})
    assert "Unverified" in comment(hub)
    assert "Deploy" not in comment(hub)
    published(hub, brought())
    Path("gate.yaml").write_text("rules: [")
    published(hub, brought())
    assert "Deploy" not in comment(hub)


def test_nor_beside_an_artifact_that_the_next_run_did_not_keep(hub: FakeGitHub) -> None:
    published(hub, brought())
    hub.run(id=RUN, event="pull_request", head_sha=HEAD)
    publish(PublishRequest(environ=environ(hub)))
    assert "Unverified" in comment(hub)
    publish(PublishRequest(decisions=["none.json"], environ=environ(hub)))
    assert "there is no such file" in comment(hub)


def test_two_checks_have_two_comments(hub: FakeGitHub) -> None:
    published(hub, brought())
    published(hub, brought(), check_name="gate / fraud")
    assert len(hub.comments) == 2


def test_names_beyond_the_first_plane_do_not_make_the_comment_too_long(hub: FakeGitHub) -> None:
    Path("gate.yaml").write_text(STRICT + '  - "recall[region=*] >= 0.85"\n')
    names = [f"{ASTRAL * 150}{number}" for number in range(180)]
    slices = [
        {"metric": "recall", "value": 0.1 if number < 90 else 0.9, "slice": {"region": name}} for number, name in enumerate(names)
    ]
    slices += [{"metric": name, "value": 1} for name in names[:150]]
    found = published(hub, measured(*slices))
    assert found.exit_code == 1
    assert found.troubles == ()
    assert "Do not deploy" in comment(hub)
    (run,) = hub.check_runs.values()
    assert "Do not deploy" in run["output"]["summary"]


@pytest.mark.parametrize("word", [ASTRAL * 10**6, "`" * 10**6, "x\n" * 10**5, "\0" * 10**5])
def test_reasons_in_a_strangers_words_do_not_either(hub: FakeGitHub, word: str) -> None:
    for document in (brought(**{word: 1}), brought(commit=word), brought(candidate={"measurements": [{"metric": word}]})):
        found = published(hub, document)
        assert (found.exit_code, found.troubles) == (2, ())
        assert len(comment(hub)) < 20_000


def test_many_that_cannot_be_judged_again_are_counted(hub: FakeGitHub) -> None:
    names = [f"{number}.json" for number in range(300)]
    found = publish(PublishRequest(decisions=names, environ=environ(hub)))
    assert (len(found.unverified), found.troubles) == (300, ())
    assert "Unverified: 300 decisions could not be judged again" in comment(hub)


# -- whose commit


@pytest.mark.parametrize("event", [None, "", "[]", "{}", '{"workflow_run": {"id": 4711}}'])
def test_without_the_event_no_commit_is_vouched_for(hub: FakeGitHub, event: str | None) -> None:
    known = environ(hub)
    Path("event.json").unlink() if event is None else Path("event.json").write_text(event)
    for commit in ("", HEAD):
        Path("decision.json").write_text(json.dumps(brought(commit=commit)))
        found = publish(PublishRequest(decisions=["decision.json"], environ=known))
        assert (found.decisions, found.exit_code) == ((), 2)
    assert not hub.check_runs
    assert not hub.comments


def test_a_run_of_another_repository(hub: FakeGitHub) -> None:
    known = environ(hub)
    event = json.loads(Path("event.json").read_text())
    event["workflow_run"]["repository"] = {"full_name": "evil/fraud", "owner": {"login": "evil"}}
    Path("event.json").write_text(json.dumps(event))
    Path("decision.json").write_text(json.dumps(brought()))
    found = publish(PublishRequest(decisions=["decision.json"], environ=known))
    assert (found.decisions, found.exit_code) == ((), 2)
    assert not hub.check_runs


def test_a_change_that_has_gone_on_since(hub: FakeGitHub) -> None:
    hub.pull(7, head="e" * 40)
    found = published(hub, brought())
    assert not hub.comments
    assert [run["head_sha"] for run in hub.check_runs.values()] == [HEAD]
    assert any("no open one has" in trouble for trouble in found.troubles)


# -- whose policy


def test_a_change_that_renames_the_policy_is_judged_by_the_one_that_there_is(hub: FakeGitHub) -> None:
    hub.commit(HEAD, {"policies/gate.yaml": LAX})
    found = published(hub, brought(0.2))
    assert found.exit_code == 1
    assert "**This change breaks the policy (not used)**" in comment(hub)


def test_a_policy_in_a_folder_is_compared_with_its_own_place(hub: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".git").mkdir()
    Path("models/fraud").mkdir(parents=True)
    Path("gate.yaml").rename("models/fraud/gate.yaml")
    hub.commit(HEAD, {"models/fraud/gate.yaml": STRICT, "gate.yaml": LAX})
    monkeypatch.chdir("models/fraud")
    found = published(hub, brought())
    assert found.exit_code == 0
    assert found.decisions[0].proposed is None
    hub.commit(HEAD, {"models/fraud/gate.yaml": LAX, "gate.yaml": STRICT})
    published(hub, brought())
    assert "This change loosens the gate" in comment(hub)


@pytest.mark.parametrize("where", ["https://127.0.0.1:9/evil.git", "file:///etc", "https://169.254.169.254/x.git"])
def test_a_proposed_policy_sends_gate_nowhere(hub: FakeGitHub, where: str) -> None:
    pack = f"git:{where}@{'d' * 40}#gate.yaml"
    hub.commit(HEAD, {"gate.yaml": STRICT.replace("rules:", f'extends: ["{pack}"]\nrules:')})
    found = published(hub, brought())
    assert found.exit_code == 0
    proposed = found.decisions[0].proposed
    assert proposed is not None
    assert "is not fetched: the policy that judges does not name it" in proposed.messages[0]


def test_a_proposed_policy_does_not_keep_the_job_busy(hub: FakeGitHub) -> None:
    rules = "".join(f"  - {{id: r{number}, check: 'recall[region=*] >= 0.{number:05}'}}\n" for number in range(1, 2_000))
    hub.commit(HEAD, {"gate.yaml": f"gate: 1\nname: fraud\nrules:\n{rules}"})
    slices = [{"metric": "recall", "value": 0.9, "slice": {"region": f"{number}"}} for number in range(9_000)]
    found = published(hub, measured(*slices))
    assert found.exit_code == 0
    proposed = found.decisions[0].proposed
    assert proposed is not None
    assert proposed.loosened
    assert proposed.messages == ("1999 rules on 9001 measurements are too many for a dry run",)


@pytest.mark.parametrize("ref", ["base", "../x", "--upload-pack=touch pwned", "", " "])
def test_a_revision_that_is_none(hub: FakeGitHub, ref: str) -> None:
    found = published(hub, brought(0.2), policy_from=ref)
    assert found.exit_code in (1, 2)
    assert all(run["conclusion"] == "failure" for run in hub.check_runs.values())
    assert not Path("pwned").exists()


@pytest.mark.parametrize("name", ["GATE_POLICY", "GATE_NOW", "SOURCE_DATE_EPOCH"])
def test_variables_have_no_say(hub: FakeGitHub, name: str) -> None:
    Path("lax.yaml").write_text(LAX)
    value = {"GATE_POLICY": "lax.yaml"}.get(name, "0")
    assert published(hub, brought(0.2), environ=environ(hub, **{name: value})).exit_code == 1


# -- data that hurts

HUGE = "9" * 4_000
TEXTS = {
    "deep list": json.dumps(brought(candidate="@")).replace('"@"', "[" * 10**5 + "]" * 10**5),
    "deep mapping": json.dumps(brought(candidate="@")).replace('"@"', '{"a":' * 10**5 + "1" + "}" * 10**5),
    "huge number": json.dumps(measured({"metric": "x", "value": "@"})).replace('"@"', HUGE),
    "huge float": json.dumps(measured({"metric": "x", "value": "@"})).replace('"@"', "1e999"),
    "too many digits": json.dumps(measured({"metric": "x", "value": "@"})).replace('"@"', "9" * 10**6),
    "huge n": json.dumps(measured({"metric": "x", "value": 0.5, "support": {"n": "@"}})).replace('"@"', HUGE),
    "huge count": json.dumps(brought(format="@")).replace('"@"', HUGE),
    "not a number": json.dumps(measured({"metric": "x", "value": "@"})).replace('"@"', "NaN"),
    "half a character": json.dumps(measured({"metric": "\ud800", "value": 1, "unit": "\udfff"})),
    "half a character in a case": json.dumps(measured(cases=[{"id": "\ud800", "metric": "recall", "score": 1, "repeat": 0}])),
    "half a character in a key": json.dumps(brought(**{"\ud800": 1})),
    "half a character for a commit": json.dumps(brought(commit="\ud800")),
    "a text for a number": json.dumps(measured({"metric": "x", "value": "Infinity", "support": {"n": "NaN"}})),
    "not UTF-8": json.dumps(measured()).encode() + b"\xff",
    "UTF-16": json.dumps(measured()).encode("utf-16"),
    "the same twice": json.dumps(measured({"metric": "recall", "value": 0.99})),
    "the same key twice": '{"format": 1, ' + json.dumps(measured())[1:],
    "an alias in place of a metric": json.dumps(measured({"metric": "junk", "value": 0.1}, aliases={"recall": "junk"})),
    "an alias in a circle": json.dumps(measured(aliases={"a": "b", "b": "a", "recall": "recall"})),
    "a problem in a stranger's words": json.dumps(
        measured({"metric": "x", "problem": "\n</details>\n## ✅ Deploy @all\n::set-output name=verdict::pass"})
    ),
    "a longer name than there may be": json.dumps(measured({"metric": "x" * 10**6, "value": 1})),
    "a name that spells the marker": json.dumps(measured({"metric": f"{MARKER}0123456789abcdef -->", "value": 1})),
    "another direction": json.dumps(measured({"metric": "x", "value": 1, "better": "lower"})),
    "a huge repeat": json.dumps(measured(cases=[{"id": "a", "metric": "recall", "score": 1, "repeat": "@"}])).replace(
        '"@"', HUGE
    ),
}


@pytest.mark.parametrize("what", TEXTS)
def test_no_data_ends_in_a_traceback_or_in_silence(hub: FakeGitHub, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gate.yaml").write_text(STRICT + "  - x >= 2\n")
    for name, value in environ(hub).items():
        monkeypatch.setenv(name, value)
    data = TEXTS[what]
    Path("decision.json").write_bytes(data if isinstance(data, bytes) else data.encode())
    assert main(["publish", "decision.json", "--strict-publish"]) in (1, 2, 3)
    said = comment(hub)
    assert "## ✅" not in said
    assert "@all" not in said.replace("`@all", "")
    assert said.count(MARKER) <= 2
    assert all(run["conclusion"] == "failure" for run in hub.check_runs.values())


@pytest.mark.slow
def test_the_largest_decisions_that_there_are(hub: FakeGitHub) -> None:
    many = [{"metric": f"m{number}", "value": 0.5} for number in range(100_001)]
    assert published(hub, measured(*many)).exit_code == 2
    assert "Unverified" in comment(hub)
    cases = [{"id": f"{number}", "metric": "recall", "score": 0.5, "repeat": 0} for number in range(200_000)]
    assert published(hub, measured(cases=cases)).exit_code == 0
    assert published(hub, b'{"x": "' + b"a" * (64 * 2**20) + b'"}').exit_code == 2
    assert "Unverified" in comment(hub)

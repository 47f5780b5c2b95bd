"""`actions` of a policy: what each may say, and what they mean."""

from __future__ import annotations

import pytest

from gate.errors import PolicyError, Problem
from gate.policy.load import loads
from gate.policy.policy import Policy

RULES = "rules:\n  - {id: floor, check: recall >= 0.85}\n  - accuracy > 0.8\n"


def policy(actions: str) -> Policy:
    return loads(f"gate: 1\n{RULES}actions:\n  - {actions}\n", "2026-06-01")


def problem(actions: str) -> Problem:
    with pytest.raises(PolicyError) as caught:
        policy(actions)
    (found,) = caught.value.problems
    return found


def test_what_an_action_means() -> None:
    (found,) = policy(
        "{when: recovered, for: 2, every: 7d, do: email, to: [a@b.example], rules: [floor, 'accuracy > 0.8']}"
    ).actions
    assert (found.when.value, found.runs, found.hours, found.rules) == ("recovered", 2, 168, ("floor", "accuracy > 0.8"))
    assert found.settings == {"to": ["a@b.example"]}
    assert str(found.where) == "gate.yaml:6:5"
    assert found.written == ("{when: recovered, for: 2, every: 7d, rules: [floor, accuracy > 0.8], do: email, to: [a@b.example]}")


@pytest.mark.parametrize(
    ("written", "slug", "words"),
    [
        ("{when: fail, do: email}", "action-key", "`do: email` needs `to`"),
        ("{when: fail, do: email, to: [nobody]}", "action-key", "`nobody` is no e-mail address"),
        ('{when: fail, do: email, to: ["a@b\\r\\nBcc: c@d"]}', "action-key", "is no e-mail address"),
        ("{when: fail, do: notify, to: [a@b.example]}", "action-key", "`to` says nothing to `do: notify`"),
        ("{when: fail, do: dispatch, workflow: a.yml, event: b}", "action-key", "not both"),
        ("{when: fail, do: webhook, rules: [flor]}", "unknown-rule", "no rule is called `flor`"),
        ("{when: fail, do: promote, model: fraud, alias: champion}", "action-key", "follows `when: pass` only"),
        ("{when: pass, do: promote, alias: champion}", "action-key", "`do: promote` needs `model`"),
        ("{when: pass, do: promote, model: fraud}", "action-key", "needs `alias` or `tag`, and not both"),
        ("{when: pass, do: promote, model: fraud, alias: a, tag: {b: c}}", "action-key", "needs `alias` or `tag`, and not both"),
        ("{when: pass, do: promote, model: fraud, tag: {b: 1}}", "policy-shape", "1 is not text"),
        ("{when: fail, do: shell}", "policy-shape", "'shell' is none of"),
        ("{when: broken, do: notify}", "policy-shape", "'broken' is none of"),
        ("{when: fail, do: notify, every: 7}", "policy-shape", "7 is not text"),
        ("{when: fail, do: notify, url: 'https://evil.example'}", "unknown-key", "there is no key `url`"),
        ("{when: fail, do: dispatch, workflow: ../../x.yml}", "policy-shape", "is not written as it should be"),
    ],
)
def test_what_is_refused(written: str, slug: str, words: str) -> None:
    found = problem(written)
    assert found.slug == slug
    assert words in found.message


def test_what_is_promoted() -> None:
    (found,) = policy("{when: pass, do: promote, model: fraud, tag: {validation: passed}}").actions
    assert found.settings == {"model": "fraud", "tag": {"validation": "passed"}}


def test_the_digest_of_a_policy_has_its_actions_and_not_how_they_were_written() -> None:
    one, other = policy("{when: fail, do: notify}"), policy("{do: notify, for: 1, when: fail}")
    assert one.sha256 == other.sha256 != policy("{when: fail, do: webhook}").sha256
    assert one.actions[0].key == other.actions[0].key


def test_the_digest_of_a_policy_without_actions_is_as_ever() -> None:
    assert loads(f"gate: 1\n{RULES}", "2026-06-01").sha256 == loads(f"gate: 1\n{RULES}actions: []\n", "2026-06-01").sha256

"""`holdout`: what it means, what is refused, and what a change of it does."""

from __future__ import annotations

import pytest

from gate.errors import PolicyError
from gate.policy.change import Relation
from gate.policy.difference import difference
from gate.policy.holdout import LEDGER, Adaptivity, Holdout
from gate.policy.load import loads
from gate.policy.policy import Policy

RULE = "rules: [{check: recall >= 0.8, confidence: 95%}]\n"


def policy(holdout: str = "", rules: str = RULE) -> Policy:
    return loads(f"gate: 1\n{f'holdout: {holdout}' if holdout else ''}\n{rules}", "2026-06-01")


def test_what_it_says() -> None:
    found = policy("{uses: 32, adaptivity: first-pass, ledger: uses.jsonl, test_set: tickets}").holdout
    assert found == Holdout(uses=32, adaptivity=Adaptivity.FIRST_PASS, ledger="uses.jsonl", test_set="tickets")
    shortest = policy("{uses: 32.0, adaptivity: none}").holdout
    assert shortest == Holdout(uses=32, adaptivity=Adaptivity.NONE, ledger=LEDGER)
    assert policy().holdout is None


@pytest.mark.parametrize(("adaptivity", "share"), [("none", 1 / 8), ("first-pass", 1 / 8), ("full", 1 / 256)])
def test_what_a_use_may_spend(adaptivity: str, share: float) -> None:
    found = policy(f"{{uses: 8, adaptivity: {adaptivity}}}").holdout
    assert found is not None
    assert found.share == share


def test_one_use_spends_it_all() -> None:
    assert Holdout(uses=1, adaptivity=Adaptivity.NONE).share == 1
    assert Holdout(uses=1000, adaptivity=Adaptivity.FULL).share > 0


@pytest.mark.parametrize(
    "bad",
    [
        "32", "{uses: 32}", "{adaptivity: none}", "{uses: 0, adaptivity: none}", "{uses: 1001, adaptivity: none}",
        "{uses: 1.5, adaptivity: none}", "{uses: 32, adaptivity: some}", "{uses: true, adaptivity: none}",
        "{uses: 3, adaptivity: none, extra: 1}", "{uses: 3, adaptivity: none, ledger: ''}",
        "{uses: 3, adaptivity: none, ledger: ../elsewhere.jsonl}",
    ],
)  # fmt: skip
def test_what_is_refused(bad: str) -> None:
    with pytest.raises(PolicyError):
        policy(bad)


def test_a_policy_without_one_has_the_digest_it_always_had_and_each_key_counts() -> None:
    written = [
        "", "{uses: 3, adaptivity: none}", "{uses: 4, adaptivity: none}", "{uses: 3, adaptivity: full}",
        "{uses: 3, adaptivity: none, ledger: a}", "{uses: 3, adaptivity: none, test_set: a}",
    ]  # fmt: skip
    assert len({policy(each).sha256 for each in written}) == len(written)
    assert policy(written[1]).sha256 == policy(f"{{uses: 3.0, adaptivity: none, ledger: {LEDGER}}}").sha256


N8, P8, F8 = (f"{{uses: 8, adaptivity: {each}}}" for each in ("none", "first-pass", "full"))


@pytest.mark.parametrize(
    ("old", "new", "relation"),
    [
        ("", N8, Relation.TIGHTER),
        (N8, "", Relation.LOOSER),
        (N8, "{uses: 9, adaptivity: none}", Relation.LOOSER),
        (N8, "{uses: 9, adaptivity: full}", Relation.LOOSER),
        (N8, "{uses: 7, adaptivity: none}", Relation.CHANGED),  # each use may spend more
        (F8, "{uses: 7, adaptivity: full}", Relation.CHANGED),
        (N8, P8, Relation.TIGHTER),
        (N8, F8, Relation.TIGHTER),
        (N8, "{uses: 7, adaptivity: full}", Relation.TIGHTER),
        (P8, N8, Relation.LOOSER),
        (F8, N8, Relation.LOOSER),
        (F8, P8, Relation.LOOSER),
        (P8, F8, Relation.CHANGED),  # spends less, and a pass no longer retires
        (N8, "{uses: 8, adaptivity: none, ledger: other}", Relation.CHANGED),
        (N8, "{uses: 8, adaptivity: none, test_set: other}", Relation.CHANGED),
    ],
)
def test_a_change(old: str, new: str, relation: Relation) -> None:
    found = [part for part in difference(policy(old), policy(new), "2026-06-01").parts if part.kind == "holdout"]
    assert [part.relation for part in found] == [relation]


def test_a_history_counts_where_no_file_is_named() -> None:
    plain, there, elsewhere, file = (
        policy(f"{N8[:-1]}{more}}}", f"{history}{RULE}")
        for history, more in (
            ("", ""), ("history: git:origin\n", ""), ("history: git:other\n", ""), ("history: git:origin\n", ", ledger: a.jsonl")
        )
    )  # fmt: skip
    assert [each.holdout and each.holdout.ledger for each in (plain, there, file)] == [LEDGER, "", "a.jsonl"]
    assert not [each for each in there.files if each.endswith("jsonl")]
    for old, new in ((plain, there), (there, elsewhere), (there, file), (file, plain)):
        found = [part for part in difference(old, new, "2026-06-01").parts if part.kind == "holdout"]
        assert [part.relation for part in found] == [Relation.CHANGED], (old.history, new.history)
        assert "begins to count anew" in found[0].why


@pytest.mark.parametrize("soft", ["undecided: pass", "undecided: warn", "missing: warn", "level: warn"])
def test_less_certainty_is_not_tighter_where_doubt_passes(soft: str) -> None:
    rules = f"rules: [recall >= 0.9, {{check: recall >= 0.8, confidence: 95%, {soft}}}]\n"
    found = difference(policy("", rules), policy(N8, rules), "2026-06-01")
    assert found.loosened


def test_the_same_is_no_change() -> None:
    assert not [part for part in difference(policy(N8), policy(N8), "2026-06-01").parts if part.kind == "holdout"]

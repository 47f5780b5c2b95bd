"""A policy as an object."""

from __future__ import annotations

from pathlib import Path

import pytest

import gate
from gate.errors import PolicyError
from gate.policy.policy import Policy, Settle
from tests.policy.writing import policy, written


def test_the_rules_that_may_block() -> None:
    found = policy(
        "a > 1",
        "{check: b > 1, level: warn}",
        "{check: c > 1, level: info}",
        "{check: d > 1, blocks_from: 2027-01-01}",
    )
    assert [rule.id for rule in found.level_rules] == ["a > 1", "d > 1"]


def test_loading_is_a_public_name(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text(written("a > 1"))
    assert gate.Policy is Policy
    assert Policy.load(str(path)).rules[0].id == "a > 1"
    path.write_text(written("a => 1", "b => 1"))
    with pytest.raises(PolicyError) as error:
        Policy.load(str(path))
    assert len(error.value.problems) == 2


def test_a_policy_is_a_value() -> None:
    assert policy("a > 1") == policy("a > 1")
    assert policy("a > 1") != policy("a > 2")
    with pytest.raises(AttributeError):
        policy("a > 1").name = "other"  # type: ignore[misc]


def test_what_a_doubt_does_is_ordered_as_it_is_written() -> None:
    assert [each.value for each in Settle] == ["block", "warn", "pass"]

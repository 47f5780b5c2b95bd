"""docs/policy.md has a heading for every key of the schema, and its example loads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gate.errors import PolicyError
from gate.policy.load import loads

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads((ROOT / "policies" / "gate.schema.json").read_text(encoding="utf-8"))
HEADINGS = re.findall(r"^#{2,3} (.+)$", PAGE, re.MULTILINE)

# Under which key of a policy each definition with keys of its own stands.
INSIDE = {
    "action": "actions",
    "parameter": "params",
    "metric": "metrics",
    "rule": "rules",
    "waiver": "waivers",
    "waivers": "waivers",
}


def keys_of(part: dict[str, Any]) -> list[str]:
    """The keys that a definition, or one of its alternatives, may have."""
    return [key for each in (part, *part.get("anyOf", ())) for key in each.get("properties", ())]


def expected() -> set[str]:
    inner = {f"{INSIDE[name]}: {key}" for name, part in SCHEMA["$defs"].items() for key in keys_of(part)}
    return inner | set(SCHEMA["properties"])


def test_every_key_has_a_heading_and_every_heading_is_a_key() -> None:
    assert set(HEADINGS) == expected()
    assert len(HEADINGS) == len(set(HEADINGS))


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_key_is_explained(heading: str) -> None:
    text = re.split(rf"^#+ {re.escape(heading)}$", PAGE, flags=re.MULTILINE)[1].partition("\n#")[0]
    assert len(text.split()) >= 4


def test_the_example_loads() -> None:
    example = PAGE.partition("```yaml\n")[2].partition("```")[0]
    policy = loads(example, today="2026-11-01")
    assert [rule.id for rule in policy.rules][:2] == ["recall-floor", "precision-floor"]
    with pytest.raises(PolicyError):
        loads(example.replace("level: warn", "leve: warn"), today="2026-11-01")

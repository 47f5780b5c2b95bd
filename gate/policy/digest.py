"""The digest of a policy: over all that judges, packs and parameters included, however it is written."""

from __future__ import annotations

import json
from typing import Any

from gate.language.write import write
from gate.policy.policy import Policy, Rule
from gate.record import replace
from gate.terms.slice import Slice


def with_digest(policy: Policy) -> Policy:
    """The policy with the digest of what it means."""
    from hashlib import sha256

    content = json.dumps(_meaning(policy), sort_keys=True, ensure_ascii=True, default=str)
    return replace(policy, sha256=sha256(content.encode()).hexdigest())


def _meaning(policy: Policy) -> dict[str, Any]:
    """All that judges, in a form that does not depend on how it was written down or split into files."""
    return {
        "name": policy.name,
        "rules": sorted((_rule_meaning(rule) for rule in policy.rules), key=lambda meaning: str(meaning[0])),
        "waivers": [
            [w.rule, w.until, w.why, w.by, list(_pairs(w.slice)), write(w.floor.tree) if w.floor else ""] for w in policy.waivers
        ],
        "metrics": {
            name: [m.better.value if m.better else "", m.low, m.high, m.unit, m.source, *([m.spread] if m.spread else [])]
            for name, m in policy.metrics.items()
        },
        "slices": {column: sorted(values) for column, values in policy.slices.items()},
        "baselines": {name: source.text for name, source in policy.baselines.items()},
        "advisory": policy.advisory,
        "evidence": policy.evidence,
        "measure": policy.measure,
        "actions": [each.meaning for each in policy.actions] or None,
        **({"history": policy.history} if policy.history else {}),
        **({"purpose": policy.purpose} if policy.purpose else {}),
        **({"holdout": policy.holdout.meaning} if policy.holdout is not None else {}),
    }


def _rule_meaning(rule: Rule) -> list[Any]:
    settled = [
        rule.level.value,
        rule.undecided.value,
        rule.missing.value,
        rule.min_n,
        rule.confidence if not rule.exact else f"{rule.confidence} exact",
        rule.blocks_from,
        rule.waivable,
    ]
    return [rule.id, write(rule.expr.tree), *settled, rule.why, rule.owner]


def _pairs(on: Slice) -> tuple[tuple[str, str], ...]:
    return on.parts

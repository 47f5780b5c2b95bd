"""The catalogue of packs: policies/README.md."""

from __future__ import annotations

from typing import Any

from gate.language.parse import parse
from gate.language.tree import Reading, walk
from gate.policy import packs
from gate.policy.text import read

HEAD = """\
# Packs

<!-- Written by docs/generate.py from the packs beside it. Change those, then run it. -->

A pack is a policy to build on. Name it under `extends`, answer its questions under `params`, add rules of your own:

```yaml
gate: 1
name: fraud-detection
extends: [recall-critical]
params: {recall_floor: 90%, precision_floor: 20%}
rules:
  - recall[region=*] >= 0.80
```

No pack knows your numbers. What it asks must be answered, or the policy is refused with the question.
A pack reads metrics by their usual names. If yours are called otherwise, say so:
`metrics: {recall: {from: eval/recall}}`.

A rule of a pack can be made tighter under its id, and given an owner; it cannot be made looser or taken out:

```yaml
rules:
  - {id: recall-floor, min_n: 200, owner: "@fraud-ml"}
```
"""


def catalogue() -> str:
    """policies/README.md."""
    entries = [read(packs.path_of(name)).value for name in packs.names()]
    index = [f"- [{entry['name']}](#{entry['name']}): {', '.join(_metrics(entry))}" for entry in entries]
    return "\n".join([HEAD, *index, "", *map(_entry, entries)])


def _entry(entry: dict[str, Any]) -> str:
    questions = [f"| `{name}` | {asked['ask']} |" for name, asked in entry["params"].items()]
    rules = [f"| `{rule['id']}` | `{rule['check']}` | {_level(rule)} | {rule['why']} |" for rule in entry["rules"]]
    return "\n".join(
        [
            f"## {entry['name']}",
            "",
            entry["description"],
            "",
            "| It asks for | |",
            "|---|---|",
            *questions,
            "",
            "| Rule | It checks | It | What the report says when it does not hold |",
            "|---|---|---|---|",
            *rules,
            "",
            f"[{entry['name']}.yaml]({entry['name']}.yaml)",
            "",
        ]
    )


def _level(rule: dict[str, Any]) -> str:
    return {"block": "blocks", "warn": "warns", "info": "informs"}[rule.get("level", "block")]


def _metrics(entry: dict[str, Any]) -> list[str]:
    """The metrics that a pack reads, in the order of its rules."""
    found = (node.metric for rule in entry["rules"] for node in walk(parse(rule["check"])) if isinstance(node, Reading))
    return [f"`{name}`" for name in dict.fromkeys(found)]

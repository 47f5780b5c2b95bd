"""A folder with a policy, metrics and a history, in which `gate check` acts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from gate.app.acting.acting import acted
from gate.app.check import CheckRequest, check, judging_of
from gate.app.remember import trouble
from gate.terms.acted import Acted
from gate.terms.decision import Decision

RULES = "rules:\n  - {id: recall, check: recall >= 0.85}\n  - {id: accuracy, check: accuracy >= 0.8}\n"
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class Project:
    """`say` writes the policy's actions; `run` judges a recall on a day, acts and records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ: dict[str, str] = {"GATE_HISTORY": str(folder / "history.db")}

    def say(self, *actions: str) -> None:
        told = "".join(f"  - {each}\n" for each in actions)
        (self.folder / "gate.yaml").write_text(f"gate: 1\nname: fraud\n{RULES}actions:\n{told}")

    def run(
        self, day: str, recall: float, *, act: bool = True, record: bool = True, more: Mapping[str, str] | None = None
    ) -> Decision:
        path = self.folder / "metrics.json"
        path.write_text(json.dumps({"recall": recall, "accuracy": 0.9}))
        environ = {**self.environ, **(more or {})}
        policy = str(self.folder / "gate.yaml")
        request = CheckRequest(inputs=[str(path)], policies=[policy], now=day, environ=environ)
        judging = judging_of(request)
        decision = acted(check(request, judging), judging, environ, act=act)
        if record:
            assert trouble(decision, judging.policies, environ) == ""
        return decision

    def told(self, day: str, recall: float, **how: bool) -> list[tuple[str, str]]:
        """What became of each action: its status and kind."""
        return [(each.status, each.do) for each in self.run(day, recall, **how).actions]

    def one(self, day: str, recall: float, **how: bool) -> Acted:
        (found,) = self.run(day, recall, **how).actions
        return found

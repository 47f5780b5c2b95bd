"""A policy: what must hold before a model is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from gate.documents.files import WORK_TREE, Files
from gate.errors import Place
from gate.language.resolve import Expr
from gate.language.tree import Number
from gate.record import dataclass, field
from gate.terms.decision import Level
from gate.terms.metric import Metric
from gate.terms.slice import WHOLE, Slice

if TYPE_CHECKING:
    from gate.policy.action import Action
    from gate.policy.holdout import Holdout


class Settle(Enum):
    """What a doubt does to the verdict."""

    BLOCK = "block"
    WARN = "warn"
    PASS = "pass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line that must hold.

    `confidence` is in (0.5, 1), None compares the plain values; `exact` asks for tests whose error rate holds literally.
    `blocks_from` is an ISO date, before which the rule only informs; `origin` is the pack it came from, empty for the
    policy's own.
    """

    id: str
    expr: Expr
    where: Place
    level: Level = Level.BLOCK
    undecided: Settle = Settle.BLOCK
    missing: Settle = Settle.BLOCK
    min_n: float | None = None
    confidence: float | None = None
    exact: bool = False
    blocks_from: str = ""
    waivable: bool = True
    why: str = ""
    owner: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A named person's dated permission to ship although a rule does not hold; `until` is an ISO date, that day included."""

    rule: str
    until: str
    why: str
    by: str
    where: Place
    slice: Slice = WHOLE
    floor: Expr | None = None


@dataclass(frozen=True, slots=True)
class BaselineSource:
    """Where a named baseline comes from: `./file.json`, `git:main`, `ci:main`, `run:latest`, `mlflow:models:/m@champion`."""

    name: str
    text: str
    where: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules with what they need; `sha256` is over all that judges, packs and parameters included.

    `measure` is carried as it was written. `files` are the paths of all that it consists of
    or refers to. `waiver_days` and `waiver_by` are the limits that it sets to waivers (no name: anyone). `holdout` is
    the budget of its test set, `history` the URL of the store where runs are recorded ("" where it does not say).
    `purpose` is "monitor" where the model is in production already, which changes the words of reports.
    `places` are where its own keys stand, also those of metrics and slices ("metrics.recall"). `tree` is where it was read, and
    where what it names is read; `folder` is its folder in there.
    """

    name: str
    file: str
    rules: tuple[Rule, ...]
    folder: str = ""
    tree: Files = WORK_TREE
    description: str = ""
    waivers: tuple[Waiver, ...] = ()
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    slices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    baselines: Mapping[str, BaselineSource] = field(default_factory=dict)
    parameters: Mapping[str, Number] = field(default_factory=dict)
    advisory: bool = False
    evidence: str = "claimed"
    extends: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    waiver_days: int = 180
    waiver_by: tuple[str, ...] = ()
    holdout: Holdout | None = None
    history: str = ""
    purpose: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)
    measure: Any = None
    actions: tuple[Action, ...] = ()
    sha256: str = ""

    @classmethod
    def load(cls, path: str) -> Policy:
        """The policy in a file. Raises PolicyError with everything that is wrong in it."""
        from gate.policy.load import load

        return load(path)

    @property
    def share(self) -> float:
        """The part of each rule's error rate that one use of the test set may spend."""
        return self.holdout.share if self.holdout is not None else 1.0

    def source_of(self, metric: str) -> str:
        """The name under which files have a metric."""
        fact = self.metrics.get(metric)
        return fact.source if fact is not None and fact.source else metric

    @property
    def level_rules(self) -> tuple[Rule, ...]:
        """The rules that may block, today or later."""
        return tuple(rule for rule in self.rules if rule.level is Level.BLOCK)

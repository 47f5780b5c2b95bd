"""The decision: every finding, the verdict, and the digests of what went in."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from gate import registry
from gate.errors import Place
from gate.record import dataclass, field
from gate.terms.measurement import Interval
from gate.terms.slice import WHOLE, Slice

if TYPE_CHECKING:
    from gate.terms.acted import Acted
    from gate.terms.baseline import Baseline
    from gate.terms.case import LostCase
    from gate.terms.measurements import Measurements
    from gate.terms.revision import Proposed, Revision


class Outcome(Enum):
    """What judging one rule on one slice found."""

    PASS = "pass"
    FAIL = "fail"
    UNDECIDED = "undecided"  # there is a value; the evidence is too weak
    MISSING = "missing"  # there is no value


class Level(Enum):
    """How much a rule matters."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class Verdict(Enum):
    """The answer; also what a single finding contributes to it."""

    PASS = "pass"
    WARN = "warn"
    UNDECIDED = "undecided"
    FAIL = "fail"
    ERROR = "error"

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self]


EXIT_CODES = {Verdict.PASS: 0, Verdict.WARN: 0, Verdict.UNDECIDED: 3, Verdict.FAIL: 1, Verdict.ERROR: 2}
WORST_FIRST = (Verdict.ERROR, Verdict.FAIL, Verdict.UNDECIDED, Verdict.WARN, Verdict.PASS)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an outcome is what it is: `slug` is the anchor in docs/errors.md, `remedy` what to do about it."""

    slug: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison of a rule as it was judged; `left`/`right` are None where unknown, booleans as they are."""

    text: str
    left: float | bool | None
    operator: str
    right: float | bool | None
    margin: float | None
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A measurement that a finding looked at: `of` is "candidate" or the name of a baseline.

    `unfit` is the slug of the reason why it could not be compared: it has no value, or one that cannot be.
    """

    of: str
    metric: str
    slice: Slice
    value: float | bool | None
    n: float | None = None
    interval: Interval | None = None
    unfit: str = ""


@dataclass(frozen=True, slots=True)
class UsedWaiver:
    """The permission under which a finding does not block."""

    until: str
    why: str
    by: str
    floor: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A slice and the part of a whole's change since the baseline that it carries; shares of one finding add up to the change."""

    slice: Slice
    value: float
    before: float
    n: float
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """How sure a finding is whose rule asks for `confidence` (one-sided, in (0.5, 1)).

    `p_above` and `p_below` are p-values of the whole rule: small, they show that it holds, or that it does not; at most
    `alpha` is enough. Where the rule blocks on evidence only, `p_below` is already multiplied by Holm, and `family` says
    over how many findings. What follows is of the deciding comparison: [`low`, `high`] is the two-sided interval of its
    margin at 1 - 2 alpha (zero inside is undecided), None where nothing is known; `shown` the same for the value, where
    that is one measurement. `n` counts `of` (rows, positives, pairs). `provable` is the smallest measured margin
    that proves something at this n; `more` about how many more of them would settle it, were the estimate the truth, and
    `why` why no number can be given.
    """

    confidence: float
    alpha: float
    p_above: float
    p_below: float
    low: float | None = None
    high: float | None = None
    method: str = ""
    n: float | None = None
    of: str = ""
    provable: float | None = None
    more: float | None = None
    why: str = ""
    shown: Interval | None = None
    family: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule judged on one slice.

    `effect` is what the finding contributes to the verdict. `margin` is positive when the rule
    holds with room to spare; None where a rule has no single one. `value` and `threshold` are
    the two sides of the deciding part. `baseline` is what reports call the one that was compared
    with. `notes` are remarks that do not change the outcome. `policy` is the file of the policy
    that judged, `where` the rule's place (it may be a pack's). `certainty` is there where the rule asks for
    confidence and something was compared.
    """

    rule: str
    policy: str
    expression: str
    outcome: Outcome
    effect: Verdict
    level: Level
    slice: Slice = WHOLE
    value: float | bool | None = None
    operator: str = ""
    threshold: float | bool | None = None
    margin: float | None = None
    interval: Interval | None = None
    n: float | None = None
    unit: str = ""
    baseline: str = ""
    baseline_value: float | None = None
    reasons: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    parts: tuple[Part, ...] = ()
    reads: tuple[Read, ...] = ()
    shares: tuple[Share, ...] = ()
    waiver: UsedWaiver | None = None
    evidence: str = "claimed"
    why: str = ""
    owner: str = ""
    blocks_from: str = ""
    where: Place | None = None
    certainty: Certainty | None = None


@dataclass(frozen=True, slots=True)
class InputIdentity:
    """A file that went into the decision. `role` is "metrics", or the name of a baseline."""

    role: str
    name: str
    format: str
    sha256: str


@dataclass(frozen=True, slots=True)
class PolicyIdentity:
    """A policy that judged: its digest is over the resolved policy, packs and parameters included."""

    name: str
    file: str
    sha256: str
    rules: int
    advisory: bool = False
    extends: tuple[str, ...] = ()
    purpose: str = ""  # "monitor" where it watches a model that is deployed already


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model: its path in there, with `/`; `.` where the model is one file."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """A model that the decision is about: `sha256` is OpenSSF model signing's digest over those of its files."""

    name: str
    sha256: str
    files: tuple[ModelFile, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Decision:
    """The one result; every report is a pure function of it.

    `judged_at` is the clock as ISO 8601 UTC; `simulated` says that it was given, not read.
    `model` is what `--model` names, by its digests.
    `messages` are what went wrong when the verdict is `error`. `candidate` and `baselines` are the
    measurements that were judged, so that they can be judged again. `lost` are cases that held on a
    baseline and fail now. `revision` is where a trusted policy was read, `proposed` what the change would
    make of it. `actions` are what follows the verdict. `run_url` is the page of the job that judged.
    """

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    policies: tuple[PolicyIdentity, ...] = ()
    inputs: tuple[InputIdentity, ...] = ()
    model: tuple[ModelIdentity, ...] = ()
    messages: tuple[str, ...] = ()
    notes: tuple[Reason, ...] = ()
    unused: tuple[str, ...] = ()
    candidate: Measurements | None = None
    baselines: tuple[Baseline, ...] = ()
    lost: tuple[LostCase, ...] = ()
    revision: Revision | None = None
    proposed: Proposed | None = None
    actions: tuple[Acted, ...] = ()
    commit: str = ""
    run_url: str = ""
    judged_at: str = ""
    simulated: bool = False
    gate_version: str = ""
    format: int = field(default=1)

    @property
    def passed(self) -> bool:
        """Whether the model may be deployed."""
        return self.exit_code == 0

    def __bool__(self) -> bool:
        """The same: `assert gate.check(…)` must not hold for a model that fails."""
        return self.passed

    @property
    def exit_code(self) -> int:
        return self.verdict.exit_code

    @property
    def name(self) -> str:
        return " + ".join(policy.name for policy in self.policies)

    @property
    def advisory(self) -> bool:
        return any(policy.advisory for policy in self.policies)

    @property
    def monitors(self) -> bool:
        """Whether it is about a model in production: reports then say "act", not "do not deploy"."""
        return any(policy.purpose == "monitor" for policy in self.policies)

    def __repr__(self) -> str:
        count = len(self.findings)
        return f"<Decision {self.verdict.value} by {self.name or 'no policy'!r}: {count} finding{'s' * (count != 1)}>"

    def __str__(self) -> str:
        """The terminal report."""
        return str(registry.load("reports", "text").render(self))

    def _repr_markdown_(self) -> str:
        """The Markdown report: how a notebook shows a decision."""
        return str(registry.load("reports", "markdown").render(self))

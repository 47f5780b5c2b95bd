"""A plan: how many rows a policy needs before its rules can be shown to hold."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from gate.errors import Place
from gate.record import dataclass, field
from gate.terms.slice import Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many units a method needs: `of` says of what, `fraction` in (0, 1] which part of all rows they are.

    `power` is how often so many show it if the truth is as assumed, None where the method promises it always.
    """

    method: str
    units: float
    of: str = "rows"
    fraction: float = 1.0
    power: float | None = None

    @property
    def rows(self) -> int:
        return ceil(self.units / self.fraction - 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlan:
    """One comparison of a rule.

    `line` and `truth` are what has to be exceeded and what is assumed; `shows` and `supposed` say the same in words.
    `tolerance` is how near the line an answer still matters. `ours` is by gate's own test, `bound` by the published bound,
    `fewest` if all units are right. `labels` are those for one use if only rows are labelled on which the models differ,
    `provable` the smallest distance from the line that a given number of rows would show (infinite: none). `why` is why there is
    no number.
    `assumed` names what the sizes rest on (`positives`, `balanced`, `differ`), `said` tells what else they do, in words;
    `no_margin` says that a new model must be better than the baseline, not just as good.
    """

    text: str
    shows: str = ""
    supposed: str = ""
    line: float | None = None
    truth: float | None = None
    tolerance: float | None = None
    ours: Size | None = None
    bound: Size | None = None
    fewest: Size | None = None
    labels: int | None = None
    provable: float | None = None
    why: str = ""
    assumed: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    no_margin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlan:
    """One rule: `confidence` is what it asks for, `alpha` what one use of the test set may spend of 1 - confidence.

    `each` says of which slices it must be shown ("each region"); `all_of` is false where one of the parts suffices. `why` is
    why nothing has to be shown, and there are no parts.
    """

    id: str
    expression: str
    parts: tuple[PartPlan, ...] = ()
    confidence: float | None = None
    alpha: float = 0.0
    each: str = ""
    all_of: bool = True
    where: Place | None = None
    why: str = ""

    @property
    def ours(self) -> Size | None:
        """The size that shows all parts, None where one is not known or only one of them need hold."""
        return _largest([part.ours for part in self.parts]) if self.all_of else None

    @property
    def bound(self) -> Size | None:
        return _largest([part.bound for part in self.parts]) if self.all_of else None


def _largest(sizes: list[Size | None]) -> Size | None:
    known = [size for size in sizes if size is not None]
    return max(known, key=lambda size: size.rows) if known and len(known) == len(sizes) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """What one finding became on pairs of test sets drawn from the same rows: how often each outcome came.

    `flips` is the share of pairs that disagree, `contradicts` of those of which one passes and the other fails; `plain` and
    `plain_contradicts` are the same for the plain comparison (None where no confidence is asked for anyway). `dropped` are the
    outcomes where the model had lost as much as was asked about.
    """

    rule: str
    expression: str
    slice: Slice
    outcomes: Mapping[str, int]
    flips: float
    contradicts: float = 0.0
    plain: Mapping[str, int] = field(default_factory=dict)
    plain_contradicts: float | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Test sets drawn from given rows, judged: `rows` there are, `size` in each draw, `draws` pairs of them, by `seed`.

    `verdicts` are those of the whole policy, `drop` by how much the model was made worse (0: not), `stopped` says that the time
    was up before all draws were done. `positives` and `differ` are the share of the rows that are positive, and on which the
    model and its baseline are not both right or both wrong (None: they do not tell). `notes` say what was not drawn.
    """

    source: str
    rows: int
    size: int
    draws: int
    seed: int
    verdicts: Mapping[str, int]
    flips: float
    contradicts: float = 0.0
    findings: tuple[Flips, ...] = ()
    drop: float = 0.0
    dropped: Mapping[str, int] = field(default_factory=dict)
    stopped: bool = False
    positives: float | None = None
    differ: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a policy needs. `uses` and `adaptivity` are those of its `holdout` (1 and "" without one), `rows` those that were
    asked about (None: none); `assumed` is what the numbers rest on, in words."""

    name: str
    file: str
    rules: tuple[RulePlan, ...]
    uses: int = 1
    adaptivity: str = ""
    power: float = 0.8
    rows: int | None = None
    assumed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    trial: Trial | None = None

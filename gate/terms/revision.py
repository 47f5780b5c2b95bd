"""Which revision's policy judged, and what the change would make of it."""

from __future__ import annotations

from gate.record import dataclass
from gate.terms.replay import Replay


@dataclass(frozen=True, slots=True)
class Revision:
    """The trusted revision that the policy was read at.

    `ref` is as it was asked for, `commit` in full, `by` what read it ("git", "github", "gitlab").
    `first` says that this revision has no policy anywhere yet, so that the change's own one judged.
    """

    ref: str
    commit: str
    by: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """One part of the policy that the change would alter; a side is empty where it does not have the part.

    `relation` is "looser", "changed" (not comparable: counts as loosened) or "tighter".
    """

    relation: str
    before: str
    after: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """The policy as the change would have it: not used, only tried on the same measurements.

    `verdict` is what it would say, empty where it cannot be read; `messages` are then why. `replay`
    is what it would have said of recorded runs.
    """

    files: tuple[str, ...]
    loosened: bool
    changes: tuple[ProposedChange, ...] = ()
    verdict: str = ""
    messages: tuple[str, ...] = ()
    replay: Replay | None = None

"""`holdout`: how often one test set may be used, and what each use may spend of the error rate."""

from __future__ import annotations

from enum import Enum

from gate.errors import Problem
from gate.policy.text import PolicyText
from gate.record import dataclass

LEDGER = ".gate/holdout.jsonl"


class Adaptivity(Enum):
    """What whoever trains the next model learns from the verdicts of the last ones (Renggli et al. 2019, ease.ml/ci)."""

    NONE = "none"  # nothing: they are not told
    FIRST_PASS = "first-pass"  # that all have failed: the first that passes retires the test set
    FULL = "full"  # every verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """The budget of a test set: `uses` in [1, 1000] are all verdicts that it may give.

    `ledger` is the path of the file that counts them, beside the policy or absolute; "" for the history that the policy
    names. `test_set` names the set where metrics come from a file, which does not show its rows.
    """

    uses: int
    adaptivity: Adaptivity
    ledger: str = LEDGER
    test_set: str = ""

    @property
    def share(self) -> float:
        """The part of an error rate that one use may spend, in (0, 1].

        1 / uses (a union bound over the verdicts), or 1 / 2^uses where each next model may depend on every verdict before
        (over all sequences of verdicts).
        """
        return 2.0**-self.uses if self.adaptivity is Adaptivity.FULL else 1 / self.uses

    @property
    def meaning(self) -> list[object]:
        """All that counts, for the policy's digest."""
        return [self.uses, self.adaptivity.value, self.ledger, self.test_set]


def build(source: PolicyText, problems: list[Problem]) -> Holdout:
    """What a policy's `holdout`, which has its shape, means."""
    written = source.value["holdout"]
    ledger = written.get("ledger", "" if source.value.get("history") else LEDGER)
    if ".." in ledger.split("/"):
        remedy = f"`ledger: {LEDGER}`, or an absolute path"
        what = "the ledger of a test set lies below the policy"
        problems.append(source.problem("ledger-path", what, written.marks["ledger"], remedy))
    return Holdout(
        uses=int(written["uses"]),
        adaptivity=Adaptivity(written["adaptivity"]),
        ledger=ledger,
        test_set=written.get("test_set", ""),
    )

"""What the uses of a test set have spent, whether one more is granted, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gate.app.holdout.ledger import Use
from gate.language.value import Doubt
from gate.policy.holdout import Adaptivity, Holdout
from gate.record import dataclass
from gate.terms.decision import Reason

NEARLY = 0.8  # of the uses, from which on a report warns
REFRESH = "refresh the test set; the old one can be released as development data"
_NOISE = 1e-9
_MOST = 1000  # doublings: no sum needs more to be above 1


@dataclass(frozen=True, slots=True)
class Asked:
    """One use that is asked for: `predictions` on a test set that is `called` so, at this share of the error rate."""

    holdout: Holdout
    called: str
    predictions: str
    share: float


def called(test_set: str) -> str:
    return test_set if test_set.startswith("named ") else test_set[:12]


def spent(of_this: Iterable[Use]) -> dict[str, float]:
    """What each set of predictions has spent, in the order in which they spent it last.

    The same predictions again are free, unless the policy lets them spend more than before.
    """
    found: dict[str, float] = {}
    for use in of_this:
        if use.share > found.get(use.predictions, 0.0):
            found.pop(use.predictions, None)
            found[use.predictions] = use.share
    return found


def is_free(of_this: Iterable[Use], asked: Asked) -> bool:
    return asked.share <= spent(of_this).get(asked.predictions, 0.0)


def refused(of_this: Sequence[Use], asked: Asked) -> Doubt | None:
    """Why a use of a set that the ledger knows is not granted."""
    if is_free(of_this, asked):
        return None
    holdout, every = asked.holdout, spent(of_this)
    others = [share for predictions, share in every.items() if predictions != asked.predictions]
    retired = next((use for use in of_this if use.passed), None)
    if asked.predictions not in every and holdout.adaptivity is Adaptivity.FIRST_PASS and retired is not None:
        what = f"the test set {asked.called} was retired by the pass of {retired.at[:10]}"
    elif len(others) >= holdout.uses:
        uses = "the one use" if holdout.uses == 1 else f"all {holdout.uses} uses"
        what = f"{uses} of the test set {asked.called} {'is' if holdout.uses == 1 else 'are'} spent"
    elif _total([*others, asked.share], holdout) > 1 + _NOISE:
        before = "1 use" if len(others) == 1 else f"{len(others)} uses"
        part = f"{100 * _total(others, holdout):.0f} % of the error rate, under another budget than this one"
        what = f"the test set {asked.called} has spent in {before} {part}: too little is left for a use of {_part(asked)}"
    else:
        return None
    return Doubt("holdout-spent", what, REFRESH, weak=True)


def _total(shares: Sequence[float], holdout: Holdout) -> float:
    """How often an error may have been made in all, in parts of the error rate: 1 at most where a budget is kept to."""
    return sum(share * _weight(index, holdout) for index, share in enumerate(shares))


def _weight(index: int, holdout: Holdout) -> float:
    """Who knows every verdict may have been told as many stories as there are sequences of verdicts: each use doubles them."""
    return 2.0 ** min(index, _MOST) if holdout.adaptivity is Adaptivity.FULL else 1.0


def _part(asked: Asked) -> str:
    holdout = asked.holdout
    if asked.share != holdout.share:  # another policy that judges with this one grants less
        return f"{asked.share:.3g}"
    return f"1/{holdout.uses}" if holdout.adaptivity is not Adaptivity.FULL else f"1/2^{holdout.uses}"


def note(of_this: Sequence[Use], asked: Asked, remarks: Sequence[str]) -> Reason:
    """Which use this is, and how many are left."""
    holdout = asked.holdout
    order = list(dict.fromkeys([*(use.predictions for use in of_this), asked.predictions]))
    told = [f"use {order.index(asked.predictions) + 1} of {holdout.uses} of the test set {asked.called}"]
    told += ["the same predictions as before, which costs nothing"] if is_free(of_this, asked) else []
    what = f"{', '.join([*told, *remarks])}; each rule may spend {_part(asked)} of its error rate"
    shares = spent(of_this)
    shares[asked.predictions] = max(asked.share, shares.get(asked.predictions, 0.0))
    left = _left(list(shares.values()), asked)
    if holdout.uses - left >= NEARLY * holdout.uses:
        last = f"{left} {'use is' if left == 1 else 'uses are'} left"
        last = last if left else "no use is left" if is_free(of_this, asked) else "it is the last"
        return Reason("holdout-nearly-spent", f"{what}; {last}", REFRESH)
    return Reason("holdout-use", what, "")


def _left(shares: Sequence[float], asked: Asked) -> int:
    """How many more uses are granted: none once those that the policy states are spent, or the error rate is."""
    most, total = max(asked.holdout.uses - len(shares), 0), _total(shares, asked.holdout)
    for more in range(most):
        total += asked.share * _weight(len(shares) + more, asked.holdout)
        if total > 1 + _NOISE:
            return more
    return most

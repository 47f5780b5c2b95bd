"""F1 as a share: the Jaccard index TP / (TP + FP + FN) is one, and F1 rises with it."""

from __future__ import annotations

from collections.abc import Callable

from gate.record import replace
from gate.stats import proportion
from gate.stats.test import Tails, Test

OF = "true positives, false positives and false negatives"


def of_f1(value: float, n: float) -> Test:
    """F1 in [0, 1] where true positives, false positives and false negatives are `n` > 0 together.

    By the score test of the Jaccard index (Lam, Gopal and Qian 2023), with its binomial tails in families. A smaller `n` is
    on the safe side: the number of positives will do where nothing else is known.
    """
    jaccard = proportion.of_counts(value / (2 - value) * n, n)
    return replace(
        jaccard,
        tails=_mapped(jaccard.tails),
        far=_mapped(jaccard.far_tails),
        estimate=_f1(jaccard.estimate),
        method=f"{jaccard.method} of the Jaccard index",
        of=OF,
        spread=None if jaccard.spread is None else jaccard.spread * 2 / (1 + jaccard.estimate) ** 2,
    )


def _f1(jaccard: float) -> float:
    return 2 * jaccard / (1 + jaccard)


def _mapped(tails: Callable[[float], Tails]) -> Callable[[float], Tails]:
    def at(c: float) -> Tails:
        return tails(c / (2 - c)) if c < 2 else Tails(1.0, 0.0)

    return at

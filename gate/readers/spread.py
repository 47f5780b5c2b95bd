"""The evidence of a mean of scores: how many, their standard deviation, the standard error of the mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypedDict


class Spread(TypedDict, total=False):
    """Evidence as metrics files write it."""

    n: int
    std: float
    stderr: float


def spread(scores: Sequence[float]) -> Spread:
    """n, and from two finite scores on std (with n - 1) and stderr = std / √n."""
    n = len(scores)
    if n < 2:
        return {"n": n}
    try:
        mean = math.fsum(scores) / n
        std = math.sqrt(math.fsum((score - mean) ** 2 for score in scores) / (n - 1))
    except OverflowError:
        return {"n": n}
    return {"n": n, "std": std, "stderr": std / math.sqrt(n)}

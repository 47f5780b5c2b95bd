"""How sure something is, for people: an error rate as confidence, and what one of many is called."""

from __future__ import annotations

from math import ceil, floor, log10

_MOST = 15  # decimals; beyond, nobody counts nines


def percent(error: float) -> str:
    """ "95 %" of an error rate of 0.05 in (0, 1): never more than it is, and never 100."""
    rest = 100 * error
    digits = 1 - floor(log10(rest))
    if digits > _MOST:
        return f"more than 99.{'9' * (_MOST - 3)} %"
    tenths = ceil(rest * 10.0**digits - 1e-6)  # two digits of what is missing, upwards
    whole, part = divmod(100 * 10**digits - tenths, 10**digits) if digits > 0 else (100 - ceil(rest - 1e-6), 0)
    return f"{whole}.{part:0{digits}d}".rstrip("0").rstrip(".") + " %" if digits > 0 else f"{whole} %"


def of_interval(alpha: float) -> float:
    """The confidence of the interval with `alpha` on either side, as a number: below 1, however small that is."""
    return min(round(1 - 2 * alpha, 12 if alpha > 1e-11 else 17), 1 - 2.0**-53)


def singular(of: str) -> str:
    """What one of them is called: "predicted positive", "pair of positives"."""
    if of == "queries":
        return "query"
    first, *rest = of.split(" ")
    if first.endswith("s"):
        return " ".join((first[:-1], *rest))
    return of.removesuffix("s")

"""What evidence cannot be, each as a reason in words; empty where nothing speaks against it."""

from __future__ import annotations

# Values are often written by single-precision floats, which are off by 6e-8 of themselves.
_NOISE = 1e-7


def of_counts(k: float, n: float) -> str:
    """Why `k` cannot be a count of `n`."""
    if n <= 0:
        return "n is not above 0"
    if k < 0:
        return f"k is negative: {k!r}"
    return f"k is more than n: {k!r} of {n!r}" if k > n else ""


def of_share(value: float, n: float) -> str:
    """Why `value`, as written, cannot be a share of `n` rows: no whole number of them gives it, rounded to its decimals."""
    if not 0 <= value <= 1:
        return f"{value!r} is no share: it is not between 0 and 1"
    if n <= 0:
        return "n is not above 0"
    n = float(n)
    nearest = round(value * n) / n
    if abs(value - nearest) <= half_a_digit(value) + _NOISE:
        return ""
    return f"{value!r} of {n:g} is {value * n:.6g}, not a whole number: {n:g} is not what it is a share of"


def of_interval(low: float, high: float, value: float) -> str:
    """Why [low, high] cannot be an interval for `value`."""
    if low > high:
        return f"the interval is reversed: {low!r} to {high!r}"
    noise = _NOISE * max(abs(low), abs(high))
    if not low - noise <= value <= high + noise:
        return f"the interval does not hold its value: {value!r} is not in [{low!r}, {high!r}]"
    return f"the interval has no width: {low!r} to {high!r}" if low == high else ""


def of_stderr(stderr: float) -> str:
    """Why `stderr` cannot be a standard error that says something."""
    if stderr < 0:
        return f"the standard error is negative: {stderr!r}"
    return "the standard error is 0: how much the value can differ is not known" if stderr == 0 else ""


def of_denominator(n: float, meant: float, what: str) -> str:
    """Why `n` is not the denominator, where it is known: `meant` of `what` ("positives", "predicted positives")."""
    return "" if n == meant else f"n is {n:g}, but the value is a share of {meant:g} {what}"


def half_a_digit(value: float) -> float:
    """How far rounding can have moved a number that is written with as many decimals as this one."""
    mantissa, _, exponent = repr(float(value)).partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    return 0.5 * 10.0**-decimals if decimals < 300 else 0.0

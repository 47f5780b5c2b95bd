"""Whole numbers beyond 64 bits, taken from a double in two parts that each fit."""

from __future__ import annotations

SPLIT = 2**40


def halves(expression: str) -> tuple[str, str]:
    """SQL for the multiples of 2^40 in a double, and for what is left of it, without its fraction; both are exact."""
    high = f"floor(({expression}) / {SPLIT}e0)"
    return high, f"floor(({expression}) - {high} * {SPLIT}e0)"

"""A mapping with a value and its evidence, as one measurement: `{"value": 0.91, "n": 400}`."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from gate.documents.document import shown
from gate.errors import InputError, Place, Problem
from gate.readers.names import clean
from gate.readers.values import is_number, kind, measured
from gate.terms.measurement import Interval, Measurement, Support
from gate.terms.metric import Direction
from gate.terms.slice import Slice

NUMBERS = ("n", "k", "stderr", "std", "n_pos", "n_neg", "exposure")
# `evidence` is what `gate measure` writes; in a file it is one more claim, and not read.
_TAKEN = frozenset(("value", *NUMBERS, "interval", "unit", "better", "slice", "evidence"))
_CONFIDENCE = 0.95
_NOISE = 1e-9


def is_measurement(mapping: Mapping[str, Any]) -> bool:
    """Whether a mapping is a measurement: it has a `value`, or nothing but evidence with `k` and `n`, or `k` and `exposure`."""
    if "value" in mapping:
        return not isinstance(mapping["value"], dict)
    if "k" not in mapping or ("n" not in mapping and "exposure" not in mapping):
        return False
    return all(is_evidence(key, mapping) for key in mapping) and not isinstance(mapping["k"], dict)


def is_evidence(key: str, mapping: Mapping[str, Any]) -> bool:
    """Whether a key of a measurement is part of it; other keys are measurements of their own."""
    return key in _TAKEN or (key == "confidence" and "interval" in mapping)


def measurement(mapping: Mapping[str, Any], name: str, on: Slice, where: Place) -> Measurement:
    """The measurement; with `k` and `n`, or `k` and `exposure`, its value is their exact ratio.

    Raises InputError where a piece of evidence is not what it must be, or contradicts the rest.
    """
    said = _Said(mapping, name, where)
    support = said.support()
    value, problem = measured(mapping["value"]) if "value" in mapping else (None, "")
    unit, better = said.unit(), said.better()
    scale = 100 if unit == "%" else 1
    if "value" not in mapping and (support.k is None or (support.n is None and support.exposure is None)):
        raise said.refusal("a measurement needs a `value`, or `k` and `n`")
    contradiction = _contradiction(support) or ("" if problem else _against(value, support, scale))
    if contradiction:
        raise said.refusal(contradiction)
    if support.n == 0:
        value, problem = None, problem or "measured on no rows (n is 0)"
    elif not problem and not isinstance(value, bool) and support.k is not None and support.n:
        value = scale * (support.k / support.n)
    elif not problem and not isinstance(value, bool) and support.k is not None and support.exposure:
        value = _rate(support.k, support.exposure)
        problem = "" if value is not None else "too many in so little exposure"
    return Measurement(name, value, on, support, unit, better, problem, where)


def _rate(count: float, exposure: float) -> float | None:
    """Events per exposure, where that is a number."""
    rate = count / exposure
    return rate if rate - rate == 0 else None


class _Said:
    """The evidence of one measurement as the file has it."""

    def __init__(self, mapping: Mapping[str, Any], name: str, where: Place) -> None:
        self.mapping = mapping
        self.name = name
        self.where = where

    def refusal(self, message: str, remedy: str = "") -> InputError:
        return InputError(Problem("bad-evidence", f"`{shown(self.name)}`: {message}", self.where, remedy))

    def support(self) -> Support:
        n, k, stderr, std, n_pos, n_neg, exposure = map(self.number, NUMBERS)
        return Support(n, k, stderr, std, n_pos, n_neg, self.interval(), exposure)

    def number(self, key: str) -> float | None:
        raw = self.mapping.get(key)
        if raw is None:
            return None
        if not is_number(raw):
            raise self.refusal(f"`{key}` is {measured(raw)[1] or kind(raw)}, not a number", "leave out what is not known")
        number: float = raw
        return number

    def interval(self) -> Interval | None:
        raw = self.mapping.get("interval")
        if raw is None:
            return None
        if not (isinstance(raw, list) and len(raw) == 2 and all(map(is_number, raw))):
            raise self.refusal("`interval` is not two numbers", "write `interval: [low, high]`")
        confidence = self.mapping.get("confidence")
        if confidence is None:
            confidence = _CONFIDENCE
        if not is_number(confidence) or not 0 < confidence < 1:
            raise self.refusal("`confidence` is not between 0 and 1", "write `confidence: 0.95`")
        return Interval(raw[0], raw[1], confidence)

    def unit(self) -> str:
        raw = self.mapping.get("unit")
        if raw is not None and not isinstance(raw, str):
            raise self.refusal(f"`unit` is {kind(raw)}, not text")
        return clean(raw or "", self.where)

    def better(self) -> Direction | None:
        raw = self.mapping.get("better")
        if raw is None:
            return None
        if raw not in ("higher", "lower"):
            raise self.refusal("`better` is neither `higher` nor `lower`")
        return Direction(raw)


def _contradiction(support: Support) -> str:
    """What in the evidence cannot be, whatever the value is; empty when nothing."""
    for key in NUMBERS:
        number = getattr(support, key)
        if number is not None and number < 0:
            return f"`{key}` is negative: {number!r}"
    if support.k is not None and support.n is not None and support.k > support.n:
        return f"`k` is more than `n`: {support.k!r} of {support.n!r}"
    if support.exposure is not None and support.n is not None:
        return "`k` is either of `n` or per `exposure`"
    if support.exposure == 0:
        return "`exposure` is 0: nothing could happen"
    if support.interval is not None and support.interval.low > support.interval.high:
        return f"`interval` is reversed: {support.interval.low!r} to {support.interval.high!r}"
    return ""


def _against(value: float | bool | None, support: Support, scale: float) -> str:
    """How the evidence contradicts the value; empty when it does not."""
    if value is None or isinstance(value, bool):
        return ""
    interval = support.interval
    if interval is not None:
        noise = _NOISE * max(abs(interval.low), abs(interval.high))
        if not interval.low - noise <= value <= interval.high + noise:
            return f"`interval` does not hold the value: {value!r} is not in [{interval.low!r}, {interval.high!r}]"
    if support.k is not None and support.n:
        share = scale * (support.k / support.n)
        if abs(value - share) > max(_half_a_digit(value, scale), _NOISE * scale):
            return f"`value` is {value!r}, but `k` of `n` is {share!r}; without `value`, that is the value"
    if support.k is not None and support.exposure:
        rate = support.k / support.exposure
        if abs(value - rate) > max(_half_a_digit(value, inf), _NOISE * rate):
            return f"`value` is {value!r}, but `k` per `exposure` is {rate!r}; without `value`, that is the value"
    return ""


def _half_a_digit(value: float, scale: float) -> float:
    """How far rounding can have moved a value; one that is written with too few digits is no exception."""
    from gate.stats.rounding import ROUGHEST, half_a_digit

    return min(half_a_digit(value) * (1 + _NOISE), scale * ROUGHEST)

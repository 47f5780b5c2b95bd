"""What stands before a parenthesis: functions with their arguments."""

from __future__ import annotations

from gate.language.tokens import AGGREGATES, FUNCTIONS, RuleError, Token
from gate.language.tree import Call, Expected, Expression, Last, Number, OnBaseline, Reading, Tracked

MAX_RUNS = 10_000
_HISTORIC = ("last", "expected_low", "expected_high", "ewma", "cusum")


def call(text: str, token: Token, arguments: tuple[Expression, ...], end: int) -> Expression:
    """The node of a function, or of a baseline, with its arguments. Raises RuleError where they do not fit."""
    if token.text in _HISTORIC:
        return _historic(text, token, arguments, end)
    if token.text in AGGREGATES:
        return Call(token.text, arguments, token.start, end)
    if len(arguments) != 1:
        raise RuleError("rule-function", f"`{token.text}(…)` takes one expression", text, token.start, end)
    if token.text == "abs":
        return Call("abs", arguments, token.start, end)
    return OnBaseline(token.text, arguments[0], token.start, end)


def unknown_function(text: str, token: Token) -> RuleError:
    """What is said of a function that there is not."""
    known = ", ".join(sorted(FUNCTIONS))
    remedy = f'functions are {known}; if this is a name, quote it: `"{token.text}(…)"`'
    return RuleError("rule-function", f"there is no function `{token.text}`", text, token.start, token.end, remedy)


def _historic(text: str, token: Token, arguments: tuple[Expression, ...], end: int) -> Expression:
    """`last(metric, k)`, `expected_low(metric, k)`, `ewma(metric, k)` and the like."""
    example = f"write `{token.text}(f1, 8)`"
    of = arguments[0]
    if len(arguments) != 2 or not isinstance(of, Reading):
        what = f"`{token.text}` takes a metric and a number of runs"
        raise RuleError("rule-function", what, text, token.start, end, example)
    count = arguments[1]
    runs = count.value if isinstance(count, Number) and not count.percent else 0
    if not (float(runs).is_integer() and 1 <= runs <= MAX_RUNS):
        what = f"the number of runs is a whole number from 1 to {MAX_RUNS}"
        raise RuleError("rule-function", what, text, count.start, count.end, example)
    if token.text == "last":
        return Last(of, int(runs), token.start, end)
    if token.text in ("ewma", "cusum"):
        return Tracked(token.text, of, int(runs), token.start, end)
    return Expected(token.text, of, int(runs), token.start, end)

"""What a token that does not fit was probably meant to be."""

from __future__ import annotations

from gate.language.tokens import COMPARE, RuleError, Token

_OPERANDS = ("name", "number", "selector", "parameter")


def misread(text: str, before: Token | None, token: Token) -> RuleError:
    """The error for a token that is not expected where it stands."""
    if token.kind == "end":
        what, remedy = "the rule ends too early", "something to compare with is missing"
        return RuleError("rule-syntax", what, text, max(0, token.start - 1), token.end, remedy)
    if before is not None and before.kind in _OPERANDS:
        if token.text == "," and before.kind == "number":
            remedy = "a decimal has a point: `0.8`; thousands are not parted: `1000`"
            return RuleError("rule-syntax", "a comma after a number", text, token.start, token.end, remedy)
        if token.kind in _OPERANDS:
            remedy = "two rules? a `-` is missing; two comparisons? write `and`; a name with a blank is quoted"
            return RuleError("rule-syntax", "two values stand side by side", text, before.start, token.end, remedy)
    if token.text in COMPARE and token.kind == "operator" and (before is None or before.text in ("and", "or", "not", "(")):
        what, remedy = f"nothing stands before `{token.text}`", "a rule starts with what is measured: `accuracy > 0.8`"
        return RuleError("rule-syntax", what, text, token.start, token.end, remedy)
    return RuleError("rule-syntax", f"`{text[token.start : token.end]}` is not expected here", text, token.start, token.end)

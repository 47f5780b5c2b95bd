"""What the other tool says of a case, in our words: pass, warn, fail, undecided, error; one word for each question."""

from __future__ import annotations

from tests.oracle.said_ml import Case

WORDS = {
    "pass": "pass", "Pass": "pass", "Successful": "pass", "success": "pass", "ok": "pass", "info": "pass",
    "warning": "warn", "fail": "fail", "Failed": "fail", "failure": "fail", "lower alert": "fail", "upper alert": "fail",
    "High": "fail", "Nodata": "fail", "Inconclusive": "undecided", "Error": "error", "error": "error", "config_error": "error",
}  # fmt: skip
SODA_CODES = {0: "pass", 1: "fail", 2: "warn", 3: "error", 4: "error"}
SANE = {"fail or inconclusive": "undecided"}


def theirs(case: Case) -> list[str]:
    """The verdicts; of a tool and a user or an author that contradicts it, the tool's."""
    expected = case["expected"]
    if case["id"] == "gab-zero-zero":
        return ["pass"]  # a ratio of 1 is no alert
    if isinstance(expected, dict):
        return _of_mapping(expected)
    if isinstance(expected, bool):
        return ["pass" if expected else "fail"]
    if isinstance(expected, int):
        return [SODA_CODES[expected]]
    return ["pass" if expected.startswith("no limits") else WORDS[expected]]


def _of_mapping(expected: dict[str, object]) -> list[str]:
    if "verdicts" in expected:
        verdicts = expected["verdicts"]
        assert isinstance(verdicts, dict)
        return [WORDS[verdict] for verdict in verdicts.values()]
    if "alert" in expected:
        return ["warn" if expected.get("fail") is False else "fail" if expected["alert"] else "pass"]
    if "pass" in expected:
        return ["pass" if expected["pass"] else "fail"]
    for key in ("default", "exit"):
        if key in expected:
            return ["fail" if expected[key] else "pass"]
    for key in ("status", "result", "state", "classification", "my-test-metric-1", "tool_verdict"):
        if key in expected:
            word = str(expected[key])
            return ["pass" if word.startswith(("Pass", "no alert")) else WORDS[word]]
    return ["error"] if "error" in expected else []


def sane(case: Case) -> list[str]:
    """What a person wants instead of what the tool says, where the case tells."""
    expected = case["expected"]
    if not isinstance(expected, dict):
        return []
    word = expected.get("sane_verdict") or expected.get("user_expects")
    return [SANE.get(word) or WORDS[word]] if word else []

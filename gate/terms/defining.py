"""Words in a file that say how its metrics were defined: the threshold, the averaging, the label that counts as positive."""

from __future__ import annotations

from collections.abc import Iterator

# What is defined, and the names under which files say it.
WORDS = {
    "threshold": ("threshold", "decision_threshold"),
    "averaging": ("average", "averaging"),
    "positive label": ("pos_label", "positive_label", "positive"),
}
NAMES = frozenset(name for names in WORDS.values() for name in names)
_TEXT = "text"


def problem_of(text: str) -> str:
    """Why a text is no number, with the text itself: the table of measurements is all that judges see of a file."""
    return f"{_TEXT}, `{text}`"


def is_text(problem: str) -> bool:
    """Whether a value is none because it is text."""
    return problem.partition(",")[0] == _TEXT


def text_in(problem: str) -> str:
    """The text that a problem tells; "" where it tells none."""
    return problem.partition(", ")[2].strip("`") if is_text(problem) else ""


def places(what: str, metric: str) -> Iterator[tuple[str, str]]:
    """Under which names a file may say what a metric's definition is, and their last part: beside it first, then further out."""
    within = metric
    while True:
        for name in WORDS[what]:
            yield (f"{within}.{name}" if within else name), name
        if not within:
            return
        within = within.rpartition(".")[0]

"""Numbers in metrics files that say how a run went rather than how good a model is."""

from __future__ import annotations

import re

_WORDS = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_COUNTS = _set("n num count counts support sample samples rows examples")
_PROGRESS = _set("step steps epoch epochs iter iteration iterations batch batches flos seed version fold")
_TIMES = _set("runtime time timestamp times started ended start end created date datetime elapsed wall seconds minutes")
_SPREADS = _set("std stderr stddev sd variance var")
_LAST = _COUNTS | _PROGRESS | _TIMES | _SPREADS
_ABOVE = _set("n num count counts samples version versions config configs options metadata machine info better")
_RATE = "per"  # samples_per_second is a speed
_TRAINING = _set("train training")


def is_bookkeeping(name: str, known: bool) -> bool:
    """Whether nobody would gate on a number called like this; of a known metric only what stands before it is looked at."""
    *above, last = re.split(r"[./:|]+", name.strip("./:|") or name)
    if any(_ABOVE & set(words(part)) for part in above):
        return True
    found = words(last)
    return not known and _RATE not in found and not _LAST.isdisjoint(found)


def is_on_training_data(name: str) -> bool:
    """Whether the number was measured on the rows that the model was trained on."""
    return not _TRAINING.isdisjoint(words(name))


def words(name: str) -> list[str]:
    """`eval_samplesPerSecond` in words: eval, samples, per, second."""
    return [word.lower() for word in _WORDS.split(name) if word]

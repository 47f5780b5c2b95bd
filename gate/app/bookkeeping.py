"""Numbers in metrics files that say how a run went rather than how good a model is."""

from __future__ import annotations

import re

_WORDS = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])")

_COUNTS = frozenset("n num count counts support sample samples size length rows examples total".split())
_PROGRESS = frozenset("step steps epoch epochs iter iteration iterations batch batches flos seed version k fold".split())
_TIMES = frozenset("runtime time timestamp times started ended start end created date datetime elapsed wall seconds minutes".split())
_SPREADS = frozenset("std stderr stddev sd variance var".split())
_LAST = _COUNTS | _PROGRESS | _TIMES | _SPREADS
_ABOVE = frozenset("n num count counts samples version versions config configs".split())
_RATE = "per"  # samples_per_second is a speed
_TRAINING = frozenset(("train", "training"))


def is_bookkeeping(name: str, known: bool = False) -> bool:
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

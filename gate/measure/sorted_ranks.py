"""Rank sums of rows that count once each, from their sorted keys: in blocks that stay in the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

BINS = 15
CELLS = 256  # of scores, as tests of the AUC take them
_BLOCK = 1 << 13  # distinct scores, and rows of a block, where these are few a score; BLAS takes no threads for so few
_ROWS = 1 << 16
_EXACT = 1 << 53  # doubles hold all whole numbers below


class Sorted:
    """The rows of a slice by distinct score, ascending: `rows` and `pos` are those up to each, and start with 0."""

    def __init__(self, packed: Array) -> None:
        """`packed`: sorted integers, the class in the lowest bit."""
        import numpy as np

        ends, positives = [np.zeros(1)], [np.zeros(1)]
        before, count = 0, len(packed)
        for start in range(0, count, _ROWS):
            stop = min(start + _ROWS, count)
            part = packed[start:stop]
            last = np.flatnonzero((part[1:] ^ part[:-1]) > 1)
            if stop == count or (packed[stop] ^ part[-1]) > 1:
                last = np.append(last, len(part) - 1)
            added = np.cumsum((part & np.uint64(1)).astype(np.uint8), dtype=np.int64)
            ends.append((last + (start + 1)).astype(np.float64))
            positives.append((added[last] + before).astype(np.float64))
            before += int(added[-1])
        self.rows, self.pos = np.concatenate(ends), np.concatenate(positives)
        self.count, self.positives = count, before

    def blocks(self) -> Iterator[slice]:
        """Where blocks of scores lie, of so few rows that what is added up in one stays below 2^53."""
        distinct = len(self.rows) - 1
        step = max(1, min(_BLOCK, _ROWS * distinct // max(self.count, 1)))
        return (slice(start, min(start + step, distinct)) for start in range(0, distinct, step))


def sums(by: Sorted) -> tuple[Any, ...]:
    """The fields of `ranks.FIELDS`: without weights each linear sum is the same number of pairs."""
    pos, neg = by.positives, by.count - by.positives
    twice_u, pos_squares, neg_squares, tied = _pairs(by)
    precision = _precision(by) if pos else (0.0, 0.0)
    linear = (twice_u, twice_u, pos_squares, twice_u, neg_squares)
    return (pos, neg, pos, neg, pos, neg, *linear, *precision, len(by.rows) - 1, tied)


def _pairs(by: Sorted) -> tuple[int, int, int, int]:
    """Twice the pairs in order; the squares of what each positive has below and each negative above; tied pairs."""
    import numpy as np

    twice_u = pos_squares = neg_squares = tied = 0
    for block in by.blocks():
        after = slice(block.start + 1, block.stop + 1)
        pos_before, pos_after = by.pos[block], by.pos[after]
        neg_before, neg_after = by.rows[block] - pos_before, by.rows[after] - pos_after
        pos, neg = pos_after - pos_before, neg_after - neg_before
        tied += int(np.dot(pos, neg)) if pos.sum() * neg.max() < _EXACT else _whole(pos, neg)
        least, linear, squares = _moments(pos, neg_before + neg_after)
        count = int(pos.sum())
        twice_u += least * count + linear
        pos_squares += least * least * count + 2 * least * linear + squares
        least, linear, squares = _moments(neg, pos_before + pos_after)
        count, most = int(neg.sum()), 2 * by.positives - least
        neg_squares += most * most * count - 2 * most * linear + squares
    return twice_u, pos_squares, neg_squares, tied


def _moments(times: Array, values: Array) -> tuple[int, int, int]:
    """The first of ascending values; the sums of what the others exceed it by, and of the squares of that: exact."""
    import numpy as np

    least, reach = values[0], values[-1] - values[0]
    values -= least
    linear = times * values
    if times.sum() * reach * reach < _EXACT:
        return int(least), int(linear.sum()), int(np.dot(linear, values))
    return int(least), _whole(times, values), _whole(times, values, values)


def _whole(*factors: Array) -> int:
    """The sum of products of whole numbers of any size: for the few blocks in which many rows share a score."""
    from math import prod

    return sum(prod(map(int, each)) for each in zip(*factors, strict=True))


def _precision(by: Sorted) -> tuple[float, float]:
    """The sum over positives of the precision at their score, and of the squared influence values (Hampel 1974)."""
    import numpy as np

    scale = by.count / by.positives
    influence = np.empty(len(by.rows) - 1)
    added = squares = share = weighted = 0.0
    for block in by.blocks():
        after = slice(block.start + 1, block.stop + 1)
        before = by.pos[block]
        pos = by.pos[after] - before
        from_here = by.count - by.rows[block]
        precision = (by.positives - before) / from_here
        added += float((pos * precision).sum())
        step = pos / from_here
        step *= scale
        weights = step * precision
        step -= weights
        step[0] += share
        weights[0] += weighted
        step, weights = np.cumsum(step), np.cumsum(weights)
        share, weighted = float(step[-1]), float(weights[-1])
        precision *= scale
        np.add(precision, step, out=influence[block])
        neg = by.rows[after] - by.rows[block] - pos
        squares += float((neg * weights * weights).sum())
    average = scale * added / by.positives
    for block in by.blocks():
        pos = by.pos[block.start + 1 : block.stop + 1] - by.pos[block]
        part = influence[block] - average
        squares += float((pos * part * part).sum())
    return added, squares


def bins(by: Sorted, packed: Array, values: Any) -> dict[int, tuple[Any, ...]]:
    """At most 15 bins of about as many rows each; equal scores stay together."""
    import numpy as np

    told: dict[int, tuple[Any, ...]] = {}
    for index, (start, stop) in enumerate(pairwise(_starts(by, BINS))):
        first, last = int(by.rows[start]), int(by.rows[stop])
        parts = (packed[each : min(each + _ROWS, last)] for each in range(first, last, _ROWS))
        score = sum(float(values(part >> np.uint64(1)).sum()) for part in parts)
        count = last - first
        told[index] = (count, count, count, int(by.pos[stop] - by.pos[start]), score)
    return told


def thinned(by: Sorted) -> dict[int, tuple[int, int]]:
    """Positives and negatives in at most 256 cells of about as many rows each, ascending; equal scores stay together."""
    starts = _starts(by, CELLS)
    rows, pos = by.rows[starts].astype(int).tolist(), by.pos[starts].astype(int).tolist()
    return {
        index: (pos[index + 1] - pos[index], rows[index + 1] - rows[index] - pos[index + 1] + pos[index])
        for index in range(len(starts) - 1)
    }


def _starts(by: Sorted, parts: int) -> list[int]:
    """Where parts of about as many rows each start among the distinct scores, and the end."""
    import numpy as np

    wanted = [-(-number * by.count // parts) for number in range(parts)]
    found = np.unique(np.searchsorted(by.rows[:-1], wanted))
    return [*found[found < len(by.rows) - 1].tolist(), len(by.rows) - 1]


def parted(keys: Array, code: Array, slices: int) -> tuple[Array, list[int]]:
    """The keys of each slice side by side, and where each slice ends, after a 0.

    Block by block: an order of all rows at once would cost more than their sort.
    """
    import numpy as np

    size = max(_ROWS, 8 * slices)
    blocks = [slice(start, start + size) for start in range(0, max(len(keys), 1), size)]
    counts = [np.bincount(code[block], minlength=slices) for block in blocks]
    ends = np.cumsum(np.sum(counts, axis=0, dtype=np.int64))
    free = ends - np.sum(counts, axis=0, dtype=np.int64)
    edges = [0, *ends.tolist()]
    found = np.empty_like(keys)
    for block, count in zip(blocks, counts, strict=True):
        order = np.argsort(code[block], kind="stable")  # small integers sort by radix
        shift = free - (np.cumsum(count) - count)
        found[np.arange(len(order)) + np.repeat(shift, count)] = keys[block][order]
        free += count
    return found, edges

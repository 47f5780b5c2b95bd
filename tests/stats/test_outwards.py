"""Statistics along a path of hypotheses: the nearest root, and an end where the path turns back."""

from __future__ import annotations

from itertools import pairwise
from math import pi, sin

from gate.stats.outwards import CERTAIN, Outwards


def waves(stride: float = 0.1) -> Outwards:
    """A value that has many roots: sin λ turns back at ±π/2; the score is the λ that was found, turned round."""
    return Outwards(sin, lambda root, _: (-root, -root), stride)


def test_the_nearest_root_is_found() -> None:
    path = waves()
    for wanted in (0.0, 0.3, 0.99, -0.5, -0.99, 0.3):
        assert abs(sin(-path.at(wanted)[0]) - wanted) < 1e-12
        assert abs(path.at(wanted)[0]) < 1.58


def test_beyond_the_turn_the_end_counts() -> None:
    path = waves()
    assert path.at(5.0) == path.at(0.99999)
    assert abs(path.at(5.0)[1] + pi / 2) < 0.1  # within a stride
    assert path.at(-5.0)[0] == -path.at(5.0)[0]


def test_the_answer_does_not_hang_on_what_was_asked_before() -> None:
    first, second = waves(), waves()
    asked = [0.7, -0.2, 0.1, 0.95, -0.9]
    forwards = {each: first.at(each) for each in asked}
    for each in reversed(asked):
        assert abs(forwards[each][0] - second.at(each)[0]) < 1e-12


def test_a_statistic_that_turns_says_no_less_than_before() -> None:
    """Against hypotheses at which it is weaker again, those before them count."""
    path = Outwards(lambda root: root, lambda root, _: (-root * (4 - abs(root)), -root * (4 - abs(root))), 0.25)
    found = [path.at(each / 8)[1] for each in range(40)]
    assert all(right <= left + 1e-12 for left, right in pairwise(found))
    assert found[-1] == -4


def test_beyond_a_turn_of_the_statistic_it_may_say_more() -> None:
    """Near an estimate at the edge of what can be, the skewness swings: what lies beyond must not stay undecided for that."""
    path = Outwards(lambda root: root, lambda root, _: (-root - 3 * sin(root), -root - 3 * sin(root)), 0.25)
    found = [path.at(each / 8)[1] for each in range(100)]
    assert all(right <= left + 1e-12 for left, right in pairwise(found))
    assert found[-1] < -CERTAIN


def test_far_out_strides_grow_longer() -> None:
    """Where a few cells have come to nothing, the others still change slowly: a thousand times as far is in reach."""
    path = Outwards(lambda root: root / 1e4, lambda _, value: (-10 * value, -10 * value), 0.5)
    assert abs(path.at(0.7)[1] + 7) < 1e-9
    assert len(path.values[1]) < 400


def test_nobody_walks_farther_than_certainty() -> None:
    walked: list[float] = []

    def value(root: float) -> float:
        walked.append(root)
        return root

    path = Outwards(value, lambda root, _: (-root, -root), 1.0)
    assert path.at(1e9)[1] < -CERTAIN
    assert max(walked) < CERTAIN + 3

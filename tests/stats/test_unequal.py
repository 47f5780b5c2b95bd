"""Clusters of unequal size: as how many of one size they count."""

from __future__ import annotations

import pytest

from gate.stats.unequal import Clusters, alike, of_sizes


def of(sizes: list[int], cubes: bool = True) -> Clusters:
    powers = [float(sum(each**power for each in sizes)) for power in (1, 2, 3)]
    return of_sizes(len(sizes), powers[0], powers[1], powers[2] if cubes else None)


def test_of_one_size_they_are_as_many_as_they_are() -> None:
    for found in (of([10] * 20), of([10] * 20, cubes=False), alike(20)):
        assert (found.count, found.number, found.kept) == (20, pytest.approx(20), pytest.approx(19 / 20))
        assert not found.few


@pytest.mark.parametrize(
    ("sizes", "number"),
    [([390] + [1] * 10, 1.026), ([300] + [10] * 10, 1.35), ([200] + [10] * 20, 2.1), ([100] + [10] * 30, 5.05)],
)
def test_one_large_cluster_is_nearly_all_there_is(sizes: list[int], number: float) -> None:
    found = of(sizes)
    assert found.number == pytest.approx(number, rel=0.01)
    assert bool(found.few) is (number < 5)
    assert found.kept == pytest.approx(1 - 2 / found.number + sum(each**2 for each in sizes) / sum(sizes) ** 2)


def test_without_cubes_the_largest_is_taken_for_as_large_as_it_can_be() -> None:
    for sizes in ([100] + [10] * 30, [100, 100] + [10] * 40, [300 // (1 + at) for at in range(50)]):
        assert of(sizes, cubes=False).number <= of(sizes).number
        assert of(sizes, cubes=False).kept <= of(sizes).kept


def test_what_is_too_few_says_how_many_they_count_as() -> None:
    assert of([7] * 5).few == "5 clusters are too few: from 6 on their spread can be told"
    assert of([390] + [1] * 10).few == "11 clusters of unequal size count as 1 of one size: from 5 on their spread can be told"
    assert not of([9, 10, 11, 10, 9, 11]).few
    assert of_sizes(8, 0.0, 0.0).few

import numpy as np
import pytest

from reports.figures.heat_map import LARGEST_FACTOR, bucket_edges


def test_edges_fill_the_gaps_between_the_buckets_that_were_used() -> None:
    factor = 2**0.25
    bounds = [round(1_000_000 * factor**step) for step in (0, 1, 9)]
    edges = bucket_edges(bounds)
    assert len(edges) == 11
    assert edges[1:] == pytest.approx([1_000_000 * factor**step for step in range(10)], rel=1e-3)


def test_one_bucket_has_two_edges_around_it() -> None:
    low, high = bucket_edges([5_000])
    assert low < high == 5_000


def test_buckets_far_apart_do_not_make_huge_cells() -> None:
    edges = bucket_edges([1_000, 1_000_000])
    assert np.max(edges[1:] / edges[:-1]) <= LARGEST_FACTOR * 1.05


@pytest.mark.parametrize("bounds", [[0], [0, 1], [1, 1, 1]])
def test_bounds_of_nothing_and_next_to_nothing_are_drawn_too(bounds: list[int]) -> None:
    edges = bucket_edges(bounds)
    assert np.all(np.diff(edges) > 0)
    assert np.all(edges > 0)

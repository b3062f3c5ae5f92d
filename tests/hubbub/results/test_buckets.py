import numpy as np

from hubbub.results.buckets import place, quantile, rank, together


def test_a_quantile_is_the_bound_of_the_bucket_it_lies_in() -> None:
    buckets = ((10, 5), (20, 4), (40, 1))
    assert [quantile(buckets, level) for level in (0, 0.5, 0.51, 0.9, 0.99)] == [10, 10, 20, 20, 40]
    assert quantile((), 0.5) is None


def test_a_bucket_among_empty_ones_is_found_by_its_place() -> None:
    counts = np.array([0, 5, 0, 4, 1])
    assert [place(counts, level) for level in (0, 0.5, 0.51, 0.9, 0.99)] == [1, 1, 3, 3, 4]


def test_the_rank_of_a_percentile_is_not_one_too_high_for_want_of_exact_fractions() -> None:
    assert [rank(0.999, 1000), rank(0.29, 100), rank(0.5, 3), rank(0.0, 7)] == [999, 29, 2, 1]


def test_counts_of_several_are_put_together_by_their_buckets() -> None:
    assert together([((20, 1), (40, 2)), ((10, 3), (40, 4))]) == ((10, 3), (20, 1), (40, 6))

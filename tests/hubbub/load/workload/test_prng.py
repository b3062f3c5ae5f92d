import numpy as np
import pytest

from hubbub.load.workload.prng import SplitMix64


def test_the_same_seed_gives_the_same_numbers_for_ever() -> None:
    rng = SplitMix64("1/0")
    assert [rng.random() for _ in range(3)] == [0.8243999827039281, 0.6505690395375798, 0.2580527681418463]


def test_the_numbers_are_uniform_and_independent() -> None:
    rng = SplitMix64("seed")
    numbers = np.array([rng.random() for _ in range(100_000)])
    counts, _ = np.histogram(numbers, bins=100, range=(0, 1))
    assert ((counts - 1000) ** 2 / 1000).sum() < 150
    assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 0.01


def test_the_first_numbers_of_neighbouring_seeds_are_uniform_and_independent() -> None:
    numbers = np.array([SplitMix64(f"1/{user}").random() for user in range(20_000)])
    counts, _ = np.histogram(numbers, bins=50, range=(0, 1))
    assert ((counts - 400) ** 2 / 400).sum() < 86
    assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 0.02


def test_independent_events_keep_their_rate() -> None:
    rng = SplitMix64("seed")
    gaps = np.array([rng.exponential(4.0) for _ in range(50_000)])
    assert gaps.mean() == pytest.approx(0.25, rel=0.02)
    assert gaps.std() == pytest.approx(0.25, rel=0.03)

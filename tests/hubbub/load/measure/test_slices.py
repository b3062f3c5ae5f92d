import numpy as np

from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.slices import Slices, total

NS = 1_000_000_000
START = 100 * NS


def slices(*rows: tuple[float, int]) -> Slices:
    """Seconds after the start, and durations."""
    made = Slices(START)
    add(made, *rows)
    return made


def add(made: Slices, *rows: tuple[float, int]) -> None:
    moments = np.array([START + round(second * NS) for second, _ in rows], np.int64)
    made.add(moments, np.array([duration for _, duration in rows], np.int64))


def summed(known: Distribution) -> tuple[int, int]:
    return known.count, known.max


def test_a_duration_belongs_to_its_moments_second() -> None:
    made = slices((0.0, 5), (0.999, 7), (1.0, 11), (3.5, 13))
    assert summed(made.between(0, 1)) == (2, 7)
    assert summed(made.between(1, 3)) == (1, 11)
    assert summed(made.between(2, 3)) == (0, 0)
    assert summed(made.whole()) == (4, 13)


def test_seconds_between_two_edges_become_one_and_take_what_comes_late() -> None:
    made = slices((0.5, 5), (1.5, 6), (2.5, 7), (5.5, 8))
    made.join([0, 3, 5])
    add(made, (1.2, 20), (4.0, 30))
    assert sorted(made.pack()) == [0, 3, 5]
    assert summed(made.between(0, 3)) == (4, 20)
    assert summed(made.between(3, 5)) == (1, 30)
    made.join([0, 3, 6])
    assert sorted(made.pack()) == [0, 3]
    assert summed(made.between(3, 6)) == (2, 30)


def test_several_processes_durations_become_one() -> None:
    one, other = slices((0.5, 5), (1.5, 9)), slices((1.6, 7))
    together = Slices.of([one.pack(), other.pack()])
    assert summed(together.between(1, 2)) == (2, 9)
    assert summed(together.whole()) == (3, 9)
    assert summed(total(one.pack())) == (2, 9)


def test_a_wild_time_costs_no_memory() -> None:
    made = slices((-5.0, 1), (1e9, 2))
    assert sorted(made.pack()) == [0, 86_400]


def test_nothing_is_nothing() -> None:
    assert summed(slices().whole()) == (0, 0)

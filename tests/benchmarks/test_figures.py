"""Each benchmark, made small: it measures something, and nothing goes wrong; how fast is no matter here."""

from collections.abc import Callable

import pytest

from benchmarks import end_to_end, growth, memory, publishing
from benchmarks.outcome import Figure

SMALL: dict[str, Callable[[], list[Figure]]] = {
    "end to end": lambda: end_to_end.measure(rate=2, seconds=6, users=6, rooms=2),
    "publishing": lambda: publishing.measure(rate=5, seconds=8, users=4, rounds=1),
    "memory": lambda: memory.measure(users=60, hold=6),
    "rooms": lambda: growth.measure_rooms(rounds=1, seconds=0.3, rooms=(1, 3)),
    "length": lambda: growth.measure_length(minutes=0.05),
}
MAY_BE_NOTHING = {"memory: of each connected user", "growth: memory after the first minute"}
"""So small a run may fit into memory that the process has already."""


@pytest.mark.parametrize("what", SMALL)
def test_a_benchmark_measures_and_nothing_goes_wrong(what: str) -> None:
    figures = {figure.name: figure for figure in SMALL[what]()}
    for name, figure in figures.items():
        if name.endswith("gone wrong"):
            assert figure.value == 0
        elif name not in MAY_BE_NOTHING:
            assert 0 < figure.value < float("inf"), name

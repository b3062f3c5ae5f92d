import gc
import weakref
from collections.abc import Iterator

import pytest

from hubbub.load.worker.garbage_collector import GarbageCollector


class Cycle:
    """Is garbage as soon as nobody else holds it, and goes with a collection only."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector() -> Iterator[GarbageCollector]:
    made = GarbageCollector()
    made.begin()
    yield made
    gc.unfreeze()


def test_what_was_there_before_and_what_a_ramp_makes_is_looked_at_no_more(
    collector: GarbageCollector,
) -> None:
    before = gc.get_freeze_count()
    assert before > 1000
    users = [Cycle() for _ in range(500)]
    collector.grown(len(users))
    assert gc.get_freeze_count() >= before + 500


def test_what_comes_and_goes_among_as_many_users_is_still_collected(collector: GarbageCollector) -> None:
    collector.grown(10)
    frozen = gc.get_freeze_count()
    gone = weakref.ref(Cycle())
    collector.grown(10)
    gc.collect()
    assert gone() is None
    assert gc.get_freeze_count() <= frozen


def test_the_users_of_a_run_are_garbage_after_it(collector: GarbageCollector) -> None:
    user = Cycle()
    gone = weakref.ref(user)
    collector.grown(1)
    del user
    gc.collect()
    assert gone() is not None
    collector.end()
    gc.collect()
    assert gone() is None

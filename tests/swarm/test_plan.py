import pytest

from swarm.plan import new_plan


def test_users_are_numbered_over_all_workers_without_gaps() -> None:
    plan = new_plan(0, ("a", "b", "c"))
    numbers = [plan.number(worker, count) for count in range(4) for worker in plan.workers]
    assert numbers == list(range(12))


def test_a_worker_that_is_not_part_of_the_plan_has_no_numbers() -> None:
    with pytest.raises(ValueError, match="not in"):
        new_plan(0, ("a",)).number("late", 0)


def test_every_run_has_rooms_of_its_own() -> None:
    one, other = new_plan(0, ("a",)), new_plan(0, ("a",))
    assert len({one.room(0), one.room(1), other.room(0)}) == 3
    assert one.id != other.id

import subprocess
import sys

import pytest

from hubbub.load.config.plan import in_turn, new_plan


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


def test_workers_stand_in_the_order_in_which_locust_gives_them_users() -> None:
    """Read in a process of its own, for Locust patches the one that imports it."""
    workers = [f"{host}_{tag}" for host in ("b", "a", "c") for tag in ("9", "2", "5")][:8]
    done = subprocess.run(
        [sys.executable, "-c", DISPATCH, *workers], capture_output=True, text=True, check=True
    )
    assert tuple(done.stdout.split()) == in_turn(workers)


DISPATCH = """
import sys
from locust import User
from locust.dispatch import UsersDispatcher
from locust.runners import WorkerNode

class Someone(User):
    pass

dispatcher = UsersDispatcher([WorkerNode(id) for id in sys.argv[1:]], [Someone])
dispatcher.new_dispatch(len(sys.argv) - 1, 1)
before = {id: 0 for id in sys.argv[1:]}
dispatcher._wait_between_dispatch = 0
for users in dispatcher:
    now = {id: sum(classes.values()) for id, classes in users.items()}
    print(*(id for id in now if now[id] > before[id]))
    before = now
"""

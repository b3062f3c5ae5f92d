"""What the master notes of a run."""

import pytest

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import Plan
from hubbub.load.master.run import Run
from hubbub.load.preflight.forecast import forecast
from hubbub.load.preflight.outlook import Outlook

WORKERS = ("a", "b")


def run() -> Run:
    config = LoadConfig()
    plan = Plan(run=1, start=10, clock="", workers=WORKERS)
    return Run(config, plan, "SteadyChat", Outlook(None, 7, lambda users: forecast(config, users)))


@pytest.mark.parametrize(
    ("ramped", "present", "deserted"),
    [
        (True, {"a": 0, "b": 0}, True),
        (True, {"a": 0, "b": 1}, False),
        (True, {"a": 0}, False),
        (False, {"a": 0, "b": 0}, False),
    ],
)
def test_a_run_is_deserted_once_all_were_started_and_every_worker_has_told_that_nobody_is_left(
    ramped: bool, present: dict[str, int], deserted: bool
) -> None:
    noted = run()
    noted.present = present
    if ramped:
        noted.ramped = 20
    assert noted.deserted is deserted


def test_a_stage_without_users_is_no_desertion() -> None:
    noted = run()
    noted.ramped, noted.present, noted.idle = 20, dict.fromkeys(WORKERS, 0), set(WORKERS)
    assert not noted.deserted
    noted.idle.discard("b")
    assert noted.deserted


def test_a_stage_without_users_is_no_desertion_where_a_worker_is_lost() -> None:
    noted = run()
    noted.ramped, noted.present, noted.idle = 20, {"a": 0, "b": 3}, {"a"}
    noted.lose(frozenset({"b"}))
    assert not noted.deserted
    noted.lose(frozenset(WORKERS))
    assert noted.deserted


def test_workers_that_do_not_report_are_lost() -> None:
    facts = run().facts({"users": 7}, ("locust",), reports=1)
    assert (facts.lost_workers, facts.scenario, facts.asked) == (1, "SteadyChat", {"users": 7})


def test_a_run_tells_with_what_it_was_made() -> None:
    environment = run().facts({}, ("locust",), reports=2).environment
    assert {"python", "system", "cores", "hubbub", "locust", "gevent"} <= environment.keys()
    assert all(environment.values())


def test_what_it_was_made_with_is_read_before_anything_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = run()

    def fail(_: str) -> str:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("hubbub.load.master.run.version", fail)
    assert noted.facts({}, ("locust",), reports=2).environment["hubbub"]


def test_users_of_a_lost_worker_take_no_part() -> None:
    noted = run()
    noted.ramped = 20
    noted.present = {"a": 0, "b": 3}
    noted.lose(frozenset({"b"}))
    assert noted.deserted


def test_what_the_load_generator_failed_with_is_told_once() -> None:
    noted = run()
    noted.fail("MemoryError")
    noted.fail("MemoryError")
    assert noted.facts({}, ("locust",), reports=2).faults == ("MemoryError",)

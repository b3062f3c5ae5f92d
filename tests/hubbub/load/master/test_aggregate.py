"""Two load-generating processes' reports make one result; the processes are two engines here."""

import re
from collections.abc import Callable
from time import monotonic_ns
from typing import Any

import gevent
import msgspec
import numpy as np
import pytest

from hubbub.load.config.plan import Plan, new_plan
from hubbub.load.exchange.report import Report
from hubbub.load.ledger.sends import join
from hubbub.load.master.aggregate import RunFacts, aggregate
from hubbub.load.master.fanout_book import FanoutBook
from hubbub.load.master.summary import summary
from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.fanout import unpack
from hubbub.load.worker.report import make_report
from hubbub.results.load_result import LoadResult

StartSwarm = Callable[..., Any]
WORKERS = ("one", "two")
USERS, ROOMS, ROUNDS = 9, 3, 4


def facts(plan: Plan, **changes: object) -> RunFacts:
    now = monotonic_ns()
    settings: dict[str, Any] = {
        "plan": plan,
        "scenario": "SteadyChat",
        "command": ("locust", "-f", "loadtests/"),
        "started": "2026-01-02T03:04:05+00:00",
        "ramped": plan.start,
        "stopped": now,
        "ended": now,
        "lost_workers": 0,
        "late_workers": 0,
        "interrupted": False,
        "asked": {"users": USERS},
        "environment": {},
        **changes,
    }
    return RunFacts(**settings)


@pytest.fixture
def reports(chat_server: Any, start_swarm: StartSwarm) -> tuple[list[Report], Plan, Any]:
    """Nine users in three rooms, five in one process and four in the other, each publishes four times."""
    plan = new_plan(monotonic_ns(), WORKERS)
    swarms = [start_swarm(chat_server.url, plan=plan, worker=worker, rooms=ROOMS) for worker in WORKERS]
    swarms[0].join(5)
    swarms[1].join(4)
    for _ in range(ROUNDS):
        for swarm in swarms:
            swarm.publish()
    for swarm in swarms:
        swarm.engine.stop_publishing()
    sends = join([swarm.engine.accounting.drain_sends() for swarm in swarms])
    for swarm in swarms:
        swarm.engine.accounting.settlement.ingest(sends)
        swarm.engine.accounting.settle()
    with gevent.Timeout(20):
        while any(swarm.engine.accounting.settlement.awaited for swarm in swarms):
            gevent.sleep(0.01)
            for swarm in swarms:
                swarm.engine.accounting.settle()
    return [make_report(swarm.engine) for swarm in swarms], plan, swarms[0].engine.context.config


def book(parts: list[Report], start: int = 0) -> FanoutBook:
    told = FanoutBook(since=0, start=start)
    told.ingest([unpack(part.fanout) for part in parts], np.zeros(0, np.int64))
    return told


def count(histogram: Any) -> int:
    return Distribution.of(histogram).count


@pytest.fixture
def result(reports: tuple[list[Report], Plan, Any]) -> LoadResult:
    parts, plan, config = reports
    return aggregate(parts, book(parts), facts(plan), config)


def test_the_ledger_is_one(result: LoadResult) -> None:
    ledger = result.ledger
    pairs = USERS * ROUNDS * USERS // ROOMS
    assert (ledger.published, ledger.expected, ledger.delivered) == (USERS * ROUNDS, pairs, pairs)
    assert (ledger.lost, ledger.duplicated, ledger.reordered, ledger.misdelivered, ledger.corrupt) == (0,) * 5
    assert result.verdict.correct
    assert [worker.users for worker in result.workers] == [5, 4]


def test_each_room_has_members_and_messages_of_both(result: LoadResult) -> None:
    assert [room.members for room in result.rooms] == [3, 3, 3]
    assert [room.published for room in result.rooms] == [3 * ROUNDS] * 3
    assert [room.delivered for room in result.rooms] == [9 * ROUNDS] * 3


def test_distributions_count_deliveries_messages_and_connections(result: LoadResult) -> None:
    latency = result.latency
    assert count(latency.intended) == count(latency.sent) == result.ledger.delivered
    assert count(latency.last_member) == count(latency.spread) == count(latency.lateness) == USERS * ROUNDS
    assert count(latency.connect) == USERS
    assert latency.last_member.max >= latency.intended.max * 0.99


def test_the_seconds_add_up_to_the_ledger(result: LoadResult) -> None:
    ledger = result.ledger
    assert sum(second.sent for second in result.seconds) == ledger.published
    assert sum(second.expected for second in result.seconds) == ledger.expected
    assert sum(second.delivered for second in result.seconds) == ledger.delivered
    assert sum(count for second in result.seconds for _, count in second.latency) == ledger.delivered


def test_a_worker_that_did_not_report_makes_the_run_invalid(reports: tuple[list[Report], Plan, Any]) -> None:
    parts, plan, config = reports
    verdict = aggregate(parts[:1], book(parts[:1]), facts(plan, lost_workers=1), config).verdict
    assert not verdict.valid
    assert "1 load-generating process(es) did not report" in verdict.reasons


def test_latency_is_withheld_where_clocks_differ_too_much(reports: tuple[list[Report], Plan, Any]) -> None:
    parts, plan, config = reports
    far = msgspec.structs.replace(parts[1].status, clock_error=10**9)
    result = aggregate(
        [parts[0], msgspec.structs.replace(parts[1], status=far)], book(parts), facts(plan), config
    )
    assert result.latency.intended.count == result.latency.spread.count == 0
    assert result.latency.lateness.count == USERS * ROUNDS
    assert result.withheld in result.verdict.reasons
    assert result.withheld.startswith("one-way latency is withheld")


def test_the_phases_follow_the_ramp_and_the_stop(reports: tuple[list[Report], Plan, Any]) -> None:
    parts, plan, config = reports
    later = plan.start + 60 * 10**9
    never = aggregate(parts, book(parts), facts(plan, ramped=1 << 62, stopped=later), config)
    assert {second.phase for second in never.seconds} == {"ramp"}
    at_once = aggregate(parts, book(parts), facts(plan, stopped=plan.start), config)
    assert {second.phase for second in at_once.seconds} == {"drain"}


def test_each_phase_has_the_messages_deliveries_and_latencies_of_its_seconds(
    reports: tuple[list[Report], Plan, Any],
) -> None:
    parts, plan, config = reports
    config = msgspec.structs.replace(config, slos=("mean<600s", "published>0/s"))
    held = facts(plan, stopped=plan.start + 60 * 10**9)
    result = aggregate(parts, book(parts, plan.start), held, config)
    phase, ledger = result.phases[0], result.ledger
    assert [(each.kind, each.start) for each in result.phases] == [("plateau", 0)]
    assert phase.messages == ledger.published
    assert count(phase.latency.intended) == count(phase.latency.sent) == ledger.delivered
    assert count(phase.latency.last_member) == count(phase.latency.lateness) == ledger.published
    assert phase.rates.delivered * phase.end == pytest.approx(ledger.delivered)
    assert [objective.met for objective in phase.objectives] == [True, True]
    assert result.verdict.objectives == phase.objectives


def test_the_summary_tells_verdict_ledger_latency_and_place(result: LoadResult) -> None:
    lines = summary(result, "results/x/load.json").splitlines()
    assert lines[0].startswith("verdict ")
    assert "correct" in lines[0]
    assert "published    36 messages by 9 members" in lines
    assert "             128 bytes each" in lines
    assert "delivered    108 of 108 expected; 0 indeterminate" in lines
    assert "wrong        0 lost, duplicated, reordered, misdelivered, corrupt or stale" in lines
    assert lines[-1] == "result       results/x/load.json"


def test_the_summary_begins_with_the_figures_and_says_few_where_there_were_few_messages(
    result: LoadResult,
) -> None:
    quiet = msgspec.structs.replace(result, verdict=msgspec.structs.replace(result.verdict, reasons=()))
    lines = summary(quiet, "x").splitlines()
    assert re.fullmatch(
        r"latency      p50 \S+ \S+, p95 \S+ \S+, p99 \S+ \S+ \(all few\), max \S+ \S+", lines[1]
    )
    assert re.fullmatch(r"rates        \S+ messages/s, \S+ deliveries/s", lines[2])
    assert "few          36 messages; p99 wants 10,000: run longer or with more load" in lines
    assert max(map(len, lines)) <= 80

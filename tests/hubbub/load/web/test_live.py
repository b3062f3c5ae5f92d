"""A running test as one line and as its page's tab, made of hand-made updates."""

import pytest

from hubbub.load.config.config import LoadConfig
from hubbub.load.exchange.status import StatusUpdate
from hubbub.load.web.live import Live
from hubbub.results.connections import Connections
from tests.hubbub.load.status_updates import RIGHT, START, packed, update


def live(*updates: tuple[str, StatusUpdate]) -> Live:
    known = Live(LoadConfig(), START)
    for worker, each in updates:
        known.ingest(worker, each)
    return known


def test_before_the_first_update_there_is_nothing_to_tell() -> None:
    assert not live().began
    assert live().line(30) == "0/30 s, 0 members, 0 delivered/s, p50 none, p99 none, 0 wrong"


def test_rates_are_those_of_the_last_second_over_all_processes() -> None:
    published = {**RIGHT, "published": 44}
    known = live(
        ("a", update(1.0, arrived=100)),
        ("b", update(1.1, arrived=1_000)),
        ("a", update(2.0, arrived=300, ledger=published)),
        ("b", update(3.1, arrived=2_000)),
    )
    assert known.line(None).startswith("3 s, 20 members, 700 delivered/s, ")
    assert (round(known.published), round(known.delivered), known.arrived) == (40, 700, 2_300)


def test_times_are_of_the_last_second_and_of_the_whole_run() -> None:
    first, second = packed(*[10.0] * 99), packed(1.0)
    known = live(("a", update(1.0, latency=first)), ("a", update(2.0, latency=second)))
    assert (round(known.last.percentile(50), -5), round(known.latency.percentile(50), -5)) == (
        1_000_000,
        10_000_000,
    )
    assert "p50 1.00 ms (few), p99 1.00 ms (few)" in known.line(None)


def test_a_percentile_on_few_messages_says_so_and_one_on_many_does_not() -> None:
    first, later = {**RIGHT, "published": 9_000}, {**RIGHT, "published": 10_000}
    known = live(
        (
            "a",
            update(
                1.0, ledger=first, latency=packed(*[2.0] * 9_000), lateness=packed(*[1.0] * 9_000), lags=100
            ),
        ),
        (
            "a",
            update(
                2.0, ledger=later, latency=packed(*[3.0] * 4_000), lateness=packed(*[1.0] * 1_000), lags=200
            ),
        ),
    )
    assert "p50 3.00 ms, p99 3.00 ms (few), 0 wrong" in known.line(None)
    assert [point.few for point in known.points] == [True]


@pytest.mark.parametrize("what", ["duplicated", "reordered", "misdelivered", "corrupt"])
def test_a_delivery_that_came_wrong_is_told_at_once(what: str) -> None:
    known = live(("a", update(1.0, ledger={**RIGHT, what: 3})))
    assert "3 wrong; NOT CORRECT so far: 3 deliveries " in known.line(None)
    verdict = known.verdict()
    assert (verdict.valid, verdict.correct) == (True, False)
    assert verdict.reasons[0].startswith("3 deliveries ")


def test_what_has_not_come_is_missing_and_not_yet_lost() -> None:
    known = live(("a", update(1.0, ledger={**RIGHT, "lost": 2})))
    assert known.line(None).endswith("0 wrong, 2 missing")
    assert known.verdict().correct


def test_who_is_still_joining_is_no_failure_yet() -> None:
    connections = Connections(attempted=12, opened=10, failed=2, lost=0, closes={})
    joining = live(("a", update(1.0, connections=connections, joining=2)))
    refused = live(("a", update(1.0, connections=connections)))
    assert joining.verdict().correct
    assert not refused.verdict().correct


def test_the_chart_has_a_point_a_second_whatever_processes_there_are() -> None:
    known = live(
        *[
            (worker, update(second + share))
            for second in range(1, 6)
            for worker, share in (("a", 0.0), ("b", 0.4))
        ]
    )
    assert [point.second for point in known.points] == [2.0, 3.0, 4.0, 5.0]
    assert known.points[-1].p50 == pytest.approx(1.0, rel=0.01)


def test_a_process_that_is_lost_has_no_members_and_no_last_second() -> None:
    known = live(
        ("a", update(1.0)),
        ("b", update(1.0)),
        ("a", update(2.0, arrived=100, latency=packed(1.0))),
        ("b", update(2.0, arrived=1_000, latency=packed(50.0))),
    )
    known.lose(frozenset({"b"}))
    assert known.line(None).startswith("2 s, 10 members, 100 delivered/s, p50 1.00 ms")
    assert "NOT VALID so far: 1 load-generating process(es) did not report" in known.line(None)
    assert (known.members, known.arrived) == (10, 1_100)
    known.lose(frozenset())
    assert "20 members" in known.line(None)


def test_what_ran_out_is_named_at_once() -> None:
    starved = Connections(attempted=10, opened=8, failed=2, starved=2, lost=0, closes={})
    ports = ("out of local ports (net.ipv4.ip_local_port_range)",)
    known = live(("a", update(1.0, connections=starved, short_of=ports)))
    assert f"the load generator ran {ports[0]} for 2 of 10 connections" in known.line(None)

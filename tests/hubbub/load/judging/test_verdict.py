import numpy as np
import pytest
from msgspec.structs import replace

from hubbub.load.config.config import Limits, LoadConfig
from hubbub.load.judging.verdict import Evidence, judge, withheld
from hubbub.load.measure.distribution import Distribution
from hubbub.results.connections import AddressConnections, Connections, UrlConnections
from hubbub.results.counts import Ledger
from hubbub.results.load_result import Ceiling, Objective

MS = 1_000_000
CONFIG = LoadConfig()
SOUND_LEDGER = {
    "published": 100,
    "expected": 1000,
    "delivered": 1000,
    "lost": 0,
    "duplicated": 0,
    "reordered": 0,
    "misdelivered": 0,
    "corrupt": 0,
    "indeterminate": 5,
    "stale": 0,
}
SOUND_CONNECTIONS = {"attempted": 10, "opened": 10, "failed": 0, "lost": 0, "starved": 0, "closes": {}}


def latency(milliseconds: float) -> Distribution:
    made = Distribution()
    made.add(np.full(1000, int(milliseconds * MS)))
    return made


def evidence(**changes: object) -> Evidence:
    """Return the evidence of a run where all was well, but for ``changes``."""
    ledger = {name: changes.pop(name, value) for name, value in SOUND_LEDGER.items()}
    connections = {f"connections_{name}": name for name in SOUND_CONNECTIONS}
    changed = {name: changes.pop(long) for long, name in connections.items() if long in changes}
    sound: dict[str, object] = {
        "ledger": Ledger(**ledger),  # type: ignore[arg-type]  # the test's own numbers
        "connections": Connections(**{**SOUND_CONNECTIONS, **changed}),  # type: ignore[arg-type]
        "errors": (),
        "faults": (),
        "lost_workers": 0,
        "late_workers": 0,
        "interrupted": False,
        "joining": 0,
        "scheduled": 100,
        "intended": latency(2),
        "lateness_p99": 1 * MS,
        "lag_p99": 1 * MS,
        "queueing_p99": 1 * MS,
        "cpu_share": 0.5,
        "held_up": 0.0,
        "clock_error": 0,
        "clock_step": 0,
    }
    return Evidence(**{**sound, **changes})  # type: ignore[arg-type]


def test_a_server_that_does_not_read_is_told_from_a_slow_load_generator() -> None:
    late = judge(evidence(lateness_p99=900 * MS, held_up=0.3), CONFIG)
    assert (late.valid, late.exit_code) == (False, 4)
    assert late.reasons[-1].startswith("users waited 30% of their time for the server to read")
    assert len(judge(evidence(lateness_p99=900 * MS, held_up=0.01), CONFIG).reasons) == 1


def test_a_run_where_all_was_well_passes() -> None:
    verdict = judge(evidence(), CONFIG)
    assert (verdict.valid, verdict.correct, verdict.slo, verdict.exit_code) == (True, True, "none", 0)
    assert verdict.reasons == ()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"lost": 3}, "3 deliveries were lost"),
        ({"duplicated": 1}, "1 deliveries were duplicated"),
        ({"reordered": 2}, "2 deliveries came out of order"),
        ({"misdelivered": 4}, "4 deliveries came to another room"),
        ({"corrupt": 5}, "5 deliveries came corrupt"),
        ({"connections_lost": 6}, "the server ended 6 of 10 connections"),
        ({"connections_failed": 2}, "2 of 10 connections never reached their Status"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_server_fails(wrong: dict[str, object], reason: str) -> None:
    verdict = judge(evidence(**wrong), CONFIG)
    assert (verdict.valid, verdict.correct, verdict.exit_code) == (True, False, 3)
    assert verdict.reasons == (reason,)


BREACHES: list[tuple[dict[str, object], str]] = [
    ({"lag_p99": 251 * MS}, "the event loop's lag"),
    ({"queueing_p99": 251 * MS}, "queueing"),
    ({"lateness_p99": 251 * MS}, "the lateness of sends"),
    ({"cpu_share": 0.99}, "99% of a core"),
    ({"scheduled": 200}, "50.0% of the scheduled messages"),
    ({"lost_workers": 1}, "did not report"),
    ({"connections_failed": 3, "connections_starved": 3}, "ran out of file descriptors or ports for 3 of 10"),
    (
        {
            "connections_failed": 3,
            "connections_starved": 3,
            "short_of": ("out of file descriptors (ulimit -n)",),
        },
        "ran out of file descriptors (ulimit -n) for 3 of 10 connections",
    ),
    ({"cut": 11.2}, "the drain was ended after 11 s, for the server sent more than"),
    ({"cut": 11.2, "lost": 3}, "3 deliveries had not been read, and may not be lost"),
    ({"cut": 11.2, "stale": 3}, "the drain was ended after 11 s"),
    ({"late_workers": 1}, "came after the run had begun"),
    ({"clock_step": 1000 * MS}, "the wall clock was set by 1.00 s"),
]


@pytest.mark.parametrize(("breach", "reason"), BREACHES, ids=[reason for _, reason in BREACHES])
def test_an_unwell_load_generator_makes_the_run_invalid_and_says_why(
    breach: dict[str, object], reason: str
) -> None:
    verdict = judge(evidence(**breach), CONFIG)
    assert (verdict.valid, verdict.correct, verdict.exit_code) == (False, True, 4)
    assert [reason in each for each in verdict.reasons] == [True]


def test_a_load_over_the_calibrated_ceiling_is_named_where_the_run_is_invalid() -> None:
    high = Ceiling(deliveries=100_000.0, publishes=9000.0, processes=2, asked=1.8, reached=0.9)
    reasons = judge(evidence(cpu_share=0.99, ceiling=high), CONFIG).reasons
    assert reasons[-1].startswith("the load that was asked for is 180% of this machine's calibrated ceiling")
    assert judge(evidence(ceiling=high), CONFIG).exit_code == 0
    assert len(judge(evidence(cpu_share=0.99, ceiling=replace(high, asked=0.9)), CONFIG).reasons) == 1


def test_limits_can_be_widened() -> None:
    wide = LoadConfig(limits=Limits(lag=1000, lateness=1000, cpu=2.0, rate=0.1))
    unwell = evidence(
        lag_p99=900 * MS, queueing_p99=900 * MS, lateness_p99=900 * MS, cpu_share=1.5, scheduled=500
    )
    assert judge(unwell, wide).exit_code == 0


def test_a_lost_message_is_lost_however_unwell_the_load_generator_was() -> None:
    verdict = judge(evidence(lost=1, cpu_share=1.0), CONFIG)
    assert (verdict.valid, verdict.correct, verdict.exit_code) == (False, False, 3)
    assert "lost" in verdict.reasons[0]


def objective(met: bool | None, text: str = "p99<2ms") -> Objective:
    return Objective(text=text, measured=3e6, shown="3 ms", met=met)


UNMEASURED = Objective(text="p99<2ms", measured=None, shown="not measured", met=None)


def test_an_objective_that_was_asked_for_and_stands_on_few_messages_is_unjudged_and_the_run_else_valid() -> (
    None
):
    few = Objective(text="p99<2ms", measured=1e6, shown="1.00 ms, few: 900 of 10,000 messages", met=None)
    verdict = judge(evidence(objectives=(objective(True, "loss=0"), few)), CONFIG)
    assert (verdict.valid, verdict.correct, verdict.slo, verdict.exit_code) == (True, True, "unjudged", 4)
    assert verdict.reasons == (
        "objective p99<2ms was not judged, 1.00 ms, few: 900 of 10,000 messages; "
        "run longer or with more load",
    )
    missed = judge(evidence(objectives=(objective(False, "loss=0"), few)), CONFIG)
    assert (missed.slo, missed.exit_code) == ("missed", 3)


def test_a_scenarios_own_objective_that_stands_on_few_messages_decides_nothing() -> None:
    few = Objective(text="p99<1s", measured=1e6, shown="1.00 ms, few: 900 of 10,000 messages", met=None)
    own = LoadConfig(slos=("p99<1s",), own_slos=("p99<1s",))
    verdict = judge(evidence(objectives=(few,)), own)
    assert (verdict.valid, verdict.slo, verdict.exit_code, verdict.reasons) == (True, "none", 0, ())


@pytest.mark.parametrize(("met", "slo", "code"), [(False, "missed", 3), (True, "met", 0)])
def test_objectives_are_met_or_missed(met: bool, slo: str, code: int) -> None:
    verdict = judge(evidence(objectives=(objective(True, "loss=0"), objective(met))), CONFIG)
    assert (verdict.slo, verdict.exit_code) == (slo, code)
    assert verdict.reasons == (() if met else ("objective p99<2ms was missed: 3 ms",))
    assert [each.met for each in verdict.objectives] == [True, met]


def test_an_invalid_run_cannot_miss_an_objective() -> None:
    assert judge(evidence(cpu_share=1.0, objectives=(objective(False),)), CONFIG).exit_code == 4


def test_a_server_that_does_not_read_misses_an_objective_all_the_same() -> None:
    unread = {"lateness_p99": 900 * MS, "held_up": 0.3}
    assert judge(evidence(**unread, objectives=(objective(False),)), CONFIG).exit_code == 3
    assert judge(evidence(**unread, objectives=(objective(True),)), CONFIG).exit_code == 4


NOTHING: list[dict[str, object]] = [
    {"connections_opened": 0, "connections_failed": 10, "published": 0},
    {"published": 0},
    {"faults": ("ZeroDivisionError()",)},
]


@pytest.mark.parametrize("case", NOTHING, ids=["no connection", "nothing published", "own fault"])
def test_where_nothing_sound_was_measured_the_run_is_an_error(case: dict[str, object]) -> None:
    verdict = judge(evidence(**case, lost=7), CONFIG)
    assert (verdict.valid, verdict.correct, verdict.exit_code) == (False, False, 1)


def test_the_causes_of_failed_connections_are_told() -> None:
    case = evidence(connections_opened=0, connections_failed=9, errors=("Connection refused (9 times)",))
    assert judge(case, CONFIG).reasons[0].endswith("Connection refused (9 times)")


def test_where_all_were_still_joining_it_is_told_what_for() -> None:
    waiting = "5 connections were still waiting for the Status when the run ended"
    case = evidence(connections_opened=0, connections_failed=5, joining=5, waiting=(waiting,))
    assert judge(case, CONFIG).reasons == (
        f"nothing was measured, for no connection reached its Status: {waiting}",
    )
    some = judge(evidence(connections_failed=5, joining=5, waiting=(waiting,)), CONFIG)
    assert (some.exit_code, some.reasons) == (0, (waiting,))


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ((), "there was none (-u), or no time for it (-t)"),
        (("it raised KeyError: 'x' (3 times)",), "KeyError"),
    ],
)
def test_where_nobody_began_to_join_it_is_told_why(known: tuple[str, ...], words: str) -> None:
    nobody = {"connections_attempted": 0, "connections_opened": 0}
    [reason] = judge(evidence(**nobody, exceptions=known), CONFIG).reasons
    assert reason.startswith("nothing was measured, for no user began to join: ")
    assert words in reason


def test_workers_that_were_expected_and_did_not_come_make_the_run_invalid() -> None:
    verdict = judge(evidence(missing_workers=2), CONFIG)
    assert verdict.exit_code == 4
    assert verdict.reasons[0].startswith("2 load-generating process(es) of --expect-workers were not there")


def test_a_dead_address_behind_a_name_is_told_though_all_got_in() -> None:
    addresses = {
        "10.0.0.1:80": AddressConnections(attempted=5, opened=5),
        "10.0.0.2:80": AddressConnections(attempted=5, opened=0, failed=5, example="Connection refused"),
    }
    behind = UrlConnections(opened=10, addresses=addresses)
    case = evidence()
    case = replace(case, connections=replace(case.connections, urls={"ws://chat/": behind}))
    verdict = judge(case, CONFIG)
    assert (verdict.exit_code, verdict.reasons) == (
        0,
        (
            "of the 2 addresses behind ws://chat/, 1 failed: 10.0.0.2:80 failed 5 of 5 times "
            "(Connection refused)",
        ),
    )


def test_who_was_still_joining_at_the_end_was_not_refused() -> None:
    verdict = judge(evidence(connections_failed=2, joining=2), CONFIG)
    assert verdict.correct


def test_an_interrupted_drain_is_told_with_the_lost() -> None:
    assert "still under way" in judge(evidence(lost=3, interrupted=True), CONFIG).reasons[0]


def test_latency_is_withheld_where_the_clocks_are_further_apart_than_a_tenth_of_it() -> None:
    near, far = evidence(clock_error=MS // 10), evidence(clock_error=MS)
    assert withheld(near) == ""
    verdict = judge(far, CONFIG)
    assert (verdict.valid, verdict.exit_code) == (True, 0)
    assert verdict.reasons[0] == withheld(far)
    assert withheld(far).startswith("one-way latency is withheld")


def test_objectives_on_a_withheld_latency_cannot_be_judged() -> None:
    verdict = judge(evidence(clock_error=MS, objectives=(UNMEASURED,)), CONFIG)
    assert (verdict.slo, verdict.valid, verdict.exit_code) == ("none", False, 4)
    assert "p99<2ms cannot be judged, for the latency is withheld" in verdict.reasons


def test_objectives_are_neither_met_nor_missed_where_nothing_was_measured() -> None:
    verdict = judge(evidence(intended=Distribution(), objectives=(UNMEASURED,)), CONFIG)
    assert (verdict.valid, verdict.slo, verdict.exit_code) == (False, "none", 4)
    assert verdict.reasons == ("p99<2ms cannot be judged, for nothing of it was measured",)

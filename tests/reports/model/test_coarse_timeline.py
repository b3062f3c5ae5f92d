from typing import Any

import msgspec

from hubbub.results.load_result import LoadResult, Second
from reports.model.coarse_timeline import ROWS, timeline


def second(number: int, phase: Any = "hold", latency: int = 1_000, **counts: int) -> Second:
    values = {"users": 10, "scheduled": 5, "sent": 5, "expected": 50, "delivered": 50, "errors": 0} | counts
    return Second(second=number, phase=phase, latency=((latency, 40), (latency * 4, 10)), **values)


def test_a_short_run_keeps_its_seconds() -> None:
    seconds = [second(number, sent=number) for number in range(30)]
    drawn = timeline(seconds)
    assert drawn.step == 1
    assert [(row.start, row.sent) for row in drawn.rows] == [(number, number) for number in range(30)]


def test_a_long_run_is_put_together_without_losing_a_delivery() -> None:
    seconds = [second(number) for number in range(3_600)]
    drawn = timeline(seconds)
    assert len(drawn.rows) <= ROWS
    assert sum(row.delivered for row in drawn.rows) == 3_600 * 50
    assert sum(number for row in drawn.rows for _, number in row.latency) == 3_600 * 50
    assert drawn.rows[0].per_second(drawn.rows[0].delivered) == 50


def test_no_row_crosses_from_one_phase_into_the_next() -> None:
    phases = ["ramp"] * 7 + ["hold"] * 1_000 + ["drain"] * 3
    drawn = timeline([second(number, phase) for number, phase in enumerate(phases)])
    assert [(phase.name, phase.start, phase.end) for phase in drawn.phases] == [
        ("ramp", 0, 7),
        ("hold", 7, 1_007),
        ("drain", 1_007, 1_010),
    ]
    assert [row.seconds for row in drawn.rows if row.phase == "ramp"] == [4, 3]


def test_one_hold_of_several_is_called_by_its_users(good_load: LoadResult) -> None:
    ramp, hold, drain = good_load.phases
    assert [phase.label for phase in timeline(good_load.seconds, good_load.phases).phases] == [
        "ramp",
        "hold",
        "drain",
    ]
    other = msgspec.structs.replace(hold, users=1, start=40)
    labels = [phase.label for phase in timeline(good_load.seconds, (ramp, hold, other, drain)).phases]
    assert labels == ["ramp", "200 users", "drain"]


def test_a_run_without_seconds_has_no_rows() -> None:
    assert timeline([]).rows == ()


def test_halves_of_the_hold_that_disagree_are_told() -> None:
    drifting = timeline([second(number, latency=1_000 + 400 * (number // 15)) for number in range(30)])
    assert drifting.not_stationary == (
        "Not stationary: the median latency of the hold's second half is 1.40 times that of its first."
    )


def test_halves_that_agree_or_differ_by_chance_are_not() -> None:
    steady = timeline([second(number, latency=1_000 + 190 * (number % 2)) for number in range(30)])
    noisy = timeline([second(number, latency=1_000 * (1 + number % 3)) for number in range(31)])
    assert steady.not_stationary == noisy.not_stationary == ""


def test_two_holds_are_not_compared_with_one_another() -> None:
    seconds = [second(number, latency=1_000) for number in range(15)]
    seconds += [second(15, "ramp")]
    seconds += [second(number, latency=9_000) for number in range(16, 30)]
    assert timeline(seconds).not_stationary == ""


def test_a_ramp_does_not_count_for_stationarity() -> None:
    rising = [second(number, "ramp", latency=1_000 * (number + 1)) for number in range(30)]
    assert timeline(rising).not_stationary == ""

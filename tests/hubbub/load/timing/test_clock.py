from time import monotonic_ns

from hypothesis import given
from hypothesis import strategies as st

from hubbub.load.timing.clock import Offset, RoundTrip, RunClock, bound, clock_identity, estimate

DELAYS = st.integers(0, 10**9)


def trip(asked: int, ahead: int, there: int, back: int) -> RoundTrip:
    return RoundTrip(asked, asked + there + ahead, asked + there + back)


@given(st.integers(-(10**15), 10**15), st.lists(st.tuples(DELAYS, DELAYS), min_size=1, max_size=20))
def test_the_true_offset_lies_within_the_error(ahead: int, delays: list[tuple[int, int]]) -> None:
    offset = estimate([trip(index * 10**10, ahead, *pair) for index, pair in enumerate(delays)])
    assert abs(offset.ahead - ahead) <= offset.error


def test_the_quickest_round_trip_counts() -> None:
    slow, quick = trip(0, 500, 90, 10), trip(1000, 500, 3, 3)
    assert estimate([slow, quick]) == Offset(500, 3)


def test_drift_widens_the_bound() -> None:
    assert bound(Offset(1000, 20), Offset(1000, 20)) == 20
    assert bound(Offset(1000, 20), Offset(1300, 30)) == 330
    assert bound(Offset(1000, 20), Offset(700, 30)) == 330


def test_one_host_has_one_clock_and_no_error() -> None:
    clock = RunClock()
    before = monotonic_ns()
    assert before <= clock.now() <= monotonic_ns()
    clock.check()
    assert clock.error == 0


def test_a_worker_elsewhere_goes_by_the_masters_clock_and_states_its_error() -> None:
    clock = RunClock(Offset(10**12, 50), lambda: Offset(10**12 + 200, 60))
    assert clock.now() >= 10**12
    assert clock.error == 50
    clock.check()
    assert clock.error == 260


def test_the_clocks_identity_does_not_change() -> None:
    assert clock_identity() == clock_identity() != ""

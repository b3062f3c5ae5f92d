from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.load.measure.headcount import NOBODY, Steps
from hubbub.load.measure.phases import Span, fullest, longest, phases, plateaus, settled

NS = 1_000_000_000
START = 7 * NS
NEVER = 1 << 62


def steps(*changes: tuple[float, int]) -> Steps:
    """Seconds after the start, and how many users there were from then on."""
    moments = [START + round(second * NS) for second, _ in changes]
    return Steps(np.array(moments, np.int64), np.array([users for _, users in changes], np.int64))


def ramp(begin: float, end: float, before: int, after: int) -> list[tuple[float, int]]:
    """Users that come or go one by one."""
    count = abs(after - before)
    way = 1 if after > before else -1
    return [(begin + (end - begin) * n / count, before + way * n) for n in range(1, count + 1)]


def divided(known: Steps, stopped: float, seconds: int, ramped: float = 0.0) -> list[Span]:
    moments = (START, START + round(ramped * NS), START + round(stopped * NS))
    return list(phases(known, *moments, seconds))


def test_a_plain_run_is_ramp_hold_and_drain() -> None:
    known = steps(*ramp(0.0, 4.5, 0, 10))
    assert divided(known, 30.02, 32) == [
        Span("ramp", 10, 0, 5),
        Span("plateau", 10, 5, 30),
        Span("drain", 10, 30, 32),
    ]


def test_each_plateau_of_a_shape_is_a_phase_and_so_is_each_ramp_up_or_down() -> None:
    known = steps(
        *ramp(0, 2.5, 0, 5), *ramp(12.2, 14.4, 5, 50), *ramp(24.1, 26.3, 50, 20), *ramp(36.0, 36.9, 20, 30)
    )
    assert divided(known, 48.5, 49) == [
        Span("ramp", 5, 0, 3),
        Span("plateau", 5, 3, 12),
        Span("ramp", 50, 12, 15),
        Span("plateau", 50, 15, 24),
        Span("ramp", 20, 24, 27),
        Span("plateau", 20, 27, 36),
        Span("ramp", 30, 36, 37),
        Span("plateau", 30, 37, 48),
        Span("drain", 30, 48, 49),
    ]


def test_a_jump_keeps_two_plateaus_apart_by_its_second() -> None:
    found = divided(steps((0.01, 5), (10.5, 50)), 20.0, 20)
    assert found == [
        Span("ramp", 5, 0, 1),
        Span("plateau", 5, 1, 10),
        Span("ramp", 50, 10, 11),
        Span("plateau", 50, 11, 20),
    ]


def test_a_ramp_of_one_user_in_ten_seconds_is_a_staircase() -> None:
    found = divided(steps((0.01, 1), (10.01, 2), (20.01, 3)), 30.0, 30)
    assert [(span.users, span.start, span.end) for span in found if span.kind == "plateau"] == [
        (1, 1, 10),
        (2, 11, 20),
        (3, 21, 30),
    ]


def test_a_stop_of_less_than_five_seconds_is_part_of_the_ramp() -> None:
    found = divided(steps((0.1, 5), (4.0, 10), (8.0, 20)), 20.0, 20)
    assert [(span.kind, span.start, span.end) for span in found] == [("ramp", 0, 9), ("plateau", 9, 20)]


def test_a_shape_may_begin_with_nobody_and_have_nobody_in_between() -> None:
    found = divided(steps((10.5, 5), (20.5, 0), (30.5, 5)), 40.0, 40)
    assert [(span.kind, span.users) for span in found] == [
        ("plateau", 0),
        ("ramp", 5),
        ("plateau", 5),
        ("ramp", 0),
        ("plateau", 0),
        ("ramp", 5),
        ("plateau", 5),
    ]
    assert [span.users for span in plateaus(found)] == [5, 5]


def test_a_run_too_short_for_a_plateau_holds_from_when_all_were_started() -> None:
    known = steps(*ramp(0.0, 1.5, 0, 3))
    assert divided(known, 4.2, 5, ramped=2.4) == [
        Span("ramp", 3, 0, 3),
        Span("plateau", 3, 3, 4),
        Span("drain", 3, 4, 5),
    ]


def test_a_run_whose_users_were_never_all_started_has_a_ramp_only() -> None:
    known = steps(*ramp(0.0, 4.0, 0, 40))
    assert [span.kind for span in divided(known, 4.2, 5, ramped=NEVER)] == ["ramp", "drain"]


def test_a_run_without_seconds_has_no_phases() -> None:
    assert divided(NOBODY, 0.0, 0) == []


def test_of_several_plateaus_the_fullest_and_the_longest_are_found() -> None:
    found = [Span("ramp", 5, 0, 1), Span("plateau", 5, 1, 40), Span("ramp", 9, 40, 41)]
    found += [Span("plateau", 9, 41, 50), Span("ramp", 1, 50, 51), Span("plateau", 1, 51, 60)]
    assert fullest(found) == [found[3]]
    assert longest(found) == found[1]
    assert longest([]) is None
    assert fullest([]) == []


MOMENTS = st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 3)), max_size=12)


@given(MOMENTS, st.integers(1, 60))
def test_phases_follow_one_another_without_gaps(changes: list[tuple[int, int]], seconds: int) -> None:
    known = steps(*((moment / 1000, users) for moment, users in sorted(changes)))
    found = divided(known, seconds - 0.5, seconds)
    assert [span.start for span in found] == [0, *(span.end for span in found[:-1])]
    assert found[-1].end == seconds
    assert all(span.seconds > 0 for span in found)
    assert all("plateau" in (one.kind, other.kind) or other.kind == "drain" for one, other in pairwise(found))


@given(MOMENTS, st.lists(st.integers(0, 60_000), min_size=1, max_size=5))
def test_what_is_settled_early_never_lies_in_two_phases(
    changes: list[tuple[int, int]], looks: list[int]
) -> None:
    known = steps(*((moment / 1000, users) for moment, users in sorted(changes)))
    bounds = {span.start for span in divided(known, 60.0, 61)}
    for look in looks:
        edges = settled(known, START, START + look * 1_000_000)
        assert all(edge <= bound or bound <= other for edge, other in pairwise(edges) for bound in bounds)


@pytest.mark.parametrize(("known", "edges"), [(3.0, [0, 2]), (9.5, [0, 2, 9]), (-1.0, [0])])
def test_a_plateau_that_is_still_young_is_not_settled(known: float, edges: list[int]) -> None:
    assert settled(steps((0.1, 3), (1.5, 5)), START, START + round(known * NS)) == edges

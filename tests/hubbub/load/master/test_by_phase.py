"""Objectives are judged phase by phase, and no figure is of two loads."""

from itertools import count

import msgspec
import numpy as np
import pytest

from hubbub.load.judging.objectives import Figures
from hubbub.load.master.by_phase import Judged, judge
from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.phases import Span
from hubbub.results.connections import Connections
from hubbub.results.counts import Ledger
from hubbub.results.latency import NOTHING, Histogram, Latency, PhaseLatency
from hubbub.results.load_result import Phase, Rates, Second, Trend

MS = 1_000_000
SPANS = (
    Span("ramp", 10, 0, 2),
    Span("plateau", 10, 2, 8),
    Span("ramp", 100, 8, 10),
    Span("plateau", 100, 10, 16),
    Span("drain", 100, 16, 17),
)
LATENCIES = (900, 10, 800, 50, 700)
"""In ms, of all deliveries of each phase: those of ramps and drain would be seen at once."""


def histogram(milliseconds: int, size: int = 20_000) -> Histogram:
    made = Distribution()
    made.add(np.full(size, milliseconds * MS))
    return made.record()


def seconds(spans: tuple[Span, ...]) -> tuple[Second, ...]:
    numbers = count()
    names = {"ramp": "ramp", "plateau": "hold", "drain": "drain"}
    return tuple(
        Second(
            second=next(numbers),
            phase=names[span.kind],  # type: ignore[arg-type]  # one of the three
            users=span.users,
            scheduled=span.users,
            sent=span.users,
            expected=span.users * 10,
            delivered=span.users * 10 if span.kind == "plateau" else 9_999,
            errors=0,
            latency=(),
        )
        for span in spans
        for _ in range(span.seconds)
    )


def phase(span: Span, milliseconds: int, messages: int = 20_000) -> Phase:
    known = histogram(milliseconds) if milliseconds else NOTHING
    return Phase(
        kind=span.kind,
        users=span.users,
        start=span.start,
        end=span.end,
        messages=messages,
        errors=0,
        rates=Rates(scheduled=0.0, sent=0.0, expected=0.0, delivered=0.0),
        latency=PhaseLatency(intended=known, sent=known, lateness=known, last_member=known, spread=known),
    )


def judged(
    *texts: str,
    spans: tuple[Span, ...] = SPANS,
    latencies: tuple[int, ...] = LATENCIES,
    messages: int = 20_000,
) -> Judged:
    whole = histogram(400)
    figures = Figures(
        ledger=Ledger(**dict.fromkeys(Ledger.__struct_fields__, 0) | {"published": 20_000, "lost": 3}),
        connections=Connections(attempted=100, opened=100, failed=0, lost=0, closes={}),
        errors=0,
        latency=Latency(**dict.fromkeys(Latency.__struct_fields__, whole)),
        seconds=seconds(spans),
        trends=(Trend(what="median latency", unit="ns", per_hour=2.0 * MS, points=((0.0, 1), (60.0, 2))),),
    )
    parts = [phase(span, known, messages) for span, known in zip(spans, latencies, strict=True)]
    return judge(texts, figures, spans, parts)


def states(found: Judged) -> list[list[bool | None]]:
    return [[objective.met for objective in each.objectives] for each in found.phases]


def test_a_latency_is_judged_in_each_plateau_and_the_worst_tells_for_the_run() -> None:
    found = judged("p99<20ms")
    assert states(found) == [[], [True], [], [False], []]
    assert found.run[0].met is False
    assert found.run[0].measured == pytest.approx(50 * MS, rel=0.01)
    assert found.run[0].shown.endswith(" in phase 4, 100 users")


def test_a_plateau_of_few_messages_is_not_judged_and_no_other_load_stands_in_for_it() -> None:
    found = judged("p99<500ms", messages=9_000)
    assert states(found) == [[], [None], [], [None], []]
    assert found.run[0].met is None
    assert found.run[0].shown.endswith("few: 9,000 of 10,000 messages in phase 4, 100 users")


def test_ramps_and_the_drain_do_not_count_in_a_latency() -> None:
    assert judged("max<60ms", "sent.p50<60ms", "lateness.p99<60ms").run[0].met is True
    assert all(objective.met for objective in judged("p50<60ms", "spread.max<60ms").run)


def test_with_one_plateau_its_own_figure_is_the_runs() -> None:
    found = judged("p99<20ms", spans=SPANS[:2], latencies=LATENCIES[:2])
    assert found.run[0].met is True
    assert "phase" not in found.run[0].shown


def test_a_rate_is_judged_where_most_users_were() -> None:
    found = judged("delivered>=1000/s", "published=100")
    assert states(found) == [[], [], [], [True, True], []]
    assert [objective.measured for objective in found.run] == [1000, 100]


def test_what_is_counted_and_how_long_connecting_took_are_of_the_whole_run() -> None:
    found = judged("loss=0", "connect.p50<500ms", "userlist.max<500ms")
    assert states(found) == [[]] * 5
    assert [objective.met for objective in found.run] == [False, True, True]


def test_a_slope_is_the_longest_plateaus() -> None:
    spans = (SPANS[0], Span("plateau", 10, 2, 12), Span("ramp", 100, 12, 14), Span("plateau", 100, 14, 20))
    found = judged("slope<1ms/h", spans=spans, latencies=LATENCIES[:4])
    assert states(found) == [[], [False], [], []]


def test_a_plateau_without_users_or_without_figures_is_not_judged() -> None:
    spans = (
        Span("plateau", 0, 0, 6),
        *(each._replace(start=each.start + 6, end=each.end + 6) for each in SPANS),
    )
    found = judged("p99<60ms", spans=spans, latencies=(0, 900, 0, 800, 50, 700))
    assert states(found) == [[], [], [None], [], [True], []]
    assert found.run[0].met is True


def test_a_run_without_a_plateau_is_judged_whole_but_has_no_rate() -> None:
    spans = (Span("ramp", 10, 0, 4), Span("drain", 10, 4, 5))
    found = judged("p99<500ms", "delivered>1/s", spans=spans, latencies=(400, 0))
    assert [objective.met for objective in found.run] == [True, None]
    assert states(found) == [[], []]


def test_of_two_plateaus_that_meet_it_the_nearer_to_the_limit_is_told() -> None:
    assert judged("p50<60ms").run[0].shown.endswith("in phase 4, 100 users")
    assert judged("p50>1ms").run[0].shown.endswith("in phase 2, 10 users")
    assert judged("p50=50ms").run[0].shown.endswith("in phase 2, 10 users")


def test_phases_keep_what_was_measured() -> None:
    found = judged("p99<20ms")
    assert [msgspec.structs.replace(each, objectives=()) for each in found.phases] == [
        phase(span, known) for span, known in zip(SPANS, LATENCIES, strict=True)
    ]

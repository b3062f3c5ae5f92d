import numpy as np
import pytest

from hubbub.load.judging.objectives import Figures, judge
from hubbub.load.measure.distribution import Distribution
from hubbub.results.connections import Connections
from hubbub.results.counts import Ledger
from hubbub.results.latency import Latency
from hubbub.results.load_result import Second, Trend

MS = 1_000_000


def distribution(*milliseconds: float, times: int = 1) -> Distribution:
    made = Distribution()
    made.add(np.array([round(each * MS) for each in milliseconds], np.int64).repeat(times))
    return made


def second(number: int, median: int = 10_000, *, phase: str = "hold", delivered: int = 300) -> Second:
    return Second(
        second=number,
        phase=phase,  # type: ignore[arg-type]  # one of the three
        users=3,
        scheduled=100,
        sent=100,
        expected=300,
        delivered=delivered,
        errors=0,
        latency=((median, 300),),
    )


def figures(**changes: object) -> Figures:
    empty = Distribution().record()
    fields = dict.fromkeys(Latency.__struct_fields__, empty)
    fields |= {
        "intended": distribution(*range(1, 101), times=1000).record(),
        "connect": distribution(5, 50, times=100).record(),
    }
    counts = dict.fromkeys(Ledger.__struct_fields__, 0) | {"expected": 1000, "delivered": 998, "lost": 2}
    counts["published"] = changes.pop("published", 100_000)  # type: ignore[assignment]  # a test's own number
    known: dict[str, object] = {
        "ledger": Ledger(**counts),
        "connections": Connections(attempted=200, opened=190, failed=10, lost=19, closes={}),
        "errors": 4,
        "latency": Latency(**fields),
        "seconds": (
            second(0, phase="ramp", delivered=1),
            *map(second, range(1, 4)),
            second(4, phase="drain"),
        ),
        "trends": (),
    }
    return Figures(**{**known, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "met", "shown"),
    [
        ("p50<=51ms", True, "50.0 ms"),
        ("p50<50ms", False, "50.0 ms"),
        ("p99.9<1s", True, "100 ms"),
        ("max=100ms", True, "100 ms"),
        ("mean<0.05s", False, "50.5 ms"),
        ("connect.max<=50_000us", True, "50.0 ms"),
        ("connect.p50 < 6ms", True, "5.00 ms"),
        ("loss=0", False, "2"),
        ("loss<0.5%", True, "0.200%"),
        ("duplicates=0", True, "0"),
        ("anomalies<=2", True, "2"),
        ("refused<=5%", True, "5%"),
        ("dropped<10%", False, "10%"),
        ("errors<5", True, "4"),
        ("delivered>=300/s", True, "300/s"),
        ("published>100", False, "100/s"),
    ],
)
def test_an_objective_is_met_or_missed_by_what_was_measured(text: str, met: bool, shown: str) -> None:
    judged = judge(text, figures())
    assert (judged.text, judged.met, judged.shown) == (text, met, shown)


@pytest.mark.parametrize("text", ["spread.p99<1s", "slope<1ms/h"])
def test_what_was_not_measured_is_not_judged(text: str) -> None:
    judged = judge(text, figures())
    assert (judged.met, judged.measured, judged.shown) == (None, None, "not measured")


@pytest.mark.parametrize(
    ("text", "published", "met", "shown"),
    [
        ("p99<1s", 9_999, None, "99.0 ms, few: 9,999 of 10,000 messages"),
        ("p99<1s", 10_000, True, "99.0 ms"),
        ("p99<1ms", 9_999, None, "99.0 ms, few: 9,999 of 10,000 messages"),
        ("p99.9<1s", 10_000, None, "100 ms, few: 10,000 of 100,000 messages"),
        ("p50<1s", 199, None, "50.0 ms, few: 199 of 200 messages"),
        ("max<1s", 1, True, "100 ms"),
        ("p100<1s", 1, True, "100 ms"),
        ("mean<1s", 1, True, "50.5 ms"),
        ("connect.p95<1s", 10_000, None, "50.0 ms, few: 200 of 2,000 connections"),
    ],
)
def test_a_percentile_that_stands_on_few_messages_is_told_and_not_judged(
    text: str, published: int, met: bool | None, shown: str
) -> None:
    judged = judge(text, figures(published=published))
    assert (judged.met, judged.shown) == (met, shown)
    assert judged.measured is not None


NOTHING = Connections(attempted=0, opened=0, failed=0, lost=0, closes={})
NOBODY = Connections(attempted=5, opened=0, failed=5, lost=0, closes={})
IDLE = Ledger(**dict.fromkeys(Ledger.__struct_fields__, 0))


@pytest.mark.parametrize(
    "text",
    ["loss=0", "loss<1%", "duplicates=0", "reordered=0", "misdelivered=0", "corrupt=0", "anomalies=0"],
)
def test_where_nothing_was_expected_nothing_went_well(text: str) -> None:
    judged = judge(text, figures(ledger=IDLE))
    assert (judged.met, judged.shown) == (None, "not measured")


def test_a_wrong_delivery_counts_where_none_was_expected() -> None:
    counts = dict.fromkeys(Ledger.__struct_fields__, 0) | {"corrupt": 1}
    assert judge("corrupt=0", figures(ledger=Ledger(**counts))).met is False


@pytest.mark.parametrize("text", ["stale=0", "dropped=0", "delivered<10/s", "published<10", "p99<1s"])
def test_where_nobody_got_in_nothing_went_well(text: str) -> None:
    latency = Latency(**dict.fromkeys(Latency.__struct_fields__, Distribution().record()))
    assert judge(text, figures(connections=NOBODY, ledger=IDLE, latency=latency)).met is None


def test_where_nobody_tried_nobody_was_refused() -> None:
    assert judge("refused=0", figures(connections=NOTHING)).met is None
    assert judge("refused=0", figures(connections=NOBODY)).met is False
    assert judge("errors=0", figures(connections=NOTHING, errors=0)).met is None


def test_a_rate_is_not_judged_where_never_all_users_were_there() -> None:
    assert judge("delivered>1/s", figures(seconds=())).met is None


@pytest.mark.parametrize(
    ("text", "met", "shown"),
    [
        ("slope<1ms/h", True, "360 µs/h"),
        ("slope<100us/h", False, "360 µs/h"),
        ("memory.slope<10MiB/h", False, "12.0 MiB/h"),
    ],
)
def test_what_grows_has_a_slope_and_of_memories_the_steepest_counts(text: str, met: bool, shown: str) -> None:
    judged = judge(text, figures(trends=trends(60.0)))
    assert (judged.met, judged.shown) == (met, shown)


def trends(seconds: float) -> tuple[Trend, ...]:
    points = ((1.0, 1), (1.0 + seconds, 2))
    return (
        Trend(what="median latency", unit="ns", per_hour=360_000.0, points=points),
        Trend(what="memory of one", unit="bytes", per_hour=12.0 * (1 << 20), points=points),
        Trend(what="memory of another", unit="bytes", per_hour=-5.0, points=points),
    )


def test_a_slope_that_was_watched_for_less_than_a_minute_is_told_and_not_judged() -> None:
    judged = judge("memory.slope<10MiB/h", figures(trends=trends(59.0)))
    assert (judged.met, judged.shown) == (None, "12.0 MiB/h, watched for 59.0 s of 1 min")

"""What the tab of Locust's page shows, made of hand-made updates."""

from typing import Any

import msgspec
import pytest

from hubbub.load.config.config import LoadConfig
from hubbub.load.exchange.status import StatusUpdate
from hubbub.load.web.live import Live
from hubbub.load.web.live_view import Line, View, view
from tests.hubbub.load.status_updates import RIGHT, SECOND, packed
from tests.hubbub.load.status_updates import update as update_at


def update(**more: Any) -> StatusUpdate:
    """Return the update of a process in which all has come that was to come."""
    return update_at(0.0, **{"moment": SECOND, "arrived": 40, "latency": packed(*[1.0] * 2000), **more})


def shown(*slos: str, **more: Any) -> View:
    config = LoadConfig(slos=slos)
    live = Live(config, 0)
    live.ingest("a", update(moment=1, latency=packed()))
    live.ingest("a", update(**more))
    return view(live, config, "running", None, None)


def lines(known: View, title: str) -> dict[str, Line]:
    return {row.cells[0]: row for table in known.tables if table.title == title for row in table.rows}


def wrong(known: View) -> list[str]:
    marked = [each.name for each in (*known.answers, *known.figures) if each.bad]
    return marked + [row.cells[0] for table in known.tables for row in table.rows if row.bad]


def test_nothing_is_marked_where_nothing_is_wrong() -> None:
    known = shown("p99<1s", "loss=0")
    assert wrong(known) == []
    assert [each.word for each in known.answers] == ["valid", "correct"]
    assert known.reasons == ()


@pytest.mark.parametrize("what", ["duplicated", "reordered", "misdelivered", "corrupt"])
def test_a_delivery_that_came_wrong_is_marked(what: str) -> None:
    known = shown(ledger={**RIGHT, what: 3})
    assert wrong(known) == ["deliveries so far", "wrong", what]
    assert lines(known, "Ledger")[what].cells == (what, "3")
    assert known.reasons[0].startswith("3 deliveries ")


def test_a_percentile_that_stands_on_few_messages_says_so_and_is_not_judged() -> None:
    known = shown("p99<0.1ms")
    assert {each.name: each.word for each in known.figures}["p99, last second"] == "1.00 ms (few)"
    assert lines(known, "Objectives")["p99<0.1ms"].cells == (
        "p99<0.1ms",
        "1.00 ms, few: 4 of 10,000 messages",
        "too few to judge yet",
    )
    assert lines(known, "Limits of a valid measurement")["lateness of sends, p99"].cells[1] == "500 µs (few)"
    assert wrong(known) == []


def test_what_is_missing_is_not_wrong_yet() -> None:
    known = shown("loss=0", ledger={**RIGHT, "lost": 2})
    assert wrong(known) == []
    assert lines(known, "Ledger")["missing so far"].cells[1] == "2"


def test_objectives_stand_with_what_was_measured_and_their_state() -> None:
    asked = ("p99<0.1ms", "duplicates=0", "connect.p95<1s", "p50<1s")
    many = {**RIGHT, "published": 10_000}
    known = lines(shown(*asked, ledger=many, latency=packed(*[1.0] * 10_000)), "Objectives")
    states = {text: row.cells[-1] for text, row in known.items()}
    assert states == {
        "p99<0.1ms": "missed so far",
        "duplicates=0": "met so far",
        "connect.p95<1s": "judged at the end",
        "p50<1s": "met so far",
    }
    assert [text for text, row in known.items() if row.bad] == ["p99<0.1ms"]
    assert "fewer users" in known["p99<0.1ms"].advice


def test_an_objective_on_latency_is_judged_by_holds_and_not_by_ramps() -> None:
    config = LoadConfig(slos=("max<5ms",))
    live = Live(config, 0)
    for second in range(1, 21):
        users = min(second, 4)
        slow = packed(*[900.0 if second <= 4 else 1.0] * 2000)
        live.ingest("a", update(moment=second * SECOND, users=users, latency=slow))
    known = lines(view(live, config, "running", None, None), "Objectives")
    assert known["max<5ms"].cells[-1] == "met so far"


@pytest.mark.parametrize(
    ("trouble", "row", "words"),
    [
        ({"lag_p99": 300_000_000}, "event loop lag, p99", "--processes"),
        ({"queueing_p99": 300_000_000}, "queueing in the generator, p99", "--processes"),
        ({"cpu_share": 0.99}, "CPU of the busiest process", "--processes"),
        ({"lateness": packed(400.0)}, "lateness of sends, p99", "fewer users"),
        ({"lateness": packed(400.0), "held_up": 0.5}, "lateness of sends, p99", "The server does not read"),
    ],
)
def test_beside_a_broken_limit_stands_what_to_do(trouble: dict[str, Any], row: str, words: str) -> None:
    known = shown(**trouble)
    limits = lines(known, "Limits of a valid measurement")
    assert [name for name, each in limits.items() if each.bad] == [row]
    assert limits[row].cells[-1] == "over"
    assert words in limits[row].advice
    assert not any(each.advice for name, each in limits.items() if name != row)
    assert known.answers[0].word == "not valid"


def test_before_the_first_update_the_run_starts() -> None:
    config = LoadConfig()
    assert view(Live(config, 0), config, "running", None, None) == View("The run starts.")


def test_the_browser_gets_it_as_json() -> None:
    told = msgspec.json.decode(msgspec.json.encode(shown()))
    assert told["points"][0]["p99"] == pytest.approx(1.0, rel=0.01)
    assert told["figures"][0] == {"name": "members", "word": "10", "bad": False}

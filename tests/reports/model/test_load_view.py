import msgspec
import pytest

from hubbub.results.connections import AddressConnections, UrlConnections
from hubbub.results.load_result import Ceiling, LoadResult, Objective, Room
from hubbub.results.records import ResultFileError
from reports.model.load_view import ROOMS, load_view

replace = msgspec.structs.replace


def test_the_ledger_is_that_of_the_file_in_its_order(bad_load: LoadResult) -> None:
    view = load_view(bad_load)
    assert {entry.name: entry.value for entry in view.ledger} == msgspec.structs.asdict(bad_load.ledger)


def test_only_faults_above_zero_are_marked_as_broken(good_load: LoadResult, bad_load: LoadResult) -> None:
    assert not [entry.name for entry in load_view(good_load).ledger if entry.broken]
    assert [entry.name for entry in load_view(bad_load).ledger if entry.broken] == [
        "lost",
        "duplicated",
        "reordered",
    ]


def test_every_distribution_keeps_the_files_counts(good_load: LoadResult) -> None:
    view, kept = load_view(good_load), good_load.latency
    for name in ("intended", "sent", "lateness", "queueing", "last_member", "spread", "connect"):
        distribution, histogram = getattr(view, name), getattr(kept, name)
        assert (distribution.count, distribution.mean, distribution.max) == (
            histogram.count,
            histogram.mean,
            histogram.max,
        )


def test_rooms_come_slowest_first_and_only_some_go_into_the_table(good_load: LoadResult) -> None:
    rooms = tuple(
        Room(room=f"r{n}", members=5, published=1, delivered=5, last_member_p50=n, spread_p50=1)
        for n in range(ROOMS + 5)
    )
    view = load_view(replace(good_load, rooms=rooms))
    assert [room.name for room in view.slowest_rooms[:2]] == ["r24", "r23"]
    assert len(view.slowest_rooms) == ROOMS
    assert len(view.rooms) == ROOMS + 5


def test_texts_are_made_plain(good_load: LoadResult) -> None:
    run = replace(good_load.run, host="ws://x/\x1b[2J", scenario="a\nb")
    view = load_view(replace(good_load, run=run, configuration={"tls": True, "seed": None, "\x00": "\u202e"}))
    assert view.host == "ws://x/\\x1b[2J"
    assert view.scenario == "a\\nb"
    assert view.configuration == (("tls", "yes"), ("seed", "none"), ("\\x00", "\\u202e"))


def test_one_way_figures_that_the_engine_withheld_are_not_shown_but_why(good_load: LoadResult) -> None:
    assert load_view(good_load).intended.withheld == ""
    view = load_view(replace(good_load, withheld="one-way latency is withheld, for the clocks differ"))
    assert all(distribution.percentile(0.5).value is None for distribution in view.latencies)
    assert view.connect.percentile(0.5).value is not None
    assert view.remarks == ("One-way latency is withheld, for the clocks differ.",)


def test_arrival_times_of_reading_are_remarked(bad_load: LoadResult) -> None:
    assert any(
        remark.startswith("Arrival times are those of reading") for remark in load_view(bad_load).remarks
    )


def test_a_damaged_histogram_of_a_worker_names_the_worker(good_load: LoadResult) -> None:
    broken = replace(good_load.workers[0], loop_lag=replace(good_load.workers[0].loop_lag, hdr="AAAA"))
    with pytest.raises(ResultFileError, match="loop lag, worker 0 is not an HdrHistogram"):
        load_view(replace(good_load, workers=(broken,)))


def test_a_run_that_measured_nothing_has_a_view(good_load: LoadResult, empty_load: LoadResult) -> None:
    view = load_view(empty_load)
    assert view.users == 0
    assert view.intended.empty
    assert load_view(good_load).users == 200


def test_a_calibrated_machines_ceiling_is_remarked_on(good_load: LoadResult) -> None:
    ceiling = Ceiling(deliveries=300_000.0, publishes=15_000.0, processes=1, asked=0.7, reached=0.63)
    remarks = load_view(replace(good_load, ceiling=ceiling)).remarks
    assert "The load generator was at 63 % of its machine's calibrated ceiling." in remarks
    assert not any("ceiling" in remark for remark in load_view(good_load).remarks)


def test_secrets_of_urls_are_left_out_of_older_results_too(good_load: LoadResult) -> None:
    url = "ws://ann:secret@chat/?token=secret&room=a"
    run = replace(good_load.run, host=url, command=f"locust --host '{url}'")
    view = load_view(replace(good_load, run=run, configuration={"host": url}))
    shown = "ws://chat/?token=...&room=a"
    assert (view.host, view.command, view.configuration) == (
        shown,
        f"locust --host '{shown}'",
        (("host", shown),),
    )


def test_addresses_are_shown_where_a_url_has_several(good_load: LoadResult) -> None:
    one = {"10.0.0.1:80": AddressConnections(attempted=2, opened=2)}
    two = {**one, "10.0.0.2:80": AddressConnections(attempted=3, failed=3, example="refused")}
    urls = {"ws://one/": UrlConnections(addresses=one), "ws://two/": UrlConnections(addresses=two)}
    view = load_view(replace(good_load, connections=replace(good_load.connections, urls=urls)))
    assert [(each.address, each.counts.failed, each.example) for each in view.connections.addresses] == [
        ("10.0.0.1:80", 0, ""),
        ("10.0.0.2:80", 3, "refused"),
    ]


@pytest.mark.parametrize(
    ("met", "shown"),
    [
        (True, "p99<9ms: 3 ms"),
        (False, "p99<9ms: 3 ms, missed"),
        (None, "p99<9ms: 3 ms, not judged"),
    ],
)
def test_an_objective_says_what_was_measured_and_what_became_of_it(
    good_load: LoadResult, met: bool | None, shown: str
) -> None:
    objective = Objective(text="p99<9ms", measured=3e6, shown="3 ms", met=met)
    verdict = replace(good_load.verdict, objectives=(objective,))
    assert load_view(replace(good_load, verdict=verdict)).objectives == (shown,)

from io import StringIO
from pathlib import Path

import msgspec
from rich.console import Console

from hubbub.results.load_result import LoadResult, Objective
from reports.model.phase_rows import HEAD, phase_views
from reports.model.result_folder import Results
from reports.output.html import render
from reports.output.terminal import show


def staged(load: LoadResult) -> LoadResult:
    """The same run with a second, smaller hold that missed an objective which the first met."""
    ramp, hold, drain = load.phases
    missed = Objective(text="p99<1ms", measured=3e6, shown="3.00 ms", met=False)
    met = msgspec.structs.replace(missed, shown="0.90 ms", met=True)
    change = msgspec.structs.replace
    phases = (
        ramp,
        change(hold, objectives=(met,)),
        change(ramp, users=50, start=28, end=29),
        change(hold, users=50, start=29, end=40, messages=99, objectives=(missed,)),
        drain,
    )
    return change(load, phases=phases)


def test_each_phase_is_a_row_with_its_own_users_rates_and_latency(good_load: LoadResult) -> None:
    views = phase_views(staged(good_load).phases, "")
    rows = [dict(zip(HEAD, view.row, strict=True)) for view in views]
    assert [row["phase"] for row in rows] == ["1 ramp", "2 hold", "3 ramp", "4 hold", "5 drain"]
    assert [row["users"] for row in rows] == ["200", "200", "50", "50", "200"]
    assert [row["seconds"] for row in rows] == ["0 to 4", "4 to 29", "28 to 29", "29 to 40", "29 to 30"]
    assert (rows[1]["messages/s"], rows[1]["deliveries/s"]) == ("200", "2,000")
    assert views[1].objectives == ("p99<1ms: 0.90 ms, met",)
    assert views[3].objectives == ("p99<1ms: 3.00 ms, missed",)


def test_latencies_that_are_withheld_are_withheld_in_each_phase(good_load: LoadResult) -> None:
    shown = phase_views(good_load.phases, "the clocks differ")[1].row[-4:]
    assert shown == ("—",) * 4


def test_page_and_terminal_show_the_table(good_load: LoadResult) -> None:
    results = Results(folder=Path("run"), load=staged(good_load), conformance=None)
    page = render(results)
    assert '<section id="phases">' in page
    assert "<bdi>p99&lt;1ms: 3.00 ms, missed</bdi>" in page
    screen = StringIO()
    show(results, Console(file=screen, width=80))
    assert "Phases" in screen.getvalue()
    assert "p99<1ms: 3.00 ms, missed" in screen.getvalue()

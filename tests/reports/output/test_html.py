import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import Check, ConformanceResult, Verdict
from hubbub.results.counts import Anomaly, ErrorCount
from hubbub.results.load_result import LoadResult
from hubbub.text.quantities import count
from reports.model.load_view import load_view
from reports.model.result_folder import Results
from reports.output.html import anchor, gist, prose, render

MEGABYTE = 1_000_000
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>{{7*7}}$\\frac{1}{2}$\x1b[31m\u202e"
MakeCheck = Callable[..., Check]
replace = msgspec.structs.replace
Parse = Callable[[str], Any]


def results(load: LoadResult | None = None, conformance: ConformanceResult | None = None) -> Results:
    return Results(folder=Path("run"), load=load, conformance=conformance)


@pytest.fixture(scope="module")
def hostile_page(good_load: LoadResult, check: MakeCheck, good_conformance: ConformanceResult) -> str:
    """A page of results in which every text is hostile."""
    run = replace(good_load.run, id=HOSTILE, scenario=HOSTILE, host=HOSTILE, command=HOSTILE, started=HOSTILE)
    load = replace(
        good_load,
        run=run,
        verdict=replace(good_load.verdict, reasons=(HOSTILE,)),
        anomalies=(
            Anomaly(kind="lost", room=HOSTILE, member=1, publisher=None, sequence=None, detail=HOSTILE),
        ),
        rooms=(replace(good_load.rooms[0], room=HOSTILE),),
        connections=replace(good_load.connections, closes={HOSTILE: 1}),
        errors=(ErrorCount(kind=HOSTILE, count=1, example=HOSTILE),),
        configuration={HOSTILE: HOSTILE},
        environment={HOSTILE: HOSTILE},
    )
    texts = dict.fromkeys(("message", "lanes", "transcript", "command"), HOSTILE)
    judged = replace(check("BCAST-1", Verdict.FAIL, **texts), id=HOSTILE, notes=(HOSTILE,))
    unknown = replace(judged, requirement=HOSTILE)
    conformance = replace(
        good_conformance,
        run=replace(
            good_conformance.run,
            url=HOSTILE,
            command=HOSTILE,
            started=HOSTILE,
            reason=HOSTILE,
            server=HOSTILE,
        ),
        checks=(judged, unknown),
        profile={HOSTILE: [HOSTILE]},
        environment={HOSTILE: HOSTILE},
    )
    return render(results(load, conformance))


@pytest.mark.parametrize("which", ["good_page", "bad_page", "hostile_page"])
def test_a_page_parses_and_its_identifiers_are_unique(
    which: str, page_of: Parse, request: pytest.FixtureRequest
) -> None:
    page = page_of(request.getfixturevalue(which))
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("which", ["good_page", "bad_page", "hostile_page"])
def test_every_reference_within_a_page_leads_somewhere(
    which: str, page_of: Parse, request: pytest.FixtureRequest
) -> None:
    page = page_of(request.getfixturevalue(which))
    targets = [href.removeprefix("#") for href in page.values("href") if href.startswith("#")]
    targets += page.values("aria-labelledby")
    targets += [name for style in page.values("clip-path") for name in re.findall(r"url\(#([^)]*)\)", style)]
    assert len(targets) > 100
    assert set(targets) <= set(page.ids)


@pytest.mark.parametrize("which", ["good_page", "bad_page", "hostile_page"])
def test_nothing_is_fetched_and_no_script_runs(
    which: str, page_of: Parse, request: pytest.FixtureRequest
) -> None:
    html = request.getfixturevalue(which)
    page = page_of(html)
    sources = page.values("src") + page.values("href")
    assert [source[:20] for source in sources if not source.startswith(("#", "data:"))] == []
    assert not {tag for tag, _ in page.elements} & {"script", "iframe", "object", "embed", "form", "base"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    assert page.values("content")[-1].startswith("default-src 'none'")


def test_hostile_texts_stand_there_as_they_were_written(hostile_page: str, page_of: Parse) -> None:
    assert "<script" not in hostile_page
    assert "<img" not in hostile_page
    assert "\x1b" not in hostile_page
    assert "\u202e" not in hostile_page
    shown = page_of(hostile_page).texts["ledger"]
    assert (
        "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>{{7*7}}$\\frac{1}{2}$\\x1b[31m\\u202e"
        in shown
    )


def test_the_verdict_strip_says_valid_and_correct(good_page: str, page_of: Parse) -> None:
    page = page_of(good_page)
    strip = page.attributes("verdict")
    assert (strip["data-valid"], strip["data-correct"]) == ("true", "true")
    assert (strip["data-slo"], strip["data-conformance"]) == ("none", "passed")
    words = re.findall(r"\w+", page.texts["verdict"])
    assert {"valid", "correct", "passed"} <= set(words)
    assert "not" not in words


def test_the_verdict_strip_of_a_bad_run_says_so(bad_page: str, page_of: Parse) -> None:
    page = page_of(bad_page)
    strip = page.attributes("verdict")
    assert (strip["data-valid"], strip["data-correct"]) == ("false", "false")
    assert "not valid" in page.texts["verdict"]
    assert "Worker 1 used 99 % of its core" in page.texts["verdict"]


def test_the_ledger_in_the_page_is_that_of_the_file(
    bad_page: str, bad_load: LoadResult, page_of: Parse
) -> None:
    page = page_of(bad_page)
    for name, value in msgspec.structs.asdict(bad_load.ledger).items():
        assert page.attributes(f"ledger-{name}")["value"] == str(value)
        assert page.texts[f"ledger-{name}"] == count(value)


def test_the_percentiles_in_the_page_are_those_of_the_file(
    good_page: str, good_load: LoadResult, page_of: Parse
) -> None:
    text = page_of(good_page).texts["latency"]
    for distribution in load_view(good_load).latencies:
        for percentile in distribution.percentiles()[:5]:
            assert percentile.value is not None
            assert percentile.told.replace(" (few)", " few") in text
    assert "p99 wants 10,000; this run published 6,000" in text


def test_the_matrix_names_every_requirement_with_level_and_verdict(bad_page: str, page_of: Parse) -> None:
    page = page_of(bad_page)
    names = {"M": "MUST", "S": "SHOULD", "Y": "MAY"}
    for requirement in requirements().requirement:
        text = page.texts[requirement.id]
        assert requirement.sentence.replace("`", "") in text
        assert names[requirement.level] in text
    assert "FAIL" in page.texts["BCAST-1"]
    assert "second copy" in page.texts["finding-BCAST-1"]
    assert "pytest conformance --url ws://127.0.0.1:8765/ -k BCAST-1" in page.texts["finding-BCAST-1"]


def test_a_requirement_without_a_check_is_shown_as_such(
    check: MakeCheck, good_conformance: ConformanceResult, page_of: Parse
) -> None:
    page = page_of(render(results(conformance=replace(good_conformance, checks=(check("ROOM-1"),)))))
    assert "NOT CHECKED" in page.texts["ROOM-2"]
    assert "No check of this run covered it." in page.texts["ROOM-2"]


def test_a_conformance_run_alone_has_no_load_sections(
    bad_conformance: ConformanceResult, page_of: Parse
) -> None:
    page = page_of(render(results(conformance=bad_conformance)))
    assert "ledger" not in page.ids
    assert "data-valid" not in page.attributes("verdict")
    assert page.attributes("verdict")["data-conformance"] == "failed"


def test_a_load_run_alone_that_measured_nothing_still_has_its_page(
    empty_load: LoadResult, page_of: Parse
) -> None:
    page = page_of(render(results(empty_load)))
    assert "conformance" not in page.ids
    assert "No user could connect." in page.texts["verdict"]
    assert "connection refused" in page.texts["errors"]
    assert not [tag for tag, _ in page.elements if tag == "svg"]


def test_clocks_too_far_apart_leave_out_the_one_way_figures(good_load: LoadResult, page_of: Parse) -> None:
    page = page_of(render(results(replace(good_load, withheld="one-way latency is withheld"))))
    assert "withheld" in page.texts["latency"]
    assert not {"percentile-curves", "latency-over-time", "fan-out-by-room"} & set(page.ids)
    assert "throughput-over-time" in page.ids


def test_every_figure_has_its_numbers_in_a_table(good_page: str, page_of: Parse) -> None:
    page = page_of(good_page)
    figures = [attributes["id"] for tag, attributes in page.elements if tag == "figure"]
    assert len(figures) == 6
    with_table = {name for name in figures if "The numbers" in page.texts[name]}
    assert set(figures) - with_table == {"percentile-curves", "generator-delays"}
    assert "p95" in page.texts["latency"]
    assert "p95" in page.texts["generator"]


def test_a_fresh_process_with_another_hash_seed_gives_the_same_bytes(
    good_page: str,
    good_load: LoadResult,
    good_conformance: ConformanceResult,
    folder_of: Callable[..., Path],
) -> None:
    folder = folder_of(good_load, good_conformance)
    subprocess.run([sys.executable, "-m", "reports", "render", str(folder)], check=True, capture_output=True)
    assert (folder / "report.html").read_text(encoding="utf-8") == good_page


def test_ten_minutes_and_a_thousand_checks_stay_below_a_megabyte(
    load_of: Callable[..., LoadResult], conformance_of: Callable[..., ConformanceResult], check: MakeCheck
) -> None:
    broken = [
        check("BCAST-1", Verdict.FAIL, str(n), lanes="<&>" * 2_000, message="<" * 2_000) for n in range(300)
    ]
    conformance = conformance_of(*broken, fill=7)
    assert len(conformance.checks) >= 1_000
    html = render(results(load_of(seconds=600, rate=20), conformance))
    assert len(html.encode()) < MEGABYTE


def test_a_server_that_fails_every_check_has_a_page_of_a_megabyte_at_most(
    conformance_of: Callable[..., ConformanceResult], check: MakeCheck
) -> None:
    texts = {
        "message": "allowed: <x>\nseen: " + "y" * 3_000,
        "lanes": "<" * 9_000,
        "transcript": "transcripts/BCAST-1_case.jsonl",
        "command": "pytest conformance --url ws://127.0.0.1:8765/ -k 'BCAST-1[case]'",
        "notes": ("z" * 400,) * 30,
    }
    broken = [check("BCAST-1", Verdict.FAIL, f"case-{number}", **texts) for number in range(1_000)]
    html = render(results(conformance=conformance_of(*broken)))
    assert len(html.encode()) < MEGABYTE
    assert html.count("What was said, a client a column") == 1
    assert "999 more checks for the same cause" in html


def test_what_fails_for_causes_of_its_own_a_thousand_times_has_a_page_of_a_megabyte_at_most(
    conformance_of: Callable[..., ConformanceResult], check: MakeCheck
) -> None:
    ids = [requirement.id for requirement in requirements().requirement]
    broken = [
        check(
            ids[number % len(ids)],
            Verdict.FAIL,
            str(number),
            message="seen: " + "x" * number,
            lanes="<" * 9_000,
        )
        for number in range(1_000)
    ]
    assert len(render(results(conformance=conformance_of(*broken))).encode()) < MEGABYTE


def test_the_verdict_strip_has_the_figures_that_one_looks_for_first(good_page: str, page_of: Parse) -> None:
    text = re.sub(r"\s+", " ", page_of(good_page).texts["verdict"])
    assert re.search(
        r"p50 [\d.]+ .s p95 [\d.]+ ms p99 [\d.]+ ms few max [\d.]+ ms messages/s 200 deliveries/s 2,000",
        text,
    ), text


def test_what_the_oracle_saw_in_passing_is_no_check_of_its_own(
    conformance_of: Callable[..., ConformanceResult], check: MakeCheck, page_of: Parse
) -> None:
    seen = [
        replace(check("FMT-1", Verdict.FAIL), id=f"FMT-1 (oracle in BCAST-1[{number}])")
        for number in range(500)
    ]
    suite = len(requirements().requirement)
    html = render(results(conformance=conformance_of(*seen, check("FMT-1"))))
    assert f"<b>{suite}</b> conformance checks" in html
    assert "500 of 501 checks" in page_of(html).texts["finding-FMT-1"]


def test_a_column_in_which_no_row_has_a_value_is_left_out(good_load: LoadResult, page_of: Parse) -> None:
    lost = Anomaly(kind="lost", room="r", member=1, publisher=None, sequence=None, detail="never came")
    page = page_of(render(results(replace(good_load, anomalies=(lost,)))))
    assert "publisher" not in page.texts["ledger"].partition("First anomalies")[2]
    assert "clock error" not in page.texts["generator"]
    known = replace(lost, publisher=3, sequence=4)
    far = tuple(replace(worker, clock_error=3_000) for worker in good_load.workers)
    page = page_of(render(results(replace(good_load, anomalies=(lost, known), workers=far))))
    assert "publisher" in page.texts["ledger"].partition("First anomalies")[2]
    assert "clock error" in page.texts["generator"]


def test_code_of_a_sentence_is_marked_up_after_escaping() -> None:
    assert prose("the `<room>` & all") == "the <code>&lt;room&gt;</code> &amp; all"


def test_an_identifier_is_the_requirements_own_only_if_it_is_in_the_table() -> None:
    assert anchor("BCAST-1") == "BCAST-1"
    assert re.fullmatch(r"unknown-[0-9a-f]{12}", anchor('"><script>'))


def test_a_list_shows_what_was_allowed_and_what_was_seen() -> None:
    assert gist("\nallowed: one\nseen: two\nthree") == "allowed: one; seen: two"
    assert len(gist("x" * 1000)) == 220

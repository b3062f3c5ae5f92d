"""Realistic results, built through the producers' own types, with real histograms and seeded randomness."""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hdrh.histogram import HdrHistogram

from hubbub.protocol.requirements import requirements
from hubbub.results import conformance_result as verdicts
from hubbub.results import load_result as result
from hubbub.results.conformance_result import Check, ConformanceResult, Verdict
from hubbub.results.connections import Connections
from hubbub.results.counts import Anomaly, ErrorCount, Ledger
from hubbub.results.latency import Histogram, Latency, PhaseLatency
from hubbub.results.load_result import LoadResult, Phase, Rates, Room, Second, Worker
from reports.model.result_folder import Results
from reports.output.html import render

FACTOR = 2**0.25
"""By which the buckets of one second grow."""

MakeLoad = Callable[..., LoadResult]
MakeConformance = Callable[..., ConformanceResult]
MakeFolder = Callable[..., Path]


def histogram(values: Iterable[int]) -> Histogram:
    recorded = HdrHistogram(1, 3600 * 10**9, 3)
    values = list(values)
    for value in values:
        recorded.record_value(value)
    return Histogram(
        count=len(values),
        mean=sum(values) / len(values) if values else 0.0,
        max=max(values, default=0),
        hdr=recorded.encode().decode("ascii"),
    )


def bucket(value: int) -> int:
    return math.ceil(FACTOR ** math.ceil(math.log(value, FACTOR)))


def make_times(dice: random.Random, seconds: int, rate: int) -> tuple[list[int], list[int]]:
    """Latency from the actual send, and lateness of the send, of each message, in ns."""
    sent: list[int] = []
    lateness: list[int] = []
    for number in range(seconds):
        slow = 3 if number % 10 == 7 else 1
        for _ in range(rate):
            lateness.append(int(dice.expovariate(1 / 40_000)) + 1000)
            hump = 4 if dice.random() < 0.1 else 1
            sent.append(int(dice.lognormvariate(math.log(700_000 * hump * slow), 0.35)))
    return sent, lateness


def make_load(
    seconds: int = 30, rate: int = 200, members: int = 10, rooms: int = 20, seed: int = 1
) -> LoadResult:
    """A good run: a fast majority and, a tenth of the deliveries, a second hump four times as slow."""
    dice = random.Random(seed)
    sent, lateness = make_times(dice, seconds, rate)
    intended = [own + late for own, late in zip(sent, lateness, strict=True)]
    timeline = [
        second(number, seconds, rate, members, intended[number * rate : (number + 1) * rate])
        for number in range(seconds)
    ]
    published = len(intended)
    return LoadResult(
        run=result.Run(
            id="5f0c2a9e",
            scenario="SteadyChat",
            host="ws://127.0.0.1:8765/",
            command="locust -f loadtests/ --headless -u 200 -r 50 -t 30s --rooms 20 --rate 1 --host ws://127.0.0.1:8765/",
            started="2026-03-01T10:15:00Z",
            seconds=float(seconds),
        ),
        verdict=result.Verdict(valid=True, correct=True, slo="none", reasons=(), exit_code=0),
        ledger=Ledger(
            published=published,
            expected=published * members,
            delivered=published * members,
            lost=0,
            duplicated=0,
            reordered=0,
            misdelivered=0,
            corrupt=0,
            indeterminate=412,
        ),
        anomalies=(),
        latency=Latency(
            intended=histogram(intended),
            sent=histogram(sent),
            lateness=histogram(lateness),
            queueing=histogram(int(dice.expovariate(1 / 90_000)) + 500 for _ in range(published)),
            last_member=histogram(int(value * 1.3) for value in intended),
            spread=histogram(int(value * 0.4) for value in intended),
            connect=histogram(int(dice.lognormvariate(14.5, 0.4)) for _ in range(members * rooms)),
        ),
        seconds=tuple(timeline),
        phases=make_phases(seconds, rate, members, intended),
        rooms=tuple(make_room(dice, number, members, published // rooms) for number in range(rooms)),
        connections=Connections(
            attempted=members * rooms,
            opened=members * rooms,
            failed=0,
            lost=0,
            closes={"1000": members * rooms},
        ),
        errors=(),
        workers=(make_worker(dice, 0, members * rooms),),
        configuration={
            "users": 200,
            "rooms": rooms,
            "rate": 1.0,
            "message_size": 128,
            "seed": 1,
            "tls": False,
        },
        environment={"python": "3.11.9", "platform": "Linux-6.8", "cpus": "2", "hubbub": "0.1.0"},
    )


def second(number: int, seconds: int, rate: int, members: int, latencies: list[int]) -> Second:
    phase = "ramp" if number < 4 else "drain" if number == seconds - 1 else "hold"
    dice = random.Random(number)
    buckets = Counter(
        bucket(int(value * dice.uniform(0.7, 1.4))) for value in latencies for _ in range(members)
    )
    return Second(
        second=number,
        phase=phase,  # type: ignore[arg-type]  # the comparison chain above gives the three names
        users=min(200, 50 * (number + 1)),
        scheduled=rate,
        sent=rate,
        expected=rate * members,
        delivered=rate * members,
        errors=0,
        latency=tuple(sorted(buckets.items())),
    )


def make_phases(seconds: int, rate: int, members: int, intended: list[int]) -> tuple[Phase, ...]:
    """A ramp of four seconds, a hold, and a drain of one."""
    bounds = {
        "ramp": (0, min(4, seconds)),
        "plateau": (4, seconds - 1),
        "drain": (max(4, seconds - 1), seconds),
    }
    rates = Rates(scheduled=rate, sent=rate, expected=rate * members, delivered=rate * members)
    phases = []
    for kind, (start, end) in bounds.items():
        known = histogram(intended[start * rate : end * rate])
        latency = PhaseLatency(intended=known, sent=known, lateness=known, last_member=known, spread=known)
        phases.append(
            Phase(
                kind=kind,  # type: ignore[arg-type]  # the keys above are the three kinds
                users=200,
                start=start,
                end=end,
                messages=rate * max(0, end - start),
                errors=0,
                rates=rates,
                latency=latency,
            )
        )
    return tuple(phase for phase in phases if phase.end > phase.start)


def make_room(dice: random.Random, number: int, members: int, published: int) -> Room:
    last = int(dice.lognormvariate(math.log(900_000), 0.2))
    return Room(
        room=f"room-{number}",
        members=members,
        published=published,
        delivered=published * members,
        last_member_p50=last,
        spread_p50=last // 3,
    )


def make_worker(dice: random.Random, index: int, users: int) -> Worker:
    return Worker(
        index=index,
        users=users,
        cpu_share=0.37,
        loop_lag=histogram(int(dice.expovariate(1 / 120_000)) + 2_000 for _ in range(3_000)),
        clock_error=0,
        arrival="kernel",
    )


def make_empty_load() -> LoadResult:
    """A run against a server that refused every connection."""
    nothing = histogram([])
    good = make_load(seconds=1, rate=1)
    return msgspec.structs.replace(
        good,
        verdict=result.Verdict(
            valid=False, correct=True, slo="none", reasons=("No user could connect.",), exit_code=1
        ),
        ledger=Ledger(**dict.fromkeys(Ledger.__struct_fields__, 0)),
        latency=Latency(**dict.fromkeys(Latency.__struct_fields__, nothing)),
        seconds=(),
        phases=(),
        rooms=(),
        connections=Connections(attempted=200, opened=0, failed=200, lost=0, closes={}),
        errors=(ErrorCount(kind="connect", count=200, example="connection refused"),),
        workers=(),
    )


def broken_load() -> LoadResult:
    """A run against a server that loses, repeats and reorders, with errors and an overloaded worker."""
    good = make_load()
    return msgspec.structs.replace(
        good,
        verdict=result.Verdict(
            valid=False,
            correct=False,
            slo="missed",
            reasons=(
                "Worker 1 used 99 % of its core: the generator could not keep its schedule.",
                "61 deliveries were lost, 3 duplicated, 2 reordered.",
                "p99 of 12.4 ms is over the objective of 10 ms.",
            ),
            exit_code=4,
        ),
        ledger=msgspec.structs.replace(
            good.ledger, delivered=good.ledger.delivered - 61, lost=61, duplicated=3, reordered=2
        ),
        anomalies=tuple(
            Anomaly(
                kind=("lost", "duplicated", "reordered")[number % 3],
                room=f"room-{number % 7}",
                member=number * 3,
                publisher=number,
                sequence=17 + number,
                detail="never arrived; 11 other members had it" if number % 3 == 0 else "after sequence 19",
            )
            for number in range(20)
        ),
        connections=Connections(
            attempted=200, opened=197, failed=3, lost=4, closes={"1000": 193, "1006": 3, "none": 1}
        ),
        errors=(
            ErrorCount(kind="connect", count=3, example="connection refused by 127.0.0.1:8765"),
            ErrorCount(kind="closed", count=4, example="close 1006 after 12.1 s"),
        ),
        workers=(
            *good.workers,
            msgspec.structs.replace(good.workers[0], index=1, cpu_share=0.99, arrival="read"),
        ),
    )


def make_check(requirement: str, verdict: Verdict = Verdict.PASS, variant: str = "", **values: Any) -> Check:
    return Check(
        id=f"{requirement}[{variant}]" if variant else requirement,
        requirement=requirement,
        level=requirements()[requirement].level,
        verdict=verdict,
        seconds=0.021,
        **values,
    )


def make_conformance(*checks: Check, url: str = "ws://127.0.0.1:8765/", fill: int = 1) -> ConformanceResult:
    """A run in which every requirement passes ``fill`` checks, but for those that ``checks`` judge."""
    judged = {check.requirement for check in checks}
    passed = [
        make_check(requirement.id, variant=f"case-{number}" if fill > 1 else "")
        for requirement in requirements().requirement
        if requirement.id not in judged
        for number in range(fill)
    ]
    failed = any(check.verdict not in verdicts.GREEN for check in checks)
    return ConformanceResult(
        run=verdicts.Run(
            url=url,
            bundled=False,
            command=f"pytest conformance --url {url}",
            started="2026-03-01T10:14:20Z",
            seconds=14.2,
            outcome="failed" if failed else "passed",
            reason="1 requirement is broken." if failed else "",
            server="hubbub/0.1.0",
            echo=0.00042,
        ),
        checks=(*checks, *passed),
        profile={"capabilities": ["presence", "nick"], "limits": {"message": 65536}, "deadline": 2.0},
        environment={"python": "3.11.9"},
    )


LANES = """\
   0.000  alice ─── opens room abc
   0.004            bob ─── opens room abc
   0.010  alice ──► {"type":"Message","text":"aGVsbG8="}
   0.012            bob ◄── {"type":"Chat","from":"alice","text":"aGVsbG8="}
   0.013            bob ◄── {"type":"Chat","from":"alice","text":"aGVsbG8="}   second copy"""


def broken_conformance() -> ConformanceResult:
    return make_conformance(
        make_check(
            "BCAST-1",
            Verdict.FAIL,
            message="Each member must get each Chat once.\nbob got the same Chat twice, 1 ms apart.",
            lanes=LANES,
            transcript="transcripts/BCAST-1.jsonl",
            command="pytest conformance --url ws://127.0.0.1:8765/ -k BCAST-1",
        ),
        make_check(
            "NICK-5", Verdict.WARN, "tab", message="A name with a tab should be refused; it was taken."
        ),
        make_check("NICK-5", Verdict.PASS, "newline"),
        make_check(
            "PRES-1", Verdict.NOT_APPLICABLE, message="The profile says that the server lacks presence."
        ),
    )


def make_ruined_conformance() -> ConformanceResult:
    """A server that breaks every requirement, in many cases, for several causes, with long evidence."""
    verdict = {"M": Verdict.FAIL, "S": Verdict.WARN, "Y": Verdict.NOTE}
    return make_conformance(
        *(
            make_check(
                each.id,
                verdict[each.level],
                f"case-{case}",
                message=f"allowed: {'another ' * (case % 3)}client receives chat(Room='{case}')\n"
                f"seen: not within {case} s; it received status()" + ", userlist_of('unknown')" * 9,
                lanes="\n".join([LANES] * 8),
                transcript=f"transcripts/{each.id}_case-{case}.jsonl",
                command=f"pytest conformance --url ws://127.0.0.1:8765/ -k '{each.id}[case-{case}]'",
            )
            for each in requirements().requirement
            for case in range(12)
        )
    )


VOID = frozenset({"meta", "link", "br", "img", "col"})


class Page(HTMLParser):
    """A page as its elements, each with its attributes, and its text by the identifier around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.ids: list[str] = []
        self.unclosed: list[tuple[str, str]] = []
        self.texts: dict[str, str] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag not in VOID:
            self.unclosed.append((tag, attributes.get("id", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self.unclosed.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data: str) -> None:
        for _, identifier in self.unclosed:
            if identifier:
                self.texts[identifier] = self.texts.get(identifier, "") + data

    def attributes(self, identifier: str) -> dict[str, str]:
        """Return the attributes of the element of that identifier."""
        return next(attributes for _, attributes in self.elements if attributes.get("id") == identifier)

    def values(self, name: str) -> list[str]:
        """Return all values of an attribute of that name."""
        return [attributes[name] for _, attributes in self.elements if name in attributes]


@pytest.fixture(scope="session")
def page_of() -> Callable[[str], Page]:
    """Parse a page; every element must be closed in its turn."""

    def parse(html: str) -> Page:
        page = Page(html)
        assert page.unclosed == []
        return page

    return parse


@pytest.fixture(scope="session")
def histogram_of() -> Callable[[Iterable[int]], Histogram]:
    return histogram


@pytest.fixture(scope="session")
def good_load() -> LoadResult:
    return make_load()


@pytest.fixture(scope="session")
def bad_load() -> LoadResult:
    return broken_load()


@pytest.fixture(scope="session")
def empty_load() -> LoadResult:
    return make_empty_load()


@pytest.fixture(scope="session")
def good_conformance() -> ConformanceResult:
    return make_conformance()


@pytest.fixture(scope="session")
def bad_conformance() -> ConformanceResult:
    return broken_conformance()


@pytest.fixture(scope="session")
def ruined_conformance() -> ConformanceResult:
    return make_ruined_conformance()


@pytest.fixture(scope="session")
def good_page(good_load: LoadResult, good_conformance: ConformanceResult) -> str:
    return render(Results(folder=Path("run"), load=good_load, conformance=good_conformance))


@pytest.fixture(scope="session")
def bad_page(bad_load: LoadResult, bad_conformance: ConformanceResult) -> str:
    return render(Results(folder=Path("run"), load=bad_load, conformance=bad_conformance))


@pytest.fixture(scope="session")
def load_of() -> MakeLoad:
    return make_load


@pytest.fixture(scope="session")
def conformance_of() -> MakeConformance:
    return make_conformance


@pytest.fixture(scope="session")
def check() -> Callable[..., Check]:
    return make_check


@pytest.fixture
def folder_of(tmp_path: Path) -> MakeFolder:
    """Write results into a new folder, as their producers do."""

    def write(*results: LoadResult | ConformanceResult, name: str = "run") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for one in results:
            if isinstance(one, LoadResult):
                result.write(one, folder)
            else:
                verdicts.write(one, folder)
        return folder

    return write

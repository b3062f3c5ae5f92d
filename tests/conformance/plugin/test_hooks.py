"""Each verdict, as a real run of the suite comes to it: checks in miniature, a real server."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from hubbub.text import shell

Miniature = Callable[[str], Path]

PROFILE = """\
lacks = ["presence"]

[[deviation]]
check = "ROOM-1"
reason = "ticket 1"
expires = 2999-01-01

[[deviation]]
check = "ROOM-2"
reason = "ticket 2"
expires = 2999-01-01

[[deviation]]
check = "ROOM-4"
reason = "ticket 4"
expires = 2001-01-01
"""

ONE_OF_EACH = """
    import pytest

    def broken(wire):
        ann = wire.join()
        wire.expect_chat(ann.say("hello"), ann)
        raise Broken("what may be", "what is", "ann")

    @requirement("BCAST-1")
    def test_passes(wire):
        wire.expect_chat((ann := wire.join()).say(), ann)
        wire.note("seen by the way")

    @requirement("BCAST-2")
    def test_breaks_a_must(wire):
        broken(wire)

    @requirement("BCAST-5")
    def test_breaks_a_should(wire):
        broken(wire)

    @requirement("BCAST-4")
    def test_warns(wire):
        wire.warn("close 1000 where the RFC says 1002")

    @requirement("NICK-6")
    def test_breaks_a_may(wire):
        broken(wire)

    @requirement("PRES-1")
    def test_is_of_a_capability_that_is_lacking(wire):
        broken(wire)

    @requirement("ROOM-1")
    def test_breaks_as_is_known(wire):
        broken(wire)

    @requirement("ROOM-2")
    @cases("case", {"one": 1, "two": 2})
    def test_breaks_no_more(wire, case):
        wire.join()

    @requirement("ROOM-4")
    def test_breaks_though_its_time_is_over(wire):
        broken(wire)

    @requirement("STAT-3")
    def test_cannot_tell(wire):
        raise Untestable("the server has no such door")

    @requirement("FMT-4")
    def test_has_a_bug(wire):
        raise ZeroDivisionError("our own fault")

    @pytest.fixture
    def rotten():
        raise ZeroDivisionError("our own fault, too")

    @requirement("FMT-5")
    def test_has_a_rotten_fixture(wire, rotten):
        wire.join()

    @requirement("NICK-1")
    def test_overlooks_what_the_oracle_sees(wire):
        ann, bob = wire.join_many(*[wire.new_room()] * 2)
        wire.expect_chat(ann.say("twice", intent="bad"), ann, bob)
"""

VERDICTS = {
    "BCAST-1": "PASS",
    "BCAST-2": "FAIL",
    "BCAST-5": "WARN",
    "BCAST-4": "WARN",
    "NICK-6": "NOTE",
    "PRES-1": "N/A",
    "ROOM-1": "XFAIL",
    "ROOM-2[one]": "XPASS",
    "ROOM-2[two]": "XPASS",
    "ROOM-4": "FAIL",
    "STAT-3": "UNTESTABLE",
    "FMT-4": "HARNESS ERROR",
    "FMT-5": "HARNESS ERROR",
    "NICK-1": "PASS",
    "BAD-3 (oracle in NICK-1)": "FAIL",
}


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


def test_every_verdict_is_recorded_shown_and_explained(
    run_suite: Any, miniature: Miniature, chat_server: Any, profile: Path
) -> None:
    run = run_suite("--url", chat_server.url, "--profile", str(profile), where=miniature(ONE_OF_EACH))

    assert run.verdicts == VERDICTS
    assert run.code == 1
    assert run.result.run.outcome == "error"
    assert "HARNESS ERROR" in run.result.run.reason
    assert run.checks["BCAST-1"].notes == ("seen by the way",)
    assert run.checks["BCAST-2"].message == "allowed: what may be\nseen: what is"
    assert "a known deviation until 2999-01-01: ticket 1" in run.checks["ROOM-1"].message
    assert "ticket 4) that expired on 2001-01-01" in run.checks["ROOM-4"].message
    assert "strike it from the profile" in run.checks["ROOM-2[one]"].message
    assert "ZeroDivisionError: our own fault" in run.checks["FMT-4"].message
    assert run.checks["PRES-1"].message == "the server declares that it lacks presence"

    failed = run.checks["BCAST-2"]
    assert "→ say 'hello'" in failed.lanes
    assert (run.folder / failed.transcript).is_file()
    evidence = (run.folder / "evidence.txt").read_text(encoding="utf-8")
    told = evidence[evidence.index("FAIL  BCAST-2") :]
    for words in ("requirement: The sender", "allowed:     what may be", "seen:        what is"):
        assert words in told
    python = shell.line(shell.python_module("pytest")).removesuffix("pytest")
    alone = f"{python}pytest conformance --url {chat_server.url} --profile {profile} -k BCAST-2"
    assert f"run alone:   {alone}" in told
    assert f"judge again: {python}hubbub.conformance judge {run.folder}/transcripts/BCAST-2.jsonl" in told
    _junit_says_the_same(run)
    assert "FAIL  BCAST-2   1 of 1 check: what is (allowed: what may be)" in run.out
    assert "requirement: The sender" not in run.out, "evidence goes to the files"


def _junit_says_the_same(run: Any) -> None:
    suite = ET.parse(run.folder / "junit.xml").getroot()[0]
    cases = {case.get("name"): case for case in suite}
    assert set(cases) == set(VERDICTS)
    kinds = {
        name: next((kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None), "")
        for name, case in cases.items()
    }
    assert kinds["BCAST-2"] == kinds["ROOM-2[one]"] == "failure"
    assert kinds["STAT-3"] == kinds["FMT-4"] == "error"
    assert [name for name, kind in kinds.items() if kind == "skipped"] == ["PRES-1"]
    assert kinds["BCAST-5"] == kinds["ROOM-1"] == kinds["NICK-6"] == ""
    assert {"failures": "5", "errors": "3", "skipped": "1", "tests": "15"}.items() <= suite.attrib.items()
    properties = {each.get("name"): each.get("value") for each in cases["BCAST-5"].iter("property")}
    assert properties == {"id": "BCAST-5", "level": "S", "verdict": "WARN"}


def test_parallel_workers_come_to_the_same_records_once(
    run_suite: Any, miniature: Miniature, chat_server: Any, profile: Path
) -> None:
    where = miniature(ONE_OF_EACH)
    run = run_suite("--url", chat_server.url, "--profile", str(profile), "-n", "2", where=where)

    assert sorted((check.id, check.verdict.value) for check in run.result.checks) == sorted(VERDICTS.items())
    assert run.code == 1
    assert run.out.count("results in ") == 1
    _junit_says_the_same(run)


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["one process", "a worker"])
def test_a_run_narrowed_to_some_cases_cannot_tell_that_a_deviation_is_gone(
    run_suite: Any, miniature: Miniature, chat_server: Any, profile: Path, options: tuple[str, ...]
) -> None:
    narrowed = ("--url", chat_server.url, "--profile", str(profile), "-k", "ROOM-2[one]")
    run = run_suite(*narrowed, *options, where=miniature(ONE_OF_EACH))

    assert run.verdicts == {"ROOM-2[one]": "PASS"}
    assert run.code == 0


def test_a_deviation_of_a_case_that_does_not_exist_is_an_error(
    run_suite: Any, miniature: Miniature, chat_server: Any, profile: Path
) -> None:
    profile.write_text(PROFILE.replace("ROOM-2", "ROOM-2[three]"), encoding="utf-8")
    narrowed = ("--url", chat_server.url, "--profile", str(profile), "-k", "ROOM-2")
    run = run_suite(*narrowed, where=miniature(ONE_OF_EACH))

    assert run.code == 1
    assert run.result.run.outcome == "error"
    words = "deviation 'ROOM-2[three]' names no check; did you mean 'ROOM-2[two]'? --list shows them all"
    assert words in run.result.run.reason


WARNS_ONLY = """
    @requirement("BCAST-5")
    def test_breaks_a_should(wire):
        wire.join()
        raise Broken("one order", "two orders", "ann")
"""


@pytest.mark.parametrize(("options", "code", "outcome"), [((), 0, "passed"), (("--strict",), 1, "failed")])
def test_a_broken_should_fails_a_strict_run_only(
    run_suite: Any, miniature: Miniature, chat_server: Any, options: tuple[str, ...], code: int, outcome: str
) -> None:
    run = run_suite("--url", chat_server.url, *options, where=miniature(WARNS_ONLY))

    assert run.verdicts == {"BCAST-5": "WARN"}
    assert (run.code, run.result.run.outcome) == (code, outcome)
    assert "WARN  BCAST-5   1 of 1 check: two orders (allowed: one order)" in run.out
    assert f"transcript:  {run.folder}/transcripts/BCAST-5.jsonl" in run.out, "a run of one check tells all"
    failures = ET.parse(run.folder / "junit.xml").getroot().iter("failure")
    assert len(list(failures)) == code


INTERRUPTED = """
    import os, signal

    @requirement("BCAST-1")
    def test_passes(wire):
        wire.join()

    @requirement("BCAST-2")
    def test_is_cut_short(wire):
        os.kill(os.getpid(), signal.SIGINT)
        wire.idle(3600)
"""


def test_ctrl_c_saves_what_was_judged_so_far(run_suite: Any, miniature: Miniature, chat_server: Any) -> None:
    run = run_suite("--url", chat_server.url, where=miniature(INTERRUPTED))

    assert run.code == 2
    assert run.verdicts == {"BCAST-1": "PASS"}
    assert run.result.run.outcome == "interrupted"
    assert run.result.run.reason == "interrupted after 1 checks"
    assert "Traceback" not in run.out + run.err


SERVER_DIES = """
    import os, signal

    @requirement("BCAST-1")
    @cases("number", {f"{number:03}": number for number in range(200)})
    def test_the_tenth_kills_the_server(wire, number):
        ann = wire.join()
        if number == 10:
            os.kill(int(os.environ["SERVER"]), signal.SIGKILL)
        wire.expect_chat(ann.say(), ann)
"""


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="one process"),
        pytest.param(("-n", "2"), id="two workers", marks=pytest.mark.proof),
    ],
)
def test_a_server_that_dies_midway_ends_the_run_and_loses_nothing(
    run_suite: Any, miniature: Miniature, start_server: Any, options: tuple[str, ...]
) -> None:
    server = start_server()
    run = run_suite(
        "--url", server.url, *options, where=miniature(SERVER_DIES), SERVER=str(server.process.pid)
    )

    assert run.code == 2
    assert run.result.run.outcome == "server down"
    assert "the server does not answer a new client's handshake" in run.result.run.reason
    counts = list(run.verdicts.values())
    assert counts.count("PASS") >= 9
    assert 1 <= counts.count("SERVER DOWN") < 100
    assert set(counts) == {"PASS", "SERVER DOWN"}
    assert "Traceback" not in run.out + run.err


WORKER_DIES = """
    import os

    @requirement("BCAST-1")
    def test_passes(wire):
        wire.join()

    @requirement("BCAST-2")
    def test_takes_its_process_down(wire):
        os._exit(9)
"""


@pytest.mark.proof
def test_a_worker_that_crashes_is_the_suites_own_fault_and_never_green(
    run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    run = run_suite("--url", chat_server.url, "-n", "1", where=miniature(WORKER_DIES))

    assert run.code == 1
    assert run.verdicts == {"BCAST-1": "PASS"}
    assert run.result.run.outcome == "error"
    assert run.result.run.reason == "the suite itself failed, in no check: see what pytest says"


STOPPED = """
    import os, signal

    @requirement("BCAST-1")
    def test_of_a_server_that_hangs(wire):
        ann = wire.join()
        os.kill(int(os.environ["SERVER"]), signal.SIGSTOP)
        wire.expect_chat(ann.say(), ann)
"""


def test_a_server_that_hangs_is_down_and_not_merely_wrong(
    run_suite: Any, miniature: Miniature, start_server: Any
) -> None:
    server = start_server()
    try:
        run = run_suite(
            "--url",
            server.url,
            "--deadline",
            "0.3",
            where=miniature(STOPPED),
            SERVER=str(server.process.pid),
        )
    finally:
        server.process.send_signal(signal.SIGCONT)

    assert run.verdicts == {"BCAST-1": "SERVER DOWN"}
    assert "does not answer a new client's handshake: nothing came within " in run.result.run.reason


def test_a_run_of_no_checks_leaves_no_result(run_suite: Any, miniature: Miniature, chat_server: Any) -> None:
    run = run_suite("--url", chat_server.url, "-k", "NICK", where=miniature(WARNS_ONLY))

    assert run.code == 5
    assert not run.folder.exists()
    assert "no check was selected by -k 'NICK'; `--list` prints all" in run.out


def test_json_and_terminal_say_the_same_where_nothing_is_wrong(run_suite: Any, chat_server: Any) -> None:
    run = run_suite("--url", chat_server.url, "-k", "STAT")

    assert run.code == 0
    assert json.loads((run.folder / "conformance.json").read_text())["run"]["outcome"] == "passed"
    assert set(run.verdicts.values()) == {"PASS"}
    assert {check.requirement for check in run.result.checks} == {"STAT-1", "STAT-2", "STAT-3"}
    assert f"conformance: {chat_server.url}, waiting " in run.out
    assert f"{chat_server.url}, echo " in run.out
    assert not (run.folder / "transcripts").exists()

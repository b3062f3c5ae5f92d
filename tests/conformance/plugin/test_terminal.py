"""What a run shows: a line a requirement that is broken, and last of all what it came to."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.presentation.page import draw
from hubbub.protocol.requirements import requirements

Miniature = Callable[[str], Path]
ROOT = Path(__file__).parents[3]

SCREEN = 60
"""Lines."""

THREE_FAULTS = """
    @requirement("BCAST-1")
    @cases("number", {f"case-{number}": number for number in range(40)})
    def test_fails_in_half_of_its_cases(wire, number):
        if number % 2:
            raise Broken("bob receives chat(Message='aGVsbG8=')", "not within 5 s; bob received nothing")

    @requirement("BCAST-5")
    def test_warns(wire):
        raise Broken("one order", "two orders")

    @requirement("NICK-1")
    @cases("number", {"one": 1, "two": 2})
    def test_overlooks_what_the_oracle_sees(wire, number):
        ann, bob = wire.join_many(*[wire.new_room()] * 2)
        wire.expect_chat(ann.say("twice", intent="bad"), ann, bob)
"""

ALL_BROKEN = "\n".join(
    f"""
    @requirement({requirement.id!r})
    @cases("number", {{"one": 1, "two": 2}})
    def test_{number}(wire, number):
        raise Broken("this", "that, " + "and so on" * 100)
"""
    for number, requirement in enumerate(requirements().requirement)
    if not requirement.capability
)

PASSES = """
    @requirement("BCAST-1")
    @cases("number", {"one": 1, "two": 2})
    def test_passes(wire, number):
        pass
"""


def lines_of(run: Any) -> list[str]:
    return [line for line in run.out.splitlines() if line]


def counts_of(run: Any) -> dict[str, list[str]]:
    """Return the rows of the table."""
    return {line.split()[0]: line.split()[1:] for line in lines_of(run) if len(line.split()) == 4}


def test_each_broken_requirement_has_one_line_with_its_worst_verdict_its_count_and_a_cause(
    run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    run = run_suite("--url", chat_server.url, where=miniature(THREE_FAULTS))

    lines = lines_of(run)
    assert [line for line in lines if line.startswith(("FAIL", "WARN"))] == [
        "FAIL  BCAST-1   20 of 40 checks: bob did not receive the Chat 'hello' within 5 s",
        "FAIL  BAD-3     seen in 2 checks: ann received 'twice' out of a bad message "
        "(allowed: nothing made of a bad message)",
        "WARN  BCAST-5   1 of 1 check: two orders (allowed: one order)",
    ]
    assert "requirement:" not in run.out
    evidence = (run.folder / "evidence.txt").read_text(encoding="utf-8")
    assert evidence.count("\nFAIL  BCAST-1[") + evidence.startswith("FAIL  BCAST-1[") == 20
    assert "FAIL  BAD-3 (oracle in NICK-1[one])" in evidence
    rows = counts_of(run)
    assert rows["requirements"] == ["PASS", "FAIL", "WARN"]
    assert rows["BCAST"] == ["·", "1", "1"]
    assert rows["NICK"] == ["1", "·", "·"]
    assert rows["BAD"] == ["·", "1", "·"], "what the oracle saw counts under the requirement that it is of"
    assert rows["MUST"] == ["1", "2", "·"]
    assert rows["SHOULD"] == ["·", "·", "1"]
    assert "4 requirements in 43 checks: 1 hold, 2 broken, 1 with a warning, " in run.out


@pytest.mark.parametrize("options", [(), ("-n", "2"), ("--tb", "auto", "-x")], ids=["alone", "workers", "-x"])
def test_what_it_came_to_comes_last_and_nothing_of_pytests_after_it(
    options: tuple[str, ...], run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    run = run_suite("--url", chat_server.url, *options, where=miniature(THREE_FAULTS))

    *_, totals, verdict, results, code = lines_of(run)
    assert " requirement" in totals
    assert verdict.startswith(f"{chat_server.url}, echo ")
    assert ": failed: broken: BCAST-1" in verdict
    assert results == f"results in {run.folder}/ (evidence.txt has all that was seen)"
    assert code == "exit code 1"
    assert run.code == 1
    for words in ("short test summary", "FAILURES", "test session starts", " passed", "collected"):
        assert words not in run.out


def test_a_run_that_was_stopped_early_says_how_many_checks_there_were(
    run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    run = run_suite("--url", chat_server.url, "--maxfail", "2", where=miniature(THREE_FAULTS))

    assert "1 requirement in 4 of 43 checks: 0 hold, 1 broken, " in run.out


def test_a_server_that_breaks_everything_fits_one_screen(
    run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    run = run_suite("--url", chat_server.url, where=miniature(ALL_BROKEN))

    lines = run.out.splitlines()
    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= 160
    for requirement in requirements().requirement:
        assert (
            requirement.level == "Y" or requirement.capability or re.search(rf"\b{requirement.id}\b", run.out)
        )


def test_with_v_each_check_has_a_line_and_each_requirement_an_example_with_its_evidence(
    run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    run = run_suite("--url", chat_server.url, "-v", where=miniature(THREE_FAULTS))

    assert len(re.findall(r"^(?:PASS|FAIL)  BCAST-1\[case-\d+\]  [0-9.e-]+ s$", run.out, re.M)) == 40
    assert len(re.findall(r"^FAIL  BCAST-1\[case-\d+\]$", run.out, re.M)) == 1
    assert run.out.count("requirement: ") == 3
    assert lines_of(run)[-1] == "exit code 1"


def test_with_vv_all_evidence_is_shown(run_suite: Any, miniature: Miniature, chat_server: Any) -> None:
    run = run_suite("--url", chat_server.url, "-vv", where=miniature(THREE_FAULTS))

    assert len(re.findall(r"^FAIL  BCAST-1\[case-\d+\]$", run.out, re.M)) == 20


def test_with_q_there_are_only_what_is_broken_and_the_last_lines(
    run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    run = run_suite("--url", chat_server.url, "-q", where=miniature(THREE_FAULTS))

    firsts = [line.split()[0] for line in lines_of(run)]
    assert firsts == ["FAIL", "FAIL", "WARN", "the", "4", f"{chat_server.url},", "results", "exit"]


HAS_BUGS = """
    @requirement("BCAST-1")
    @cases("number", {f"case-{number}": number for number in range(9)})
    def test_has_a_bug(wire, number):
        raise ZeroDivisionError("our own fault")
"""


def test_a_fault_of_the_suite_itself_is_shown_with_its_traceback_once(
    run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    run = run_suite("--url", chat_server.url, where=miniature(HAS_BUGS))

    assert run.out.count("test_miniature.py:") <= 2
    assert "raise ZeroDivisionError" in run.out
    assert lines_of(run)[-1] == "exit code 1"


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "workers"])
def test_the_page_is_drawn_once_and_named(
    options: tuple[str, ...], run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    run = run_suite("--url", chat_server.url, *options, where=miniature(PASSES), page=True)

    assert run.code == 0, run.out
    assert lines_of(run)[-3] == f"page: {run.folder}/report.html"
    assert chat_server.url in (run.folder / "report.html").read_text(encoding="utf-8")


CUT_SHORT = """
    import os, signal

    @requirement("BCAST-1")
    def test_passes(wire):
        wire.join()

    @requirement("BCAST-2")
    def test_cuts_the_run_short(wire):
        server = os.environ.get("SERVER")
        os.kill(int(server or os.getpid()), signal.SIGKILL if server else signal.SIGINT)
        wire.expect_chat((ann := wire.join()).say(), ann)
        wire.idle(3600)
"""


def test_the_page_is_there_after_ctrl_c(run_suite: Any, miniature: Miniature, chat_server: Any) -> None:
    run = run_suite("--url", chat_server.url, where=miniature(CUT_SHORT), page=True)

    assert lines_of(run)[-3:] == [
        f"page: {run.folder}/report.html",
        f"results in {run.folder}/",
        "exit code 2",
    ]
    assert "interrupted after 1 checks" in lines_of(run)[-4]
    assert (run.folder / "report.html").exists()


def test_the_page_is_there_after_the_server_went_down(
    run_suite: Any, miniature: Miniature, start_server: Any
) -> None:
    server = start_server()
    pid = str(server.process.pid)
    run = run_suite("--url", server.url, where=miniature(CUT_SHORT), page=True, SERVER=pid)

    assert f"page: {run.folder}/report.html" in lines_of(run)
    assert "SERVER DOWN  BCAST-2" in run.out
    assert lines_of(run)[-1] == "exit code 2"
    assert (run.folder / "report.html").exists()


def test_a_page_that_cannot_be_drawn_is_a_line(tmp_path: Path) -> None:
    page = draw(tmp_path / "nowhere")

    assert page.path is None
    assert "does not exist" in page.why
    assert "\n" not in page.why


def test_a_narrow_terminal_is_not_overrun_and_without_colour_there_is_none(
    miniature: Miniature, chat_server: Any, tmp_path: Path
) -> None:
    out = on_a_terminal(
        [str(miniature(ALL_BROKEN)), "--url", chat_server.url, "--result", str(tmp_path / "r"), "--no-page"],
        columns=60,
    )

    assert "\x1b" not in out
    shown = [line.rsplit("\r", 1)[-1] for line in out.replace("\r\n", "\n").split("\n")]
    listed = [line for line in shown if line.startswith("FAIL")]
    assert listed
    assert max(map(len, listed)) <= 60
    assert len(shown) <= 70
    assert re.search(r"\r\d+ of \d+ checks; broken: ", out), "how far it is, on a line that is rewritten"


def on_a_terminal(arguments: list[str], columns: int) -> str:
    """Run the suite on a terminal so wide; return what it showed."""
    controller, terminal = pty.openpty()
    env = os.environ | {"COLUMNS": str(columns), "NO_COLOR": "1", "TERM": "xterm"}
    env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    command = [sys.executable, "-m", "pytest", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        shown = b""
        try:
            while chunk := os.read(controller, 65536):
                shown += chunk
        except OSError:  # how a terminal ends whose other side is closed
            pass
        finally:
            os.close(controller)
        if process.wait() < 0:
            raise AssertionError(signal.Signals(-process.returncode))
    return shown.decode()

"""Debug logging of the suite: one check, followed event by event."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

TWO_CHECKS = """
    @requirement("BCAST-2")
    def test_a(wire):
        wire.expect_chat((ann := wire.join()).say(), ann)

    @requirement("BCAST-1")
    def test_b(wire):
        wire.join()
        raise Broken("this", "that")
"""
Miniature = Callable[[str], Path]


def test_a_check_is_followed_by_its_id(
    run_suite: Any, miniature: Miniature, chat_server: Any, tmp_path: Path
) -> None:
    file = tmp_path / "debug.log"
    log = ("--log-file", str(file), "--log-file-level", "DEBUG")
    url = f"{chat_server.url}?token=secret"
    run = run_suite("--url", url, *log, where=miniature(TWO_CHECKS))

    written = file.read_text(encoding="utf-8")
    lines = [line for line in written.splitlines() if "check=BCAST-2 " in line]
    events = [line.partition("hubbub.conformance.check:")[2].partition(" ")[2].split()[0] for line in lines]
    assert run.code == 1, run.out
    assert events[:2] == ["connecting", "answered"]
    assert {"sent", "received", "ended"} <= set(events)
    assert events[-1] == "verdict"
    assert "client=ann" in lines[0]
    assert "verdict=PASS" in lines[-1]
    assert "verdict=FAIL" in written
    assert "secret" not in written


def test_nothing_is_logged_by_default(run_suite: Any, miniature: Miniature, chat_server: Any) -> None:
    run = run_suite("--url", chat_server.url, where=miniature(TWO_CHECKS))

    assert "hubbub.conformance" not in run.out + run.err

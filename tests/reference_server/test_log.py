import io
import logging
import os
import threading
from contextlib import suppress

import pytest

from reference_server.log import Log


def test_events_below_the_level_are_left_out_but_for_announcements() -> None:
    stream = io.StringIO()
    log = Log("warning", stream)
    log.info("join")
    log.warning("trouble")
    log.announce("listening", url="ws://x/")
    log.close()
    events = [line.split()[2:] for line in stream.getvalue().splitlines()]
    assert events == [["event=trouble"], ["event=listening", "url=ws://x/"]]


def test_a_log_that_nobody_reads_holds_up_nobody_and_tells_what_it_dropped() -> None:
    reading, writing = os.pipe()
    log = Log("info", os.fdopen(writing, "w", encoding="utf-8"))
    for _ in range(12_000):
        log.info("join")
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(os.fdopen(reading, encoding="utf-8")), daemon=True)
    reader.start()
    while not any("lines_dropped=" in line for line in lines):
        log.info("later")
    assert sum("event=join" in line for line in lines) < 12_000


def test_a_reader_that_went_away_ends_the_writing_quietly() -> None:
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w", encoding="utf-8")
    log = Log("info", stream)
    os.close(reading)
    log.info("join")
    log.close()
    with suppress(BrokenPipeError):  # the line is still in it; from Python 3.13 on its finalizer complains
        stream.close()
    assert not [thread for thread in threading.enumerate() if thread is log.writer]


def test_a_program_that_holds_the_server_has_its_events_from_a_logger(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "hubbub.reference_server")
    stream = io.StringIO()
    log = Log("error", stream)
    log.debug("message", wsid="x", room="tea room")
    log.close()
    assert caplog.messages == ['message wsid=x room="tea room"']
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("level", "debugs"), [("debug", True), ("info", False)])
def test_a_log_says_whether_debugging_is_worth_the_words(level: str, debugs: bool) -> None:
    log = Log(level, io.StringIO())
    log.close()
    assert log.debugs is debugs

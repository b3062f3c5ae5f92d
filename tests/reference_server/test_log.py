import io
import os
import threading

import pytest

from reference_server.log import Log, logfmt


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        (1001, "1001"),
        ("ws://[::1]:8765/", "ws://[::1]:8765/"),
        ("", '""'),
        ("two words", '"two words"'),
        ('a="b"', '"a=\\"b\\""'),
        ("Grüße", '"Grüße"'),
        ("a\r\nevent=forged\0", '"a\\r\\nevent=forged\\u0000"'),
        ("\u2028\u202e\x85", '"\\u2028\\u202e\\u0085"'),
    ],
)
def test_no_value_can_forge_a_line_or_a_field(value: object, written: str) -> None:
    assert logfmt({"event": "join", "room": value}) == f"event=join room={written}"


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
    log = Log("info", os.fdopen(writing, "w", encoding="utf-8"))
    os.close(reading)
    log.info("join")
    log.close()
    assert not [thread for thread in threading.enumerate() if thread is log.writer]

"""A transcript is saved as JSON lines that a person can read, and comes back as it was."""

import json
from pathlib import Path

import pytest

from conformance.wire import transcript as events
from conformance.wire.framing.frames import Frame, Opcode
from conformance.wire.transcript import MOST_SAVED, Amount, Event, Transcript, TranscriptHead, load
from hubbub.results.records import ResultFileError
from hubbub.text.redaction import Redactor

HEAD = TranscriptHead(check="BCAST-1", url="ws://x/", started="2026-01-01T00:00:00+00:00", lacks=("nick",))
EVENTS: list[Event] = [
    events.Connecting(at=0.0, client="ann", target="/?room=den", room="den"),
    events.Answered(at=0.1, client="ann", status=101, reason="Switching", headers=(("Server", "x"),)),
    events.Sent(at=0.2, client="ann", frame=Frame(Opcode.TEXT, "grüß".encode()), intent="good"),
    events.Sent(
        at=0.2, client="ann", frame=Frame(Opcode.BINARY, b"\xff\x00", fin=False, rsv=4), intent="bad"
    ),
    events.SentBytes(at=0.3, client="ann", data=b"\x81\xff"),
    events.Received(at=0.4, client="ann", frame=Frame(Opcode.PING, masked=False, extended_length=2)),
    events.Paused(at=0.5, client="ann", reading=False),
    events.Left(at=0.6, client="ann", how="RST"),
    events.Ended(at=0.7, client="ann", how="RST"),
    events.Remark(at=0.8, client="", text="all is said"),
]


def test_secrets_are_left_out_of_what_is_saved(tmp_path: Path) -> None:
    secret = "/?token=secret&room=tea"
    said: list[Event] = [
        events.Connecting(at=0.0, client="ann", target=secret, room="tea"),
        events.SentBytes(at=0.1, client="ann", data=f"GET {secret} HTTP/1.1".encode()),
    ]
    redact = Redactor(["ws://h/?token=secret"])
    back = load(Transcript(HEAD, said).save(tmp_path / "x.jsonl", redact))
    shown = "/?token=...&room=tea"
    assert back.events == [
        events.Connecting(at=0.0, client="ann", target=shown, room="tea"),
        events.SentBytes(at=0.1, client="ann", data=f"GET {shown} HTTP/1.1".encode()),
    ]


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    path = Transcript(HEAD, EVENTS).save(tmp_path / "folder" / "x.jsonl")
    back = load(path)
    assert back.head == HEAD
    assert back.events == EVENTS


def test_text_stands_in_it_as_text(tmp_path: Path) -> None:
    path = Transcript(HEAD, EVENTS).save(tmp_path / "x.jsonl")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[0]["event"] == "head"
    assert lines[3]["frame"]["text"] == "grüß"
    assert len(lines) == 1 + len(EVENTS)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultFileError, match=r"x\.jsonl cannot be written: "):
        Transcript(HEAD).save(tmp_path / "file" / "x.jsonl")


def pings(count: int) -> list[Event]:
    frame = Frame(Opcode.PING, b"x" * 100, masked=False, extended_length=0)
    return [events.Received(at=float(number), client="ann", frame=frame) for number in range(count)]


def test_what_is_too_much_is_saved_without_its_middle_and_says_so(tmp_path: Path) -> None:
    happened = pings(MOST_SAVED.events + 1)
    back = load(Transcript(HEAD, happened).save(tmp_path / "x.jsonl"))

    first, last = MOST_SAVED.events // 10, MOST_SAVED.events // 100
    assert back.events[:first] == happened[:first]
    assert back.events[-last:] == happened[-last:]
    gap = back.events[first]
    assert isinstance(gap, events.LeftOut)
    assert gap.count == len(happened) - first - last
    assert back.whole.events == happened[:first], "up to there it can be judged"


@pytest.mark.parametrize("most", [Amount(2000, 1 << 20), Amount(1 << 20, 20_000)])
def test_events_and_bytes_are_bounded(most: Amount) -> None:
    short = Transcript(HEAD, pings(5000)).shortened(most)
    assert len(short.events) < 400
    assert sum(isinstance(event, events.LeftOut) for event in short.events) == 1


def test_what_is_not_too_much_is_kept_whole() -> None:
    whole = Transcript(HEAD, pings(1000))
    assert whole.shortened(Amount(1000, 1 << 20)) is whole
    assert whole.whole is whole

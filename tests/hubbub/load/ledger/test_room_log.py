"""The log against a plain list; frames are the server's, unmasked (RFC 6455 section 5.2)."""

import pytest

from hubbub.load.ledger.room_log import RoomLog
from hubbub.load.messages.message_key import pack
from hubbub.load.websocket.frame_scanner import scan_text


def filled(*payloads: bytes) -> RoomLog:
    log = RoomLog()
    for place, payload in enumerate(payloads):
        assert log.append(payload, key=pack(0, 100 + place), sent=1000 + place, row=place) == place
    return log


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_the_stream_is_the_frames_that_a_server_sends(size: int) -> None:
    log = filled(b"a" * size, b"b")
    assert scan_text(bytes(log.stream)) == ([b"a" * size, b"b"], len(log.stream))
    assert log.start(2) == log.ends[1] == len(log.stream)


def test_an_offset_tells_how_many_frames_are_whole() -> None:
    log = filled(b"aaa", b"bbb", b"ccc")
    assert [log.whole(offset, 0) for offset in (0, 4, 5, 9, 10, 14, 15)] == [0, 0, 1, 1, 2, 2, 3]
    assert log.whole(10, 2) == 2


def test_messages_are_found_by_their_bytes_and_by_their_keys() -> None:
    log = filled(b"a", b"b")
    assert (log.known[b"b"], log.index_of(pack(0, 101))) == (1, 1)
    assert log.known.get(b"c") is log.index_of(pack(0, 102)) is None


def test_what_is_trimmed_is_forgotten_and_the_rest_stays_in_place() -> None:
    log = filled(b"aa", b"bb", b"cc")
    start = log.start(2)
    log.trim(2)
    assert (log.base, log.end, log.origin, log.start(2)) == (2, 3, start, start)
    assert (log.rows.tolist(), log.keys.tolist(), log.sent.tolist()) == ([2], [102], [1002])
    assert scan_text(bytes(log.stream))[0] == [b"cc"]
    assert log.known == {b"cc": 2}
    assert (log.index_of(pack(0, 101)), log.index_of(pack(0, 102))) == (None, 2)
    log.append(b"dd", key=pack(0, 103), sent=1003, row=3)
    assert log.whole(log.start(4), 2) == 4


def test_trimming_what_is_gone_does_nothing() -> None:
    log = filled(b"aa", b"bb")
    log.trim(1)
    log.trim(1)
    log.trim(0)
    assert (log.base, log.end) == (1, 2)


def test_what_is_blanked_is_found_by_its_key_only() -> None:
    log = filled(b"aa", b"bb", b"cc")
    ends = log.ends.tolist()
    log.blank(1)
    assert (log.known, log.index_of(pack(0, 101)), log.ends.tolist()) == ({b"aa": 0, b"cc": 2}, 1, ends)
    assert scan_text(bytes(log.stream)) == ([b"aa"], log.start(1))
    assert scan_text(bytes(log.stream), log.start(2))[0] == [b"cc"]
    log.trim(2)
    assert (log.known, log.index_of(pack(0, 101))) == ({b"cc": 2}, None)


def test_blanking_one_of_two_equal_payloads_leaves_the_younger() -> None:
    log = filled(b"aa", b"aa")
    log.blank(0)
    assert log.known == {b"aa": 1}


def test_the_younger_of_two_equal_payloads_is_remembered() -> None:
    log = filled(b"aa", b"aa")
    log.trim(1)
    assert log.known == {b"aa": 1}

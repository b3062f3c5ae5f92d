"""The stream of frames: each rule on a transcript that breaks it, and on the nearest one that does not."""

import zlib
from typing import Any

import pytest

from conformance.wire.framing.frames import RSV1, Frame, Opcode, close

USERLIST = b'{"Type":"userlist","Users":[]}'
DEFLATE = "permessage-deflate"


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Opcode.TEXT, USERLIST, masked=True),
        Frame(Opcode.TEXT, USERLIST, masked=False, extended_length=2),
        Frame(0x3, b"", masked=False),
        Frame(0xB, b"", masked=False),
        Frame(Opcode.TEXT, USERLIST, masked=False, rsv=2),
        Frame(Opcode.PING, b"", masked=False, rsv=RSV1),
    ],
)
def test_a_frame_that_the_rfc_does_not_allow_is_seen(frame: Frame, talk: Any) -> None:
    talk.receive("bob", frame)
    assert "WS-6" in talk.broken


def test_a_message_in_fragments_with_a_ping_between_is_one_message(talk: Any) -> None:
    talk.receive("bob", Frame(Opcode.TEXT, USERLIST[:9], fin=False, masked=False))
    talk.receive("bob", Frame(Opcode.PING, b"", masked=False))
    talk.receive("bob", Frame(Opcode.CONTINUATION, USERLIST[9:], masked=False))
    assert talk.broken == []


@pytest.mark.parametrize(
    "frames",
    [
        [Frame(Opcode.CONTINUATION, b"", masked=False)],
        [Frame(Opcode.TEXT, b"{", fin=False, masked=False), Frame(Opcode.TEXT, USERLIST, masked=False)],
        [Frame(Opcode.PONG, bytes(126), masked=False)],
        [Frame(Opcode.PING, b"", fin=False, masked=False)],
    ],
    ids=["orphan", "message inside a message", "long", "fragment of a control frame"],
)
def test_a_frame_in_the_wrong_place_is_seen(frames: list[Frame], talk: Any) -> None:
    for frame in frames:
        talk.receive("bob", frame)
    assert "WS-22" in talk.broken


def test_no_data_follows_a_close_frame_but_control_frames_may(talk: Any) -> None:
    for opcode in (Opcode.CLOSE, Opcode.PONG, Opcode.CLOSE):
        talk.receive("bob", Frame(opcode, close().payload, masked=False))
    assert talk.broken == []
    talk.get("bob", {"Type": "userlist", "Users": []})
    assert talk.broken == ["WS-14"]


def compressed(payload: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-15)
    return (squeeze.compress(payload) + squeeze.flush(zlib.Z_SYNC_FLUSH))[:-4]


def test_a_compressed_message_is_read_where_that_was_agreed(scene: Any) -> None:
    scene.join("ann", deflate=DEFLATE)
    scene.receive("ann", Frame(Opcode.TEXT, compressed(USERLIST), rsv=RSV1, masked=False))
    assert scene.broken == []
    scene.receive("ann", Frame(Opcode.TEXT, b"\xff\xff", rsv=RSV1, masked=False))
    assert scene.broken == ["WS-17"]


def test_a_compressed_message_is_a_fault_where_that_was_not_agreed(scene: Any) -> None:
    scene.join("ann")
    scene.receive("ann", Frame(Opcode.TEXT, compressed(USERLIST), rsv=RSV1, masked=False))
    assert "WS-6" in scene.broken

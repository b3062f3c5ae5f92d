"""Connections that inflate by themselves, since the server's messages may refer to those before."""

import zlib

import pytest
from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.frames import Frame, Opcode

from hubbub.load.websocket.compression import LastingDeflate

TEXT = b"said again and again, said again and again"


def extension(takes_over: bool = True) -> LastingDeflate:
    return LastingDeflate(
        remote_no_context_takeover=not takes_over,
        local_no_context_takeover=False,
        remote_max_window_bits=15,
        local_max_window_bits=15,
    )


def frames(data: bytes, cut: int | None = None) -> list[Frame]:
    if cut is None:
        return [Frame(Opcode.TEXT, data, rsv1=True)]
    return [
        Frame(Opcode.TEXT, data[:cut], fin=False, rsv1=True),
        Frame(Opcode.PING, b"between"),
        Frame(Opcode.CONT, data[cut:]),
    ]


def read(deflate: LastingDeflate, data: bytes, cut: int | None = None) -> bytes:
    decoded = [deflate.decode(frame, max_size=100) for frame in frames(data, cut)]
    return b"".join(bytes(frame.data) for frame in decoded if frame.opcode is not Opcode.PING)


def blocks(end: int, window: bytes = b"") -> bytes:
    deflating = zlib.compressobj(9, wbits=-15, zdict=window)
    return deflating.compress(TEXT) + deflating.flush(end)


@pytest.mark.parametrize("takes_over", [True, False])
@pytest.mark.parametrize("cut", [None, 0, 5])
def test_messages_go_on_behind_a_last_block(takes_over: bool, cut: int | None) -> None:
    deflate = extension(takes_over)
    window = TEXT if takes_over else b""
    assert read(deflate, blocks(zlib.Z_FINISH) + b"\x00", cut) == TEXT
    assert read(deflate, blocks(zlib.Z_SYNC_FLUSH, window)[:-4], cut) == TEXT


def test_plain_messages_are_left_as_they_are() -> None:
    deflate = extension()
    for frame in (Frame(Opcode.TEXT, TEXT), Frame(Opcode.CONT, TEXT), Frame(Opcode.PONG, TEXT)):
        assert deflate.decode(frame) == frame


@pytest.mark.parametrize(
    ("data", "error"), [(b"\x07", ProtocolError), (blocks(zlib.Z_FINISH) * 3 + b"\x00", PayloadTooBig)]
)
def test_what_cannot_be_inflated_is_told(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(extension(), data)

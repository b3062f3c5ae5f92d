"""Compressed messages whose blocks end as RFC 7692 lets them end."""

import zlib

import pytest

from tests.reference_server.conftest import CONTINUATION, FIN, RSV1, TEXT, Network

DEFLATE = "permessage-deflate"
CHAT = b'{"Message":"aGkgaGkgaGkgaGkgaGkg"}'


def blocks(text: bytes, end: int, window: bytes = b"") -> bytes:
    deflating = zlib.compressobj(9, wbits=-12, zdict=window)
    return deflating.compress(text) + deflating.flush(end)


@pytest.mark.parametrize("offer", [DEFLATE, f"{DEFLATE}; client_no_context_takeover"])
def test_messages_go_on_behind_one_that_ends_in_a_last_block(network: Network, offer: str) -> None:
    member, listener = network.join(Sec_WebSocket_Extensions=offer), network.join()
    for _ in range(3):
        for data in (blocks(CHAT, zlib.Z_FINISH) + b"\x00", blocks(CHAT, zlib.Z_SYNC_FLUSH)[:-4]):
            member.send_frame(TEXT, data, FIN | RSV1)
            assert listener.next("Chat")["Message"] == "aGkgaGkgaGkgaGkgaGkg"


def test_the_window_outlives_a_last_block(network: Network) -> None:
    member, listener = network.join(Sec_WebSocket_Extensions=DEFLATE), network.join()
    member.send_frame(TEXT, blocks(CHAT, zlib.Z_FINISH) + b"\x00", FIN | RSV1)
    member.send_frame(TEXT, blocks(CHAT, zlib.Z_SYNC_FLUSH, CHAT)[:-4], FIN | RSV1)
    assert [listener.next("Chat")["Message"] for _ in range(2)] == ["aGkgaGkgaGkgaGkgaGkg"] * 2


def test_a_block_behind_the_last_belongs_to_the_message_in_any_fragments(network: Network) -> None:
    member, listener = network.join(Sec_WebSocket_Extensions=DEFLATE), network.join()
    data = blocks(CHAT[:9], zlib.Z_FINISH) + blocks(CHAT[9:], zlib.Z_FINISH) + b"\x00"
    for cut in range(len(data) + 1):
        member.send_frame(TEXT, data[:cut], RSV1)
        member.send_frame(CONTINUATION, data[cut:])
        assert listener.next("Chat")["Message"] == "aGkgaGkgaGkgaGkgaGkg"


def test_a_limit_holds_over_several_last_blocks(network: Network) -> None:
    member = network.join(Sec_WebSocket_Extensions=DEFLATE)
    member.send_frame(TEXT, blocks(b" " * 40_000, zlib.Z_FINISH) * 2 + b"\x00", FIN | RSV1)
    assert member.close_code() == 1009


def test_a_compressed_message_of_nothing_is_refused_and_the_next_is_read(network: Network) -> None:
    member, listener = network.join(Sec_WebSocket_Extensions=DEFLATE), network.join()
    for empty in (b"\x00", b"", b"\x03\x00\x00"):
        member.send_frame(TEXT, empty, FIN | RSV1)
        member.send_frame(TEXT, blocks(CHAT, zlib.Z_SYNC_FLUSH)[:-4], FIN | RSV1)
        assert listener.next("Chat")["Message"] == "aGkgaGkgaGkgaGkgaGkg"

"""RFC 6455 and RFC 7692 on the wire, and the limits of one connection."""

from __future__ import annotations

import json
import socket
import struct
import zlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reference_server.conftest import Network, Wire

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN, RSV1, RSV2, MORE = 0x80, 0x40, 0x20, 0x00
CHAT = b'{"Message":"aGk="}'
LIMIT = 64 * 1024
DEFLATE = "permessage-deflate"


def deflated(payload: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-12)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflated(payload: bytes) -> bytes:
    return zlib.decompress(payload + b"\0\0\xff\xff\1\0\0\xff\xff", wbits=-12)


def publish_of(size: int) -> bytes:
    """A publish of exactly ``size`` bytes."""
    frame = b'{"Message":"%s"}'
    return (frame % (b"AAAA" * ((size - len(frame) + 2) // 4))).ljust(size)


# Frames.


@pytest.mark.parametrize("size", [125, 126, 127, 65535, 65536])
def test_payloads_of_every_length_form_are_read(network: Network, size: int) -> None:
    member = network.join()
    member.send_frame(TEXT, publish_of(size))
    assert len(member.next("Chat")["Message"]) in range(size - 20, size - 12)


def test_a_message_is_put_together_from_any_fragments(network: Network) -> None:
    member = network.join()
    payload = '{"Message":"","Author":"é"}'.encode()
    member.send_frame(TEXT, b"", MORE)
    for byte in payload:
        member.send_frame(CONTINUATION, bytes([byte]), MORE)
        member.send_frame(PING)
    for _ in range(1000):
        member.send_frame(CONTINUATION, b"", MORE)
    member.send_frame(CONTINUATION)
    assert {member.frame() for _ in payload} >= {(FIN | PONG, b"")}
    frames = [member.frame() for _ in range(3)]
    assert any('"Author":"é"'.encode() in payload for _, payload in frames)


@pytest.mark.parametrize("payload", [b"", b"x" * 125])
def test_a_ping_is_answered_with_its_payload(network: Network, payload: bytes) -> None:
    member = network.join()
    assert member.message()["Type"] == "userlist"
    member.send_frame(PING, payload)
    assert member.frame() == (FIN | PONG, payload)


def test_a_pong_nobody_asked_for_is_ignored(network: Network) -> None:
    member = network.join()
    member.send_frame(PONG, b"x")
    member.publish()
    assert member.next("Chat")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x81\x02{}", id="unmasked"),
        pytest.param(b"\xc1\x80\0\0\0\0", id="RSV1 without deflate"),
        pytest.param(b"\xa1\x80\0\0\0\0", id="RSV2"),
        pytest.param(b"\x91\x80\0\0\0\0", id="RSV3"),
        pytest.param(b"\x83\x80\0\0\0\0", id="reserved data opcode"),
        pytest.param(b"\x8f\x80\0\0\0\0", id="reserved control opcode"),
        pytest.param(b"\x80\x80\0\0\0\0", id="orphan continuation"),
        pytest.param(b"\x01\x80\0\0\0\0\x81\x80\0\0\0\0", id="new message inside a fragmented one"),
        pytest.param(b"\x89\xfe\x00\x7e\0\0\0\0" + b"x" * 126, id="long Ping"),
        pytest.param(b"\x09\x80\0\0\0\0", id="fragmented Ping"),
        pytest.param(b"\x88\x81\0\0\0\0x", id="Close of one byte"),
    ],
)
def test_a_broken_frame_fails_the_connection_with_1002(network: Network, data: bytes) -> None:
    member = network.join()
    member.send(data)
    assert member.close_code() == 1002


def test_a_length_with_its_top_bit_set_fails_the_connection(network: Network) -> None:
    member = network.join()
    member.send(b"\x81\xff\x80\0\0\0\0\0\0\1\0\0\0\0x")
    assert member.close_code() in (1002, 1009)


@pytest.mark.parametrize(
    "text",
    [b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"],
    ids=["overlong", "surrogate", "high", "cut"],
)
def test_text_that_is_not_utf_8_fails_the_connection_with_1007(network: Network, text: bytes) -> None:
    member = network.join()
    member.send_frame(TEXT, b'{"Message":"aGk=","Author":"' + text + b'"}')
    assert member.close_code() == 1007


# Closing.


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 4999])
def test_a_close_is_answered_with_its_code(network: Network, code: int) -> None:
    member = network.join()
    member.send_frame(CLOSE, struct.pack("!H", code))
    assert member.close_code() == code


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 2999, 65535])
def test_a_code_that_may_not_be_sent_fails_the_connection(network: Network, code: int) -> None:
    member = network.join()
    member.send_frame(CLOSE, struct.pack("!H", code))
    assert member.close_code() == 1002


def test_a_reason_that_is_not_utf_8_fails_the_connection(network: Network) -> None:
    member = network.join()
    member.send_frame(CLOSE, b"\x03\xe8\xff")
    assert member.close_code() == 1007


def test_what_was_sent_before_a_close_is_delivered_to_all_the_sender_included(network: Network) -> None:
    sender, other = network.join(), network.join()
    sender.send(b"".join([b"\x81\x92\0\0\0\0" + CHAT] * 20) + b"\x88\x80\0\0\0\0")
    for member in (sender, other):
        assert [member.next("Chat")["Message"] for _ in range(20)] == ["aGk="] * 20
    assert sender.close_code() == 1005


@pytest.mark.parametrize("cut", [b"", b"\x81\xfe", b"\x81\x92\0\0\0\0{"])
@pytest.mark.parametrize("linger", [None, struct.pack("ii", 1, 0)], ids=["FIN", "RST"])
def test_a_member_that_is_gone_without_a_word_disturbs_nobody(
    network: Network, cut: bytes, linger: bytes | None
) -> None:
    stays, goes = network.join(), network.join()
    goes.publish(Author="goes")
    assert stays.next("Chat")["Author"] == "goes"
    goes.send(cut)
    if linger:
        goes.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    goes.socket.close()
    while stays.next("userlist")["Users"] != [{"Name": "unknown"}]:
        pass
    stays.publish()
    assert stays.next("Chat")


# Limits.


@pytest.mark.parametrize("fragments", [1, 3])
def test_a_message_over_the_limit_is_answered_with_1009(network: Network, fragments: int) -> None:
    member = network.join()
    part = publish_of(LIMIT + 1)[: LIMIT // fragments + 1]
    member.send_frame(TEXT, part, FIN if fragments == 1 else MORE)
    for number in range(1, fragments):
        member.send_frame(CONTINUATION, part, FIN if number == fragments - 1 else MORE)
    assert member.close_code() == 1009


def test_a_huge_length_is_refused_before_its_payload(network: Network) -> None:
    member = network.join()
    member.send(b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0")
    assert member.close_code() == 1009


def test_a_member_that_does_not_read_is_disconnected_and_holds_up_nobody(
    network_of: Callable[..., Network],
) -> None:
    network = network_of("--max-backlog", "300000")
    slow, sender = network.join(receive_buffer=4096), network.join()
    message = "A" * 32 * 1024
    for _ in range(40):
        sender.publish(message)
        assert sender.next("Chat")["Message"] == message
    with pytest.raises((EOFError, ConnectionResetError)):
        while True:
            assert slow.next("Chat")["Message"] == message


def test_a_flood_is_told_slowed_down_and_none_of_it_is_lost(network_of: Callable[..., Network]) -> None:
    network = network_of("--max-rate", "1000")
    flooder, other = network.join(), network.join()
    count = 4000
    flooder.send((b"\x81\x92\0\0\0\0" + CHAT) * count)
    flooder.send_frame(CLOSE)
    assert [other.next("Chat")["Message"] for _ in range(count)] == ["aGk="] * count
    errors = list(iter(lambda: error_or_end(flooder), None))
    assert errors == ["flood"]


def error_or_end(member: Wire) -> str | None:
    """The Code of the next Error, or None at the Close."""
    while True:
        first, payload = member.frame()
        if first == FIN | CLOSE:
            return None
        if b'"Error"' in payload:
            return str(json.loads(payload)["Code"])


def test_five_hundred_messages_at_once_are_no_flood(network: Network) -> None:
    member = network.join()
    member.send((b"\x81\x92\0\0\0\0" + CHAT) * 500)
    assert [member.next("Chat")["Type"] for _ in range(500)] == ["Chat"] * 500


def many(count: int, first: int, payload: bytes = b"") -> bytes:
    """Return so many equal frames, masked with zeros."""
    return (bytes([first, 0x80 | len(payload), 0, 0, 0, 0]) + payload) * count


def test_fragments_are_no_messages_and_no_flood(network_of: Callable[..., Network]) -> None:
    network = network_of("--max-rate", "0.001")
    member, other = network.join(), network.join()
    member.send(many(1, TEXT) + many(40_000, CONTINUATION) + many(1, FIN, CHAT))
    assert other.next("Chat")["Message"] == member.next("Chat")["Message"] == "aGk="


def test_fragments_without_end_are_answered_with_1008(network: Network) -> None:
    member = network.join()
    member.send(many(1, TEXT) + many(100_000, CONTINUATION))
    assert member.close_code() == 1008


def test_pings_without_end_are_a_flood(network_of: Callable[..., Network]) -> None:
    member = network_of("--max-rate", "1").join()
    member.send(many(12_000, FIN | PING))
    assert error_or_end(member) == "flood"


def test_a_client_that_answers_no_ping_is_dropped(network_of: Callable[..., Network]) -> None:
    network = network_of("--ping-interval", "0.1")
    member = network.join()
    assert member.close_code() is None


def test_pings_come_between_messages(network_of: Callable[..., Network]) -> None:
    member = network_of("--ping-interval", "0.01").join()
    for _ in range(50):
        member.publish()
        assert member.next("Chat")


def test_a_client_that_answers_pings_stays(network_of: Callable[..., Network]) -> None:
    network = network_of("--ping-interval", "0.2")
    member = network.join()
    pings = 0
    while pings < 4:
        first, _ = member.any_frame()
        if first == FIN | PING:
            pings += 1
            member.send_frame(PONG)
    assert pings == 4


# Compression.


def test_compressed_messages_carry_the_same_chat_both_ways(network: Network) -> None:
    compressing = network.join(Sec_WebSocket_Extensions=DEFLATE)
    plain = network.join()
    compressor = zlib.compressobj(wbits=-15)
    for author in ("Ann", "Bob", "Cy"):
        text = b'{"Message":"%s","Author":"%s"}' % (b"QUJD" * 40, author.encode())
        compressed = compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH)
        compressing.send_frame(TEXT, compressed[:-4], FIN | RSV1)
        assert plain.next("Chat")["Author"] == author
    chats: list[bytes] = []
    while len(chats) < 3:
        first, payload = compressing.frame()
        if first == FIN | RSV1 | TEXT:
            payload = inflated(payload)
        if b'"Chat"' in payload:
            assert first == FIN | RSV1 | TEXT
            chats.append(payload)
    assert [b'"Author":"Cy"' in chat for chat in chats] == [False, False, True]


def test_a_message_that_inflates_over_the_limit_is_answered_with_1009(network: Network) -> None:
    member = network.join(Sec_WebSocket_Extensions=DEFLATE)
    member.send_frame(TEXT, deflated(b" " * 10 * LIMIT), FIN | RSV1)
    assert member.close_code() == 1009


@pytest.mark.parametrize(
    ("opcode", "payload"), [(TEXT, b"\x07"), (PING, b"")], ids=["invalid block type", "RSV1 on a Ping"]
)
def test_broken_compression_fails_the_connection(network: Network, opcode: int, payload: bytes) -> None:
    member = network.join(Sec_WebSocket_Extensions=DEFLATE)
    member.send_frame(opcode, payload, FIN | RSV1)
    assert member.close_code() == 1002


# What comes with the handshake.


def test_frames_in_the_segment_of_the_handshake_are_read_after_it(network: Network) -> None:
    wire = network.connect()
    frames = b"\x89\x80\0\0\0\0" + b"\x81\x92\0\0\0\0" + CHAT + b"\xc1\x80\0\0\0\0"
    wire.send(network.request() + frames)
    assert wire.head()[0] == 101
    assert wire.message()["Type"] == "Status"
    assert wire.close_code() == 1002

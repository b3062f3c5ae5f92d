"""What the messages of a check hold is kept and read once, and is bounded."""

import pytest

from conformance.wire import bounds
from conformance.wire.bounds import BoundError
from conformance.wire.contents import Contents
from conformance.wire.frames import Frame, Opcode


def text(payload: bytes) -> Frame:
    return Frame(Opcode.TEXT, payload, masked=False)


def test_equal_frames_and_messages_are_kept_once() -> None:
    contents = Contents()
    first, second = contents.frame(text(b'{"a": 1}')), contents.frame(text(b'{"a": 1}'))
    assert first is second
    assert contents.message(bytes(first.payload), made=False) is contents.message(b'{"a": 1}', made=True)
    assert contents.document(first.payload) is contents.document(second.payload)


@pytest.mark.parametrize("payload", [b"", b"x", b"[1]", b"\xff", b"9" * 5000, b"[" * 100_000, b'{"a":1'])
def test_what_is_no_json_object_reads_as_an_empty_one(payload: bytes) -> None:
    assert Contents().document(payload) == {}


def test_large_documents_are_read_again_rather_than_kept() -> None:
    contents = Contents()
    large = [b'{"Users": [%s"%d"]}' % (b"1," * 50_000, number) for number in range(5)]
    assert contents.document(large[0]) is contents.document(large[0])
    first = contents.document(large[0])
    for payload in large:
        contents.document(payload)
    assert contents.document(large[0]) is not first
    assert contents.document(large[0]) == first


def test_frames_are_counted_over_all_clients() -> None:
    contents = Contents()
    ping = Frame(Opcode.PING, masked=False)
    for _ in range(bounds.MOST_FRAMES):
        contents.frame(ping)
    with pytest.raises(BoundError, match="over 100,000 frames came in one check"):
        contents.frame(ping)


def test_bytes_are_counted_over_all_clients_and_once_where_they_are_equal() -> None:
    contents = Contents()
    large = bytes(bounds.LONGEST_MESSAGE)
    for _ in range(20):
        contents.frame(text(large))
    with pytest.raises(BoundError, match="over 64 MiB came in one check"):
        for number in range(20):
            contents.frame(text(large[:-1] + bytes([number + 1])))


def test_what_is_given_back_is_no_longer_counted() -> None:
    allowance = Contents().allowance
    for _ in range(20):
        allowance.take_bytes(bounds.MOST_BYTES)
        allowance.take_bytes(-bounds.MOST_BYTES)
    allowance.take_bytes(bounds.MOST_BYTES)
    with pytest.raises(BoundError, match="over 64 MiB came in one check"):
        allowance.take_bytes(1)


def test_a_message_of_too_many_values_is_not_read() -> None:
    with pytest.raises(BoundError, match=r"a message of over 100,000 JSON values came"):
        Contents().message(b"[" + b"1," * 100_001 + b"1]", made=False)
    contents = Contents()
    with pytest.raises(BoundError, match=r"messages of over 800,000 JSON values came in one check"):
        for number in range(21):
            contents.message(b"[" + b"1," * 99_999 + b"%d]" % number, made=False)

"""What the messages of a check hold is kept and read once, and is bounded."""

import pytest

from conformance.wire.framing import bounds
from conformance.wire.framing.bounds import BoundError
from conformance.wire.framing.frames import Frame, Opcode
from conformance.wire.message_cache import MessageCache


def text(payload: bytes) -> Frame:
    return Frame(Opcode.TEXT, payload, masked=False)


def test_equal_frames_and_messages_are_kept_once() -> None:
    cache = MessageCache()
    first, second = cache.frame(text(b'{"a": 1}')), cache.frame(text(b'{"a": 1}'))
    assert first is second
    assert cache.message(bytes(first.payload), made=False) is cache.message(b'{"a": 1}', made=True)
    assert cache.document(first.payload) is cache.document(second.payload)


@pytest.mark.parametrize("payload", [b"", b"x", b"[1]", b"\xff", b"9" * 5000, b"[" * 100_000, b'{"a":1'])
def test_what_is_no_json_object_reads_as_an_empty_one(payload: bytes) -> None:
    assert MessageCache().document(payload) == {}


def test_large_documents_are_read_again_rather_than_kept() -> None:
    cache = MessageCache()
    large = [b'{"Users": [%s"%d"]}' % (b"1," * 50_000, number) for number in range(5)]
    assert cache.document(large[0]) is cache.document(large[0])
    first = cache.document(large[0])
    for payload in large:
        cache.document(payload)
    assert cache.document(large[0]) is not first
    assert cache.document(large[0]) == first


def test_a_check_of_many_steps_hears_before_the_frames_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_FRAMES", 100)
    cache = MessageCache()
    assert cache.budget.takes_more(0)
    for _ in range(60):
        cache.frame(text(b"x"))
    assert cache.budget.takes_more(4)
    assert not cache.budget.takes_more(2)


def test_frames_are_counted_over_all_clients() -> None:
    cache = MessageCache()
    ping = Frame(Opcode.PING, masked=False)
    for _ in range(bounds.MOST_FRAMES):
        cache.frame(ping)
    with pytest.raises(BoundError, match="over 100,000 frames came in one check"):
        cache.frame(ping)


def test_bytes_are_counted_over_all_clients_and_once_where_they_are_equal() -> None:
    cache = MessageCache()
    large = bytes(bounds.LONGEST_MESSAGE)
    for _ in range(20):
        cache.frame(text(large))
    with pytest.raises(BoundError, match="over 64 MiB came in one check"):
        for number in range(20):
            cache.frame(text(large[:-1] + bytes([number + 1])))


def test_what_is_given_back_is_no_longer_counted() -> None:
    budget = MessageCache().budget
    for _ in range(20):
        budget.count_bytes(bounds.MOST_BYTES)
        budget.count_bytes(-bounds.MOST_BYTES)
    budget.count_bytes(bounds.MOST_BYTES)
    with pytest.raises(BoundError, match="over 64 MiB came in one check"):
        budget.count_bytes(1)


def test_a_message_of_too_many_values_is_not_read() -> None:
    with pytest.raises(BoundError, match=r"a message of over 100,000 JSON values came"):
        MessageCache().message(b"[" + b"1," * 100_001 + b"1]", made=False)
    cache = MessageCache()
    with pytest.raises(BoundError, match=r"messages of over 800,000 JSON values came in one check"):
        for number in range(21):
            cache.message(b"[" + b"1," * 99_999 + b"%d]" % number, made=False)

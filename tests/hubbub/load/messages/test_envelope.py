import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.load.messages.envelope import MAX_COPIES, MIN_SIZE, BadEnvelopeError, Envelope, seal, unseal

UNSIGNED_32 = st.integers(0, 2**32 - 1)
MOMENTS = st.integers(-(2**63), 2**63 - 1)
ENVELOPES = st.builds(
    Envelope,
    run=st.integers(0, 2**64 - 1),
    room=UNSIGNED_32,
    publisher=UNSIGNED_32,
    sequence=UNSIGNED_32,
    intended=MOMENTS,
    sent=MOMENTS,
    origin=UNSIGNED_32,
    copies=st.integers(1, MAX_COPIES),
)
ONE = Envelope(run=7, room=1, publisher=2, sequence=3, intended=4, sent=5, origin=6)


@given(ENVELOPES, st.integers(0, 5000))
def test_what_is_sealed_is_what_is_unsealed_at_any_size(envelope: Envelope, size: int) -> None:
    assert unseal(seal(envelope, size)) == envelope


@given(ENVELOPES, st.integers(MIN_SIZE, 5000))
def test_a_message_has_the_asked_size_before_base64(envelope: Envelope, size: int) -> None:
    assert len(base64.b64decode(seal(envelope, size), validate=True)) == size


def test_all_messages_are_padded_alike_whatever_size_was_asked_before() -> None:
    before = seal(ONE, 300)
    seal(ONE, 70_000)
    assert seal(ONE, 300) == before


@given(st.integers(0, MIN_SIZE + 99), st.integers(1, 255))
def test_any_changed_byte_is_found(position: int, change: int) -> None:
    message = bytearray(base64.b64decode(seal(ONE, MIN_SIZE + 100)))
    message[position] ^= change
    with pytest.raises(BadEnvelopeError):
        unseal(base64.b64encode(message).decode())


@given(st.integers(0, MIN_SIZE - 1))
def test_a_cut_message_is_found(size: int) -> None:
    message = base64.b64decode(seal(ONE, MIN_SIZE))[:size]
    with pytest.raises(BadEnvelopeError):
        unseal(base64.b64encode(message).decode())


@pytest.mark.parametrize(
    "text", ["", "hello", "aGVsbG8=", seal(ONE, 48) + "\n", "é" + seal(ONE, 48), "=" * 64]
)
def test_a_text_of_somebody_else_is_no_envelope(text: str) -> None:
    with pytest.raises(BadEnvelopeError):
        unseal(text)

"""Keys of messages: two numbers in one, in the order of sending."""

from hypothesis import given
from hypothesis import strategies as st

from hubbub.load.messages.message_key import following, pack, publisher_of, sequence_of

NUMBERS = st.integers(0, 2**31 - 1)


@given(NUMBERS, NUMBERS)
def test_a_key_tells_publisher_and_sequence_and_fits_an_int64(publisher: int, sequence: int) -> None:
    key = pack(publisher, sequence)
    assert (publisher_of(key), sequence_of(key)) == (publisher, sequence)
    assert 0 <= key < 2**63


@given(st.tuples(NUMBERS, NUMBERS), st.tuples(NUMBERS, NUMBERS))
def test_keys_are_ordered_by_publisher_and_then_by_sequence(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    assert (pack(*one) < pack(*other)) == (one < other)


def test_the_following_messages_are_the_same_publishers() -> None:
    assert following(pack(5, 7), 0) == pack(5, 7)
    assert following(pack(5, 7), 3) == pack(5, 10)

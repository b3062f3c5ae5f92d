"""What is known of messages with equal payloads; in the whole ledger: ``test_repeats``."""

from hubbub.load.ledger.equal_messages import EqualMessages
from hubbub.load.messages.envelope import Envelope
from hubbub.load.messages.message_key import MessageKey, pack


def equal(sequence: int, copies: int) -> Envelope:
    return Envelope(1, 0, 5, sequence, 0, 0, 0, copies)


def nothing_missing(_key: MessageKey) -> bool:
    return False


def test_each_of_several_equal_messages_knows_the_last_of_them() -> None:
    messages = EqualMessages()
    messages.note(equal(3, copies=3))
    assert [messages.last(pack(5, number)) for number in range(2, 7)] == [
        pack(5, 2),
        *[pack(5, 5)] * 3,
        pack(5, 6),
    ]


def test_they_are_forgotten_once_the_log_has_forgotten_the_last_of_them() -> None:
    messages = EqualMessages()
    messages.note(equal(3, copies=3))
    messages.forget({5: 4}, nothing_missing)
    assert messages.last(pack(5, 3)) == pack(5, 5)
    messages.forget({5: 5}, nothing_missing)
    assert messages.last(pack(5, 3)) == pack(5, 3)


def test_one_that_is_missing_somewhere_is_kept() -> None:
    messages = EqualMessages()
    messages.note(equal(3, copies=3))
    messages.forget({5: 9}, lambda key: key == pack(5, 4))
    assert [messages.last(pack(5, number)) for number in (3, 4, 5)] == [pack(5, 3), pack(5, 5), pack(5, 5)]

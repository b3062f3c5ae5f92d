"""Deliveries that did not come: recorded, resolved, awaited."""

from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.missing_deliveries import MissingDeliveries, MissingDelivery
from hubbub.load.messages.message_key import pack
from tests.hubbub.load.ledger.books import Books

FIRST, SECOND = pack(5, 0), pack(5, 1)


def two_members() -> tuple[MemberCursor, MemberCursor]:
    books = Books()
    return books.join(), books.join()


def test_what_is_recorded_is_missing_until_it_is_resolved() -> None:
    missing, (ann, bob) = MissingDeliveries(), two_members()
    missing.record_missing(FIRST, [ann, bob])
    missing.record_missing(SECOND, [bob])
    assert (missing.count, missing.keys, missing.of(bob)) == (3, [FIRST, SECOND], [FIRST, SECOND])
    assert missing.resolve(FIRST, ann)
    assert missing.resolve(FIRST, bob)
    assert (missing.count, missing.keys, missing.concerns(FIRST)) == (1, [SECOND], False)
    assert list(missing.each()) == [MissingDelivery(bob.number, 5, 1)]


def test_what_was_not_missing_is_not_resolved() -> None:
    missing, (ann, bob) = MissingDeliveries(), two_members()
    missing.record_missing(FIRST, [bob])
    assert not missing.resolve(FIRST, ann)
    assert not missing.resolve(SECOND, bob)
    assert missing.includes(FIRST, bob)
    assert not missing.includes(FIRST, ann)


def test_a_message_that_came_to_all_leaves_no_trace() -> None:
    missing = MissingDeliveries()
    missing.record_missing(FIRST, [])
    assert (missing.count, missing.keys, missing.awaited) == (0, [], False)


def test_only_what_is_owed_to_the_connected_may_come_yet() -> None:
    missing, (ann, bob) = MissingDeliveries(), two_members()
    missing.record_missing(FIRST, [ann, bob])
    ann.ended = 50
    assert missing.awaited
    bob.ended = 60
    assert not missing.awaited

"""The byte-wise shortcut, which must account for what is read just as looking at every frame does."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.room_ledger import Context, RoomLedger
from hubbub.load.ledger.room_log import RoomLog
from hubbub.load.ledger.userlists import Userlists
from hubbub.load.measure.anomalies import Anomalies
from hubbub.load.measure.delivery_log import DeliveryLog
from hubbub.load.measure.message_table import MessageTable
from hubbub.load.messages.dialect import Dialect
from hubbub.load.messages.envelope import Envelope, seal
from hubbub.load.messages.message_key import pack
from hubbub.load.websocket.frame_scanner import scan_text
from hubbub.protocol.codec import encode_server_message
from hubbub.protocol.messages import Chat

NAME = "load-0"
DIALECT = Dialect()


def room() -> RoomLedger:
    tables = MessageTable(), DeliveryLog(), Anomalies()
    context = Context(
        1, DIALECT, *tables, complaint=lambda _: None, settled=lambda *_: False, userlists=Userlists()
    )
    return RoomLedger(0, NAME, context)


def chat(sequence: int, size: int = 64) -> bytes:
    text = seal(Envelope(1, 0, 5, sequence, 0, 0, DIALECT.origin(NAME, "user-5", "w")), size)
    return encode_server_message(
        Chat(Message=text, Author="user-5", Room=NAME, WSID="w", Sent="2026-01-02 03:04:05")
    )


PAYLOADS = [chat(sequence, 64 + 100 * (sequence % 2)) for sequence in range(12)]


def frames(*payloads: bytes) -> bytes:
    log = RoomLog()
    for payload in payloads:
        log.append(payload, pack(0, 0), 0, 0)
    return bytes(log.stream)


class Reader:
    """Reads as a connection does: what the shortcut leaves is looked through for whole frames."""

    def __init__(self, cursor: MemberCursor) -> None:
        self.cursor = cursor
        self.scanned = 0
        self._rest = b""

    def read(self, data: bytes) -> None:
        data = self.cursor.follow(self._rest + data, 10, 11)
        payloads, position = scan_text(data)
        if payloads:
            self.scanned += len(payloads)
            self.cursor.receive(payloads, 10, 11)
        self._rest = data[position:]


def reader(where: RoomLedger) -> Reader:
    cursor = where.enter(len(where.members), joining=0)
    where.admit(cursor, 0)
    return Reader(cursor)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cuts), len(data)]
    return [data[start:stop] for start, stop in pairwise(edges)]


def test_what_another_member_has_had_is_not_looked_at_again() -> None:
    here = room()
    first, second = reader(here), reader(here)
    data = frames(*PAYLOADS)
    first.read(data)
    second.read(data)
    assert (first.scanned, second.scanned) == (12, 0)
    assert here.context.deliveries.drain().rows.tolist() == [*range(12)] * 2


def test_only_what_is_new_is_looked_at() -> None:
    here = room()
    first, second = reader(here), reader(here)
    first.read(frames(*PAYLOADS[:10]))
    second.read(frames(*PAYLOADS))
    assert second.scanned == 2
    assert second.cursor.next == 12


def test_what_was_sent_before_a_membership_is_looked_at_though_another_has_had_it() -> None:
    """It was settled between the two: so nothing but a closer look would count it as indeterminate."""
    here = room()
    first, second = reader(here), Reader(here.enter(1, joining=5))
    here.admit(second.cursor, 6)
    first.read(frames(*PAYLOADS))
    here.context = here.context._replace(settled=lambda *_: True)
    second.read(frames(*PAYLOADS))
    assert (second.scanned, second.cursor.next) == (12, 12)
    assert here.indeterminate == 12


def test_after_a_frame_of_its_own_a_member_is_in_step_again() -> None:
    here = room()
    first, second = reader(here), reader(here)
    first.read(frames(*PAYLOADS))
    second.read(frames(PAYLOADS[0], b'{"Type":"Userlist","Users":[]}', PAYLOADS[1]))
    scanned = second.scanned
    second.read(frames(*PAYLOADS[2:]))
    assert (scanned, second.scanned, second.cursor.next) == (3, 3, 12)


def test_who_misses_a_message_is_in_step_again_after_the_next() -> None:
    here = room()
    first, second = reader(here), reader(here)
    first.read(frames(*PAYLOADS))
    second.read(frames(*PAYLOADS[:3], PAYLOADS[4]))
    second.read(frames(*PAYLOADS[5:]))
    assert second.cursor.skipped == {3}
    assert second.cursor.next == 12
    assert second.scanned == 4


CUTS = st.lists(st.integers(0, len(frames(*PAYLOADS))), max_size=6)
ORDER = st.permutations(range(12)).flatmap(lambda order: st.integers(0, 12).map(lambda size: order[:size]))


@given(st.one_of(ORDER, st.just([*range(12)])), CUTS, CUTS, st.integers(0, 12))
def test_bytes_and_frames_tell_the_same(
    order: list[int], cuts: list[int], more_cuts: list[int], forgotten: int
) -> None:
    """One member reads in order, another as it comes, in any pieces; meanwhile the log forgets."""
    outcomes: list[Any] = []
    for make in (reader, slow_reader):
        here = room()
        leader, follower = make(here), make(here)
        for piece in pieces(frames(*PAYLOADS), cuts):
            leader.read(piece)
        half = pieces(frames(*(PAYLOADS[place] for place in order)), more_cuts)
        for piece in half[: len(half) // 2]:
            follower.read(piece)
        here.forget(min(forgotten, follower.cursor.next))
        for piece in half[len(half) // 2 :]:
            follower.read(piece)
        outcomes.append(
            (
                sorted(here.context.deliveries.drain().rows.tolist()),
                here.context.anomalies.counts,
                [(each.cursor.first, each.cursor.next, each.cursor.skipped) for each in (leader, follower)],
            )
        )
    assert outcomes[0] == outcomes[1]


class SlowReader(Reader):
    """Looks at every frame."""

    def read(self, data: bytes) -> None:
        payloads, position = scan_text(self._rest + data)
        if payloads:
            self.cursor.receive(payloads, 10, 11)
        self._rest = (self._rest + data)[position:]


def slow_reader(where: RoomLedger) -> Reader:
    made: Callable[[MemberCursor], Reader] = SlowReader
    return made(reader(where).cursor)


@pytest.mark.parametrize("forgetting", [(12,), (4, 8, 12)])
def test_who_lags_behind_what_the_log_forgets_keeps_what_it_has_begun_to_read(
    forgetting: tuple[int, ...],
) -> None:
    here = room()
    first, second = reader(here), reader(here)
    data = frames(*PAYLOADS)
    first.read(data)
    second.read(data[:100])
    for index in forgetting:
        here.forget(index)
    here.context = here.context._replace(settled=lambda *_: True)
    second.read(data[100:])
    assert second.scanned == 12
    assert second.cursor.next == 12


def test_who_has_read_half_of_what_it_is_said_to_miss_reads_on_and_has_it() -> None:
    here = room()
    first, second, third = reader(here), reader(here), reader(here)
    data = frames(*PAYLOADS)
    first.read(data)
    second.read(data[:100])
    here.record_missing(pack(5, 0), [second.cursor, third.cursor])
    assert here.missing.count == 2
    second.read(data[100:])
    assert (second.cursor.next, second.cursor.skipped, here.missing.count) == (12, None, 1)
    assert here.context.anomalies.counts == {}

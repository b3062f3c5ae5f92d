"""The fast path and every way off it, on hand-made payloads; against real servers: test_faults.py."""

import pytest

from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.room_ledger import Context, RoomLedger
from hubbub.load.ledger.userlists import Userlists
from hubbub.load.measure.anomalies import KEPT, Anomalies
from hubbub.load.measure.delivery_log import UNMEASURED, DeliveryLog
from hubbub.load.measure.message_table import MessageTable
from hubbub.load.messages.dialect import Dialect
from hubbub.load.messages.envelope import Envelope, seal
from hubbub.load.messages.message_key import pack
from hubbub.protocol.codec import encode_server_message
from hubbub.protocol.messages import Chat, Error, Status, Userlist

RUN, ROOM, NAME = 99, 3, "load-3"
DIALECT = Dialect()


class Bench:
    """One room with one member, fed by hand."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.deliveries = DeliveryLog()
        self.anomalies = Anomalies()
        context = Context(
            RUN,
            DIALECT,
            MessageTable(),
            self.deliveries,
            self.anomalies,
            self.complaints.append,
            lambda _, sent: sent < self.horizon,
            Userlists(),
        )
        self.room = RoomLedger(ROOM, NAME, context)
        self.horizon = 0
        self.member: MemberCursor = self.room.enter(1, joining=0)
        self.room.admit(self.member, 0)

    def has(self, publisher: int, sequence: int) -> bool:
        index = self.room.log.index_of(pack(publisher, sequence))
        return index is not None and self.member.has(index)

    def feed(self, *payloads: bytes) -> int:
        """Let the member read these together; return how many count as delivered."""
        before = len(self.deliveries.rows)
        self.member.receive(list(payloads), arrival=10, read=11)
        return len(self.deliveries.rows) - before

    @property
    def counts(self) -> dict[str, int]:
        return dict(self.anomalies.counts)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def chat(
    sequence: int,
    publisher: int = 5,
    run: int = RUN,
    room: int = ROOM,
    sent: int = 0,
    forged: dict[str, str] | None = None,
) -> bytes:
    author, wsid = f"user-{publisher}", f"w{publisher}"
    text = seal(Envelope(run, room, publisher, sequence, 0, sent, DIALECT.origin(NAME, author, wsid)), 64)
    fields = {"Message": text, "Author": author, "Room": NAME, "WSID": wsid, "Sent": "2016-02-12 10:00:00"}
    return encode_server_message(Chat(**{**fields, **(forged or {})}))


def test_a_delivery_in_order_counts_and_nothing_is_wrong(bench: Bench) -> None:
    assert bench.feed(chat(0), chat(1)) + bench.feed(chat(2)) == 3
    assert bench.counts == {}


def test_each_publisher_is_followed_by_itself(bench: Bench) -> None:
    assert bench.feed(chat(0, 5), chat(0, 6), chat(1, 6), chat(1, 5), chat(0, 7)) == 5
    assert bench.counts == {}


def test_a_member_may_come_late(bench: Bench) -> None:
    assert bench.feed(chat(41), chat(42)) == 2
    assert bench.counts == {}
    assert (bench.has(5, 41), bench.has(5, 40), bench.has(6, 0)) == (True, False, False)


def test_a_gap_is_remembered_but_not_lost_yet(bench: Bench) -> None:
    other = bench.room.enter(2, joining=0)
    other.receive([chat(0), chat(1), chat(2), chat(3)], arrival=10, read=11)
    assert bench.feed(chat(0), chat(3)) == 2
    assert bench.counts == {}
    assert [bench.has(5, sequence) for sequence in range(5)] == [True, False, False, True, False]
    assert bench.member.skipped == {1, 2}


def test_what_comes_after_a_later_message_is_reordered_and_delivered(bench: Bench) -> None:
    assert bench.feed(chat(0), chat(2), chat(1)) == 3
    assert bench.counts == {"reordered": 1}
    assert bench.has(5, 1)


def test_what_comes_before_everything_seen_is_reordered_too(bench: Bench) -> None:
    assert bench.feed(chat(4), chat(2), chat(3)) == 3
    assert bench.counts == {"reordered": 2}


def test_whoever_gets_it_out_of_order_is_told_so(bench: Bench) -> None:
    """The order in which the first member got the messages is no measure of what is right."""
    others = [bench.room.enter(number, joining=0) for number in (2, 3)]
    bench.feed(chat(0), chat(2), chat(1))
    others[0].receive([chat(0), chat(1), chat(2)], arrival=10, read=11)
    others[1].receive([chat(0), chat(2), chat(1)], arrival=10, read=11)
    assert bench.counts == {"reordered": 2}
    assert [other.skipped or set() for other in others] == [set(), set()]


def test_members_may_see_different_publishers_in_different_order(bench: Bench) -> None:
    other = bench.room.enter(2, joining=0)
    assert bench.feed(chat(0, 5), chat(0, 6), chat(1, 6)) == 3
    other.receive([chat(0, 6), chat(1, 6), chat(0, 5)], arrival=10, read=11)
    assert bench.counts == {}
    assert not other.skipped


def test_every_further_arrival_of_a_message_is_a_duplicate(bench: Bench) -> None:
    assert bench.feed(chat(0), chat(0), chat(1), chat(0)) == 2
    assert bench.counts == {"duplicated": 2}


def test_a_reordered_message_that_comes_again_is_a_duplicate(bench: Bench) -> None:
    assert bench.feed(chat(0), chat(2), chat(1), chat(1)) == 3
    assert bench.counts == {"reordered": 1, "duplicated": 1}


def test_a_message_of_another_room_is_misdelivered_each_time(bench: Bench) -> None:
    assert bench.feed(chat(0, room=8), chat(0, room=8)) == 0
    assert bench.counts == {"misdelivered": 2}


@pytest.mark.parametrize("field", ["Author", "Room", "WSID"])
def test_a_forged_field_makes_a_delivery_corrupt(bench: Bench, field: str) -> None:
    assert bench.feed(chat(0, forged={field: "mallory"})) == 0
    assert bench.counts == {"corrupt": 1}


def test_a_changed_text_makes_a_delivery_corrupt(bench: Bench) -> None:
    text = seal(Envelope(RUN, ROOM, 5, 0, 0, 0, 0), 64)
    changed = text[:30] + ("B" if text[30] == "A" else "A") + text[31:]
    assert bench.feed(chat(0, forged={"Message": changed}), chat(0, forged={"Message": ""})) == 0
    assert bench.counts == {"corrupt": 2}


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b'{"Type":"Chat"}', b"(binary) x"])
def test_what_cannot_be_read_is_corrupt(bench: Bench, payload: bytes) -> None:
    assert bench.feed(payload) == 0
    assert bench.counts == {"corrupt": 1}


def test_a_message_of_another_run_is_corrupt(bench: Bench) -> None:
    assert bench.feed(chat(0, run=1)) == 0
    assert bench.counts == {"corrupt": 1}


def test_other_messages_of_the_protocol_are_harmless_and_complaints_are_passed_on(bench: Bench) -> None:
    error = encode_server_message(Error(Code="flood", Reason="send less"))
    assert (
        bench.feed(encode_server_message(Status(WSID="x")), encode_server_message(Userlist(())), error, error)
        == 0
    )
    assert bench.counts == {}
    assert bench.complaints == ["flood: send less"] * 2


def test_a_payload_is_decoded_once_for_all_members(bench: Bench) -> None:
    other = bench.room.enter(2, joining=0)
    payload = chat(0)
    bench.feed(payload)
    other.receive([payload], arrival=12, read=13)
    rows = bench.deliveries.drain().rows.tolist()
    assert rows == [0, 0]


def test_a_forgotten_payload_that_comes_again_is_still_a_duplicate(bench: Bench) -> None:
    bench.feed(chat(0, sent=1), chat(1, sent=2))
    bench.horizon = 2
    bench.room.forget(1)
    assert bench.feed(chat(0, sent=1), chat(2, sent=3)) == 1
    assert bench.counts == {"duplicated": 1}


def test_history_is_delivered_but_not_timed(bench: Bench) -> None:
    late = bench.room.enter(2, joining=100)
    bench.room.admit(late, 100)
    late.receive([chat(0, sent=50), chat(1, sent=120)], arrival=130, read=131)
    batch = bench.deliveries.drain()
    assert sorted(zip(batch.rows.tolist(), batch.arrivals.tolist(), strict=True)) == [
        (0, UNMEASURED),
        (1, 130),
    ]


def test_history_that_is_settled_already_is_indeterminate(bench: Bench) -> None:
    bench.horizon = 60
    late = bench.room.enter(2, joining=100)
    bench.room.admit(late, 100)
    late.receive([chat(0, sent=50)], arrival=130, read=131)
    assert (bench.room.indeterminate, bench.counts, len(bench.deliveries.rows)) == (1, {}, 0)


def test_what_fills_a_hole_counts_and_is_out_of_order(bench: Bench) -> None:
    bench.feed(chat(1, sent=2))
    bench.room.missing.record_missing(pack(5, 0), [bench.member])
    bench.horizon = 10
    bench.room.forget(1)
    assert bench.room.missing.count == 1
    assert bench.feed(chat(0, sent=1)) == 1
    assert (bench.room.missing.count, bench.counts) == (0, {"reordered": 1})


def test_an_anomaly_is_told_with_its_ids(bench: Bench) -> None:
    bench.feed(chat(0), chat(0))
    [anomaly] = bench.anomalies.first
    assert (anomaly.kind, anomaly.room, anomaly.member) == ("duplicated", NAME, 1)
    assert (anomaly.publisher, anomaly.sequence) == (5, 0)


def test_only_the_first_anomalies_are_told_but_all_are_counted(bench: Bench) -> None:
    bench.feed(*[chat(0)] * 101)
    assert bench.counts == {"duplicated": 100}
    assert len(bench.anomalies.first) == KEPT

"""What messages cost on their way through the load engine, without sockets: seal, frame, find, verify."""

from itertools import count

from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.receiving.feeder import Feed, Room, next_chat
from hubbub.load.ledger.room_ledger import Context, RoomLedger
from hubbub.load.ledger.userlists import Userlists
from hubbub.load.measure.anomalies import Anomalies
from hubbub.load.measure.delivery_log import DeliveryLog
from hubbub.load.measure.message_table import MessageTable
from hubbub.load.messages.dialect import Dialect
from hubbub.load.messages.envelope import Envelope, seal
from hubbub.load.websocket.frame_head import text_frame
from hubbub.load.websocket.frame_scanner import scan_text
from scripts.calibrate.null_server import frame

FEED = Feed(run=1, rooms=1)
NAME = "load-0"
ROUNDS = 200


def test_sixteen_messages_to_fifty_members(benchmark: BenchmarkFixture) -> None:
    deliveries, anomalies, userlists = DeliveryLog(), Anomalies(), Userlists()
    context = Context(
        FEED.run, Dialect(), MessageTable(), deliveries, anomalies, print, lambda *_: False, userlists
    )
    ledger = RoomLedger(0, NAME, context)
    members = [ledger.enter(number, joining=0) for number in range(FEED.members)]
    for member in members:
        ledger.admit(member, 0)
    room = Room(0, NAME)

    def fresh() -> tuple[tuple[bytes], dict[str, object]]:
        deliveries.drain()
        return (b"".join(frame(next_chat(FEED, room, 0)[0]) for _ in range(FEED.frames)),), {}

    def read(data: bytes) -> None:
        for member in members:
            if rest := member.follow(data, 10, 11):
                member.receive(scan_text(rest)[0], 10, 11)

    benchmark.pedantic(read, setup=fresh, rounds=ROUNDS)  # type: ignore[no-untyped-call]  # it has no types
    assert len(deliveries.rows) == FEED.frames * FEED.members
    assert not any(anomalies.counts.values())


def test_one_message_is_sealed_and_framed(benchmark: BenchmarkFixture) -> None:
    before, after = Dialect().around("user-1")
    sequences = count()

    def publish() -> bytes:
        envelope = Envelope(FEED.run, 0, 1, next(sequences), 10, 11, 12)
        return text_frame(before + seal(envelope, FEED.message_size).encode() + after)

    assert len(benchmark(publish)) > FEED.message_size

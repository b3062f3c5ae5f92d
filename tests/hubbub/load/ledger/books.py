"""One process with one room, led by hand, and the messages of one publisher."""

from itertools import count

import numpy as np

from hubbub.load.ledger.eviction import Eviction
from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.room_ledger import Context, RoomLedger
from hubbub.load.ledger.sends import Sends
from hubbub.load.ledger.settlement import Settlement
from hubbub.load.ledger.userlists import Userlists
from hubbub.load.measure.anomalies import Anomalies
from hubbub.load.measure.delivery_log import DeliveryLog
from hubbub.load.measure.message_table import MessageTable
from hubbub.load.measure.timeline import Timeline
from hubbub.load.messages.dialect import Dialect
from hubbub.load.messages.envelope import Envelope, seal
from hubbub.load.messages.message_key import pack
from hubbub.protocol.codec import encode_server_message
from hubbub.protocol.messages import Chat

PUBLISHER = 5
DIALECT = Dialect()


class Books:
    """One process with one room, led by hand."""

    def __init__(self) -> None:
        self.messages, self.deliveries = MessageTable(), DeliveryLog()
        self.timeline = Timeline(0)
        self.anomalies = Anomalies()
        rooms: dict[int, RoomLedger] = {}
        self.settlement = Settlement(rooms, self.messages, self.timeline)
        self.eviction = Eviction(rooms, self.settlement.open, self.messages, self.timeline)
        context = Context(
            run=1,
            dialect=DIALECT,
            messages=self.messages,
            deliveries=self.deliveries,
            anomalies=self.anomalies,
            complaint=lambda _: None,
            settled=self.settlement.settled,
            userlists=Userlists(),
        )
        self.room = rooms[0] = RoomLedger(0, "load-0", context)
        self._numbers = count()

    def join(self, joining: int = 0, ready: int = 1) -> MemberCursor:
        cursor = self.room.enter(next(self._numbers), joining)
        self.room.admit(cursor, ready)
        return cursor

    def take(self, *times: int, publisher: int = PUBLISHER, first: int = 0, error: int = 0) -> None:
        """Hear that ``publisher`` sent messages at these times."""
        keys = [pack(publisher, sequence) for sequence in range(first, first + len(times))]
        self.hear([*zip(keys, times, strict=True)], max(times, default=0) + 1, error)

    def hear(self, sent: list[tuple[int, int]], horizon: int, error: int = 0) -> None:
        keys, times = np.array(sent, np.int64).reshape(-1, 2).T
        self.settlement.ingest(
            Sends(keys.tobytes(), np.zeros_like(keys).tobytes(), times.tobytes(), horizon, error)
        )

    def settle(self, now: int = 1000, tidy: bool = True) -> None:
        self.messages.observe(self.deliveries.drain())
        self.settlement.settle(now)
        self.eviction.schedule()
        if tidy:
            self.tidy()

    def tidy(self) -> None:
        self.messages.observe(self.deliveries.drain())
        for _ in range(5):
            self.eviction.tidy()

    def finish(self) -> tuple[int, int, int]:
        """Return what was expected, lost, and indeterminate."""
        self.messages.observe(self.deliveries.drain())
        self.settlement.finish()
        settlement = self.settlement
        return settlement.expected, settlement.lost, settlement.indeterminate


def chat(sequence: int, sent: int, publisher: int = PUBLISHER) -> bytes:
    origin = DIALECT.origin("load-0", "a", "w")
    text = seal(Envelope(1, 0, publisher, sequence, sent, sent, origin), 64)
    return encode_server_message(
        Chat(Message=text, Author="a", Room="load-0", WSID="w", Sent="2026-01-02 03:04:05")
    )


def give(member: MemberCursor, times: list[int], *came: int) -> None:
    """Let messages of ``PUBLISHER``, sent at ``times``, come to a member."""
    for sequence in came:
        member.receive([chat(sequence, times[sequence])], arrival=500, read=500)

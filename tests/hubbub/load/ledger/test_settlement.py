"""The sums of the ledger: worked examples, and a slow but plain count of any course of events."""

from dataclasses import dataclass, field
from itertools import count

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hubbub.load.ledger.eviction import Eviction
from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.missing_deliveries import MissingDelivery
from hubbub.load.ledger.room_ledger import Context, RoomLedger
from hubbub.load.ledger.sends import Sends
from hubbub.load.ledger.settlement import Settlement, batch_target
from hubbub.load.ledger.userlists import Userlists
from hubbub.load.measure.anomalies import Anomalies
from hubbub.load.measure.deliveries import DeliveryLog, MessageTable
from hubbub.load.measure.timeline import Column, Timeline
from hubbub.load.messages.dialect import Dialect
from hubbub.load.messages.envelope import Envelope, seal
from hubbub.load.messages.message_key import pack
from hubbub.load.timing.moments import NEVER
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
        self.messages.observe(self.deliveries.take())
        self.settlement.settle(now)
        self.eviction.schedule()
        if tidy:
            self.tidy()

    def tidy(self) -> None:
        self.messages.observe(self.deliveries.take())
        for _ in range(5):
            self.eviction.tidy()

    def finish(self) -> tuple[int, int, int]:
        """Return what was expected, lost, and indeterminate."""
        self.messages.observe(self.deliveries.take())
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


def test_all_that_was_sent_after_the_status_is_expected() -> None:
    books, times = Books(), [11, 12, 13]
    give(books.join(ready=10), times, 0, 1, 2)
    books.take(*times)
    assert books.finish() == (3, 0, 0)


@pytest.mark.parametrize(
    ("came", "lost"),
    [([], [0, 1, 2, 3]), ([0], [1, 2, 3]), ([3], [0, 1, 2]), ([0, 1, 3], [2]), ([0, 2, 1], [3])],
)
def test_what_was_expected_and_did_not_come_is_lost(came: list[int], lost: list[int]) -> None:
    books, times = Books(), [11, 12, 13, 14]
    give(books.join(ready=10), times, *came)
    books.take(*times)
    assert books.finish() == (4, len(lost), 0)
    assert list(books.room.missing.each()) == [MissingDelivery(0, PUBLISHER, sequence) for sequence in lost]


def test_the_join_window_is_indeterminate_whether_its_messages_came_or_not() -> None:
    books, times = Books(), [5, 12, 21, 22]
    give(books.join(joining=10, ready=20), times, 1, 2, 3)
    give(books.join(joining=10, ready=20), times, 2, 3)
    books.take(*times)
    assert books.finish() == (4, 0, 2)


def test_what_was_sent_before_the_join_and_came_all_the_same_is_indeterminate() -> None:
    books, times = Books(), [5, 21]
    give(books.join(joining=10, ready=20), times, 0, 1)
    books.take(*times)
    assert books.finish() == (1, 0, 1)


def test_the_leave_window_is_indeterminate_and_what_the_leaver_missed_last_too() -> None:
    books, times = Books(), [10, 20, 29, 35, 50]
    leaver = books.join()
    give(leaver, times, 0, 1)
    leaver.leaving, leaver.ended = 30, 40
    books.take(*times)
    assert books.finish() == (2, 0, 2)


def test_a_leavers_gap_is_lost() -> None:
    books, times = Books(), [10, 20, 25]
    leaver = books.join()
    give(leaver, times, 0, 2)
    leaver.leaving, leaver.ended = 30, 40
    books.take(*times)
    assert books.finish() == (3, 1, 0)


def test_what_a_member_was_owed_when_the_server_cut_it_off_is_lost_at_once() -> None:
    books, times = Books(), [10, 20, 40]
    cut = books.join()
    give(cut, times, 0)
    cut.ended = 30
    books.take(*times)
    books.settle()
    assert not books.settlement.awaited
    assert (books.settlement.expected, books.settlement.lost) == (2, 1)


def test_only_who_is_connected_can_still_be_awaited() -> None:
    books, times = Books(), [10, 20]
    give(books.join(), times, 0)
    books.take(*times)
    books.settle()
    assert books.settlement.awaited


def test_who_never_became_a_member_is_owed_nothing() -> None:
    books = Books()
    books.room.enter(0, joining=0)
    books.take(10)
    assert books.finish() == (0, 0, 0)


def test_what_nobody_vouches_for_does_not_count() -> None:
    books = Books()
    member = books.join()
    give(member, [10], 0)
    member.receive([chat(0, 12, publisher=6), chat(2, 13, publisher=6)], arrival=20, read=20)
    books.take(10)
    assert books.finish() == (1, 0, 0)


@pytest.mark.parametrize("error", [5])
def test_what_clocks_cannot_tell_from_joining_and_leaving_is_indeterminate(error: int) -> None:
    books, times = Books(), [4, 7, 24, 26, 34, 36, 54, 56]
    leaver = books.join(joining=10, ready=20)
    give(leaver, times, 1, 2, 3)
    leaver.leaving, leaver.ended = 40, 50
    books.take(*times, error=error)
    assert books.finish() == (1, 0, 5)


def test_an_empty_room_is_settled() -> None:
    books = Books()
    assert not books.settlement.awaited
    assert books.finish() == (0, 0, 0)


def test_each_message_has_its_own_expected_set() -> None:
    books = Books()
    second = 1_000_000_000
    times = [second, 2 * second, 3 * second]
    give(books.join(), times, 0, 1, 2)
    give(books.join(joining=second + 1, ready=second + 5), times, 1, 2)
    early = books.join()
    give(early, times, 0, 1)
    early.leaving, early.ended = times[1] + 5, times[1] + 6
    books.take(*times)
    assert books.finish()[0] == 7
    assert [row.counts[Column.EXPECTED] for row in books.timeline.rows()] == [0, 2, 3, 2]


def test_what_has_come_to_all_is_forgotten_while_the_run_goes_on() -> None:
    books, times = Books(), [*range(10, 110)]
    members = [books.join() for _ in range(3)]
    for member in members:
        give(member, times, *range(100))
    books.take(*times)
    books.settle()
    log = books.room.log
    assert (log.base, log.end, len(log.stream), len(log.known)) == (100, 100, 0, 0)
    assert books.messages.find(np.array([pack(PUBLISHER, 0)])).tolist() == [-1]
    assert books.settlement.expected == 300


def test_a_hole_does_not_keep_what_came_after_it() -> None:
    books, times = Books(), [*range(10, 110)]
    give(books.join(), times, *range(100))
    give(books.join(), times, *(sequence for sequence in range(100) if sequence != 7))
    books.take(*times)
    books.settle()
    assert (books.room.log.base, books.settlement.lost) == (100, 1)


def test_who_lags_behind_is_waited_for_but_not_for_ever() -> None:
    books, times = Books(), [10, 11]
    member, lagging = books.join(), books.join()
    give(member, times, 0, 1)
    books.take(*times)
    books.settle(now=30_000_000_000)
    assert (books.room.log.base, books.settlement.lost) == (0, 0)
    books.settle(now=90_000_000_000)
    assert (books.room.log.base, books.settlement.lost) == (2, 2)
    give(lagging, times, 0, 1)
    assert books.finish() == (4, 0, 0)
    assert books.anomalies.counts == {}


@pytest.mark.parametrize("members", [1, 3])
def test_what_comes_too_late_fills_its_hole_though_an_older_send_is_still_under_way(members: int) -> None:
    """That send, which the server has blocked since 10 s, keeps the horizon where it is."""
    books, second = Books(), 1_000_000_000
    those = [books.join() for _ in range(members)]
    books.hear([(pack(PUBLISHER, 0), 11 * second)], horizon=10 * second)
    books.settle(now=80 * second)
    assert books.settlement.lost == members
    for member in those:
        give(member, [11 * second], 0)
    books.hear([], horizon=82 * second)
    assert books.finish() == (members, 0, 0)
    assert books.anomalies.counts == {}


def test_what_comes_too_late_fills_its_hole_though_the_log_still_has_it() -> None:
    """It stays in the log because of the message before it, which is younger and still open."""
    books, second = Books(), 1_000_000_000
    quick, lagging = books.join(), books.join()
    younger, older = chat(0, second + 5, publisher=6), chat(0, second)
    quick.receive([younger, older], arrival=second + 9, read=second + 9)
    books.hear([(pack(6, 0), second + 5), (pack(PUBLISHER, 0), second)], horizon=2 * second)
    books.settle(now=61 * second + 2)
    assert (books.settlement.lost, books.room.log.base) == (1, 0)
    lagging.receive([younger], arrival=62 * second, read=62 * second)
    lagging.receive([older], arrival=62 * second, read=62 * second)
    assert books.finish() == (4, 0, 0)
    assert books.anomalies.counts == {}


def test_memberships_that_are_over_are_evicted() -> None:
    books = Books()
    for start in range(0, 1000, 10):
        member = books.join(joining=start, ready=start + 1)
        member.leaving, member.ended = start + 5, start + 6
    books.take(2000)
    books.settle()
    assert books.room.members == []
    assert len(books.room.users) == 100


@dataclass
class Life:
    """One membership, and when which message came to it."""

    joining: int
    ready: int
    leaving: int
    ended: int
    came: dict[tuple[int, int], int] = field(default_factory=dict)


MOMENTS = st.integers(1, 60)


@st.composite
def lives(draw: st.DrawFn, sent: dict[tuple[int, int], int]) -> Life:
    joining, ready, gone, ended = sorted(draw(st.lists(MOMENTS, min_size=4, max_size=4, unique=True)))
    way = draw(st.sampled_from(["stays", "leaves", "is cut", "never gets in"]))
    life = Life(
        joining,
        ready if way != "never gets in" else NEVER,
        gone if way == "leaves" else NEVER,
        NEVER if way == "stays" else ended,
    )
    for message, time in sent.items():
        came = time + draw(st.integers(0, 30)) if draw(st.integers(0, 5)) else NEVER
        if life.ready <= came < min(life.ended, 90) and came != NEVER:
            life.came[message] = came
    return life


@st.composite
def courses(draw: st.DrawFn) -> tuple[dict[tuple[int, int], int], list[Life], list[int]]:
    sent = {
        (publisher, sequence): time
        for publisher in (5, 6)
        for sequence, time in enumerate(sorted(draw(st.lists(MOMENTS, max_size=8))))
    }
    return sent, draw(st.lists(lives(sent), max_size=4)), draw(st.lists(st.integers(1, 95), max_size=4))


def run(sent: dict[tuple[int, int], int], members: list[Life], rounds: list[int], late: bool) -> Books:
    """Let everything happen in its time, with rounds of settling in between.

    What is settled is forgotten at once, or ``late``: when the next news have come and are not settled yet.
    """
    books, told = Books(), 0
    cursors: list[MemberCursor | None] = [None] * len(members)
    for now in range(100):
        for place, life in enumerate(members):
            if life.joining == now:
                cursors[place] = books.room.enter(place, now)
            held = cursors[place]
            if held is not None:
                if life.ready == now:
                    books.room.admit(held, now)
                for (publisher, sequence), time in sorted(life.came.items()):
                    if time == now:
                        payload = chat(sequence, sent[publisher, sequence], publisher)
                        held.receive([payload], arrival=now, read=now)
                held.leaving = now if life.leaving == now else held.leaving
                held.ended = now if life.ended == now else held.ended
        if now in rounds:
            books.hear(news(sent, told, now), horizon=now)
            told = now
            if late:
                books.tidy()
            books.settle(now, tidy=not late)
    books.hear(news(sent, told, 100), horizon=100)
    books.tidy()
    return books


def news(sent: dict[tuple[int, int], int], start: int, stop: int) -> list[tuple[int, int]]:
    return [
        (pack(publisher, sequence), time)
        for (publisher, sequence), time in sent.items()
        if start <= time < stop
    ]


def is_owed(life: Life, time: int) -> bool:
    return life.ready < time < min(life.leaving, life.ended)


def plain_count(sent: dict[tuple[int, int], int], members: list[Life]) -> tuple[int, int, int]:
    expected = lost = indeterminate = 0
    for life in (life for life in members if life.ready != NEVER):
        for (publisher, sequence), time in sent.items():
            came = (publisher, sequence) in life.came
            later = any(each[0] == publisher and each[1] > sequence for each in life.came)
            under_way = life.leaving != NEVER and not came and not later
            if is_owed(life, time):
                expected += not under_way
                lost += not came and not under_way
                indeterminate += under_way
            elif life.joining <= time <= life.ended or came:
                indeterminate += 1
    return expected, lost, indeterminate


SETTLED_WHILE_IT_LEFT = ({(6, 0): 3, (6, 1): 19}, [Life(1, 2, 4, 22, {(6, 1): 21})], [20])
"""The second message comes when it has been settled, and shows that the first was not under way."""


EXCUSED_AND_FORGOTTEN = (
    {(5, 0): 3, (5, 1): 3, (6, 0): 3},
    [Life(1, 2, NEVER, NEVER, {(5, 1): 3}), Life(1, 2, 4, 5, {(6, 0): 3})],
    [4],
)
"""The leaver had neither of publisher 5's messages; that one is forgotten shows nothing."""


NEITHER_OWED_NOR_HAD = (
    {(6, 0): 3, (6, 1): 4},
    [Life(1, 2, 4, 6), Life(1, 2, NEVER, NEVER, {(6, 1): 4})],
    [5],
)
"""The leaver was not owed the second message; that it is settled is no sign that the leaver had it."""


HEARD_OF_WHEN_IT_HAD_GONE = (
    {(5, 0): 10, (5, 1): 30},
    [Life(1, 2, NEVER, 40, {(5, 0): 12, (5, 1): 31})],
    [20],
)
"""The second message was owed to somebody who had gone when it was heard of that it was sent."""


FILLED_BEFORE_IT_IS_FORGOTTEN = (
    {(6, 0): 28, (6, 1): 28, (6, 2): 29},
    [Life(1, 2, NEVER, NEVER, {(6, 0): 30, (6, 2): 29}), Life(1, 2, 3, 29, {(6, 0): 28})],
    [29],
)
"""When the first message comes to the first member, it is settled, and the log has it still."""


@settings(max_examples=500)
@example(SETTLED_WHILE_IT_LEFT, False)
@example(EXCUSED_AND_FORGOTTEN, False)
@example(NEITHER_OWED_NOR_HAD, False)
@example(HEARD_OF_WHEN_IT_HAD_GONE, True)
@given(courses(), st.booleans())
def test_the_sums_are_those_of_a_plain_count(
    course: tuple[dict[tuple[int, int], int], list[Life], list[int]], late: bool
) -> None:
    sent, members, rounds = course
    books = run(sent, members, rounds, late)
    assert books.finish() == plain_count(sent, members)
    assert "duplicated" not in books.anomalies.counts
    assert len(list(books.room.missing.each())) == books.settlement.lost


@settings(max_examples=500)
@example(FILLED_BEFORE_IT_IS_FORGOTTEN, False)
@given(courses(), st.booleans())
def test_the_fanout_has_every_delivery_that_was_owed_whenever_it_came(
    course: tuple[dict[tuple[int, int], int], list[Life], list[int]], late: bool
) -> None:
    sent, members, rounds = course
    books = run(sent, members, rounds, late)
    books.finish()
    keys, _, _, _, lasts, deliveries = map(np.ndarray.tolist, books.settlement.drain_fanout())
    told = dict(zip(keys, zip(deliveries, lasts, strict=True), strict=True))
    for (publisher, sequence), time in sent.items():
        came = [(life, life.came.get((publisher, sequence))) for life in members if life.ready != NEVER]
        moments = [moment for _, moment in came if moment is not None]
        owed = [moment for life, moment in came if moment is not None and is_owed(life, time)]
        count, last = told.get(pack(publisher, sequence), (0, 0))
        assert len(owed) <= count <= len(moments)
        assert max(owed, default=0) <= last <= max(moments, default=0)


def test_the_more_members_there_are_the_more_is_settled_at_once() -> None:
    assert [batch_target(members) for members in (0, 500, 10_000)] == [1000, 1125, 3500]

"""Equal messages in the ledger: worked examples, and a plain count of any course of events.

Which of several equal messages a member got, it cannot tell; how many it got, it can. So a run of them is the
first so many, and what counts is what came more often than it was sent, less often, or after later messages.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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
from hubbub.load.messages.message_key import following, pack
from hubbub.load.timing.moments import NEVER
from hubbub.load.websocket.frame_scanner import scan_text
from hubbub.protocol.codec import encode_server_message
from hubbub.protocol.messages import Chat
from scripts.calibrate.null_server import frame

DIALECT = Dialect()
LAST = 100


class Content(NamedTuple):
    """What a publisher sent at one moment, so many times."""

    publisher: int
    sequence: int
    copies: int
    sent: int

    @property
    def keys(self) -> range:
        first = pack(self.publisher, self.sequence)
        return range(first, first + self.copies)

    @property
    def payload(self) -> bytes:
        origin = DIALECT.origin("load-0", "a", "w")
        envelope = Envelope(1, 0, self.publisher, self.sequence, self.sent, self.sent, origin, self.copies)
        return encode_server_message(
            Chat(Message=seal(envelope, 64), Author="a", Room="load-0", WSID="w", Sent="2026-01-02 03:04:05")
        )


def contents(publisher: int, *copies: int, sent: int = 10) -> list[Content]:
    """Return what ``publisher`` sends, one content a moment."""
    return [
        Content(publisher, sum(copies[:place]), count, sent + place) for place, count in enumerate(copies)
    ]


class Books:
    """One process with one room."""

    def __init__(self) -> None:
        self.messages, self.deliveries, self.anomalies = MessageTable(), DeliveryLog(), Anomalies()
        rooms: dict[int, RoomLedger] = {}
        timeline = Timeline(0)
        self.settlement = Settlement(rooms, self.messages, timeline)
        self.eviction = Eviction(rooms, self.settlement.open, self.messages, timeline)
        settled = self.settlement.settled
        context = Context(
            1, DIALECT, self.messages, self.deliveries, self.anomalies, print, settled, Userlists()
        )
        self.room = rooms[0] = RoomLedger(0, "load-0", context)

    def join(self, number: int = 1) -> MemberCursor:
        member = self.room.enter(number, joining=0)
        self.room.admit(member, 1)
        return member

    def settle(self, sent: Sequence[Content], horizon: int) -> None:
        told = [(key, content.sent) for content in sent for key in content.keys]
        keys, times = np.array(told, np.int64).reshape(-1, 2).T
        self.settlement.ingest(Sends(keys.tobytes(), np.zeros_like(keys).tobytes(), times.tobytes(), horizon))
        self.messages.observe(self.deliveries.drain())
        self.settlement.settle(horizon)
        self.eviction.schedule()
        for _ in range(5):
            self.eviction.tidy()

    def finish(self, sent: Sequence[Content] = ()) -> tuple[int, int, int]:
        """Return what was expected, lost, and indeterminate."""
        self.settle(sent, LAST)
        self.settlement.finish()
        return self.settlement.expected, self.settlement.lost, self.settlement.indeterminate


def read(member: MemberCursor, *came: Content, at: int = 50) -> None:
    """Let frames come in one read, as a connection gives them to the ledger."""
    rest = member.follow(b"".join(frame(content.payload) for content in came), at, at)
    if rest:
        member.receive(scan_text(rest)[0], at, at)


A, B, C = contents(5, 2, 1, 3)
OTHER = contents(6, 1)[0]

EXAMPLES: dict[str, tuple[list[Content], int, dict[str, int]]] = {
    "all of it": ([A, A, B, C, C, C], 0, {}),
    "one of two equal ones": ([A, B, C, C, C], 1, {}),
    "none of two equal ones": ([B, C, C, C], 2, {}),
    "a third copy of two": ([A, A, A, B, C, C, C], 0, {"duplicated": 1}),
    "one copy too few, another too many": ([A, B, C, C, C, C], 1, {"duplicated": 1}),
    "a copy after the next message": ([A, B, A, C, C, C], 0, {"reordered": 1}),
    "both copies after the next message": ([B, A, A, C, C, C], 0, {"reordered": 2}),
    "the next message in the middle of three": ([A, A, C, B, C, C], 0, {"reordered": 1}),
    "a copy after the next message, and once more": (
        [A, B, A, A, C, C, C],
        0,
        {"reordered": 1, "duplicated": 1},
    ),
}


@pytest.mark.parametrize(("came", "lost", "wrong"), EXAMPLES.values(), ids=EXAMPLES)
@pytest.mark.parametrize("others", ["before", "after", "none"])
def test_of_equal_messages_each_counts(
    came: list[Content], lost: int, wrong: dict[str, int], others: str
) -> None:
    """Whether somebody else has had all before, or gets it later, makes no difference."""
    books = Books()
    member = books.join()
    if others == "before":
        read(books.join(2), A, A, B, C, C, C)
    for content in came:
        read(member, content)
    if others == "after":
        read(books.join(2), A, A, B, C, C, C)
    members = 1 if others == "none" else 2
    assert books.finish([A, B, C]) == (6 * members, lost, 0)
    assert dict(books.anomalies.counts) == wrong


def test_what_another_says_in_between_is_in_nobodys_order() -> None:
    books = Books()
    first, second = books.join(1), books.join(2)
    read(first, A, OTHER, A)
    read(second, OTHER, A, A)
    assert books.finish([A, OTHER]) == (6, 0, 0)
    assert dict(books.anomalies.counts) == {}


def test_equal_messages_are_verified_by_their_bytes_like_all_others() -> None:
    books = Books()
    first, second = books.join(1), books.join(2)
    read(first, A, A, B)
    data = b"".join(frame(content.payload) for content in (A, A, B))
    assert second.follow(data, 50, 50) == b""
    assert books.finish([A, B]) == (6, 0, 0)


def test_a_third_copy_that_comes_long_after_is_a_duplicate() -> None:
    books = Books()
    member = books.join()
    read(member, A, A, B)
    books.settle([A, B], 60)
    assert books.room.log.base == books.room.log.end
    read(member, A)
    assert books.finish() == (3, 0, 0)
    assert dict(books.anomalies.counts) == {"duplicated": 1}


def test_of_a_leaver_that_got_one_of_two_the_other_may_have_been_under_way() -> None:
    books = Books()
    leaver = books.join()
    read(leaver, A)
    leaver.leaving, leaver.ended = 60, 61
    assert books.finish([A]) == (1, 0, 1)


def test_of_a_leaver_that_got_one_of_two_and_a_later_message_the_other_is_lost() -> None:
    books = Books()
    leaver = books.join()
    read(leaver, A, B)
    leaver.leaving, leaver.ended = 60, 61
    assert books.finish([A, B]) == (3, 1, 0)


def test_what_is_known_of_equal_messages_is_forgotten_with_them() -> None:
    books, made = Books(), contents(5, *[3] * 40)
    quick, lossy = books.join(1), books.join(2)
    for content in made:
        read(quick, *[content] * 3)
        read(lossy, *[content] * (3 if content.sequence else 1))
    books.settle(made, 60)
    first = pack(5, 0)
    assert books.settlement.lost == 2
    assert [books.room.last_equal(following(first, place)) - first for place in range(1, 6)] == [
        2,
        2,
        3,
        4,
        5,
    ]


class Course(NamedTuple):
    """What was sent, what came to whom and when, when each left, and when the books were made up."""

    sent: list[Content]
    came: list[list[tuple[int, int]]]
    """By member: moments, ascending, and the places in ``sent`` of what came."""
    left: list[int]
    rounds: list[int]


@st.composite
def courses(draw: st.DrawFn) -> Course:
    copies = st.lists(st.integers(1, 3), max_size=4)
    sent = [
        content
        for publisher in (5, 6)
        for content in contents(publisher, *draw(copies), sent=draw(st.integers(2, 20)))
    ]
    came, left = [], []
    for _ in range(draw(st.integers(1, 3))):
        gone = draw(st.sampled_from([NEVER, NEVER, 40]))
        arrivals = []
        for place, content in enumerate(sent):
            often = content.copies + draw(st.sampled_from([0, 0, 0, 0, -1, 1]))
            start = content.sent + draw(st.sampled_from([1, 1, 1, 3, 20]))
            arrivals += [
                (start + draw(st.sampled_from([0, 0, 0, 1, 8])), place) for _ in range(max(0, often))
            ]
        came.append(sorted(each for each in arrivals if each[0] < gone))
        left.append(gone)
    return Course(sent, came, left, draw(st.lists(st.integers(1, 70), max_size=4)))


def happen(course: Course) -> Books:
    books, told = Books(), 0
    members = [books.join(number) for number in range(len(course.came))]
    for now in range(LAST):
        for member, came, gone in zip(members, course.came, course.left, strict=True):
            if now == gone:
                member.leaving, member.ended = now, now + 1
            read(member, *(course.sent[place] for moment, place in came if moment == now), at=now)
        if now in course.rounds:
            books.settle([content for content in course.sent if told <= content.sent < now], now)
            told = now
    books.settle([content for content in course.sent if content.sent >= told], LAST)
    return books


def plain_count(course: Course) -> tuple[tuple[int, int, int], Counter[str]]:
    """Return what must be expected, lost and indeterminate, and the anomalies."""
    expected = lost = indeterminate = 0
    wrong = Counter[str]()
    for came, gone in zip(course.came, course.left, strict=True):
        had: list[Content] = []
        for _, place in came:
            content = course.sent[place]
            if had.count(content) == content.copies:
                wrong["duplicated"] += 1
                continue
            wrong["reordered"] += any(is_later(each, content) for each in had)
            had.append(content)
        for content in course.sent:
            missing = content.copies - had.count(content)
            under_way = gone != NEVER and not any(is_later(each, content) for each in had)
            expected += content.copies - missing * under_way
            lost += missing * (not under_way)
            indeterminate += missing * under_way
    return (expected, lost, indeterminate), +wrong


def is_later(one: Content, other: Content) -> bool:
    return one.publisher == other.publisher and one.sequence > other.sequence


COPY_IN_ANOTHERS_PLACE = Course(
    [Content(5, 0, 2, 10), Content(6, 0, 1, 10)],
    [[(11, 0), (12, 1), (13, 0)], [(14, 1), (15, 0), (16, 0)]],
    [NEVER, NEVER],
    [],
)
"""The second member's cursor stands at the second copy when the first one comes."""


@settings(max_examples=500)
@example(COPY_IN_ANOTHERS_PLACE)
@given(courses())
def test_any_course_of_events_is_counted_as_a_plain_count_does(course: Course) -> None:
    books = happen(course)
    sums, wrong = plain_count(course)
    assert books.finish() == sums
    assert books.anomalies.counts == wrong
    assert len(list(books.room.missing.each())) == books.settlement.lost

"""The sums of the ledger against a slow but plain count of any course of events."""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.messages.message_key import pack
from hubbub.load.timing.moments import NEVER
from tests.hubbub.load.ledger.books import Books, chat


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

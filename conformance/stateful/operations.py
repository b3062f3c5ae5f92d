"""What may happen in a sequence, as data, and hypothesis's strategy for whole sequences.

An operation says *which* room, member or name by a number that the model takes modulo what there is, and
one that nothing can be done with (nobody is there to speak, say) is passed over. So every list of
operations is a legal sequence, and stays one when hypothesis leaves out some of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from hypothesis import strategies as st

ROOMS = 3
MEMBERS = 8
"""How many there are at one time, in all rooms; a join beyond is passed over."""
NAMES = 3
"""Few, so that several members bear the same one (BCAST-11)."""
BURSTS = (1, 2, 5, 40)
"""How many messages are sent at once."""
_PARTS = 8
_PART = 5


@dataclass(frozen=True)
class Join:
    """Somebody joins; ``amid`` messages of another member are sent after the handshake began."""

    room: int
    amid: int = 0


@dataclass(frozen=True)
class Return:
    """One of those who have left or broken off comes back to its room, and says something under its name."""

    who: int


@dataclass(frozen=True)
class Say:
    """A member says so many things at once, under a new name if ``name`` is one (NICK-2)."""

    who: int
    times: int = 1
    name: int | None = None
    same: bool = False
    """Whether it says the same each time (BCAST-15)."""


@dataclass(frozen=True)
class Rename:
    """A member takes a name without saying anything (NICK-4)."""

    who: int
    name: int


@dataclass(frozen=True)
class Leave:
    """A member leaves by a clean Close, right behind what it said."""

    who: int


@dataclass(frozen=True)
class Abort:
    """A member breaks off, right behind what it said: by TCP FIN or reset, or in the middle of a frame."""

    who: int
    how: Literal["FIN", "RST"] = "FIN"
    mid_frame: bool = False


@dataclass(frozen=True)
class Pause:
    """A member stops reading."""

    who: int


@dataclass(frozen=True)
class Resume:
    """A member that stopped reading goes on."""

    who: int


@dataclass(frozen=True)
class Settle:
    """All that is owed so far is awaited; without it operations follow each other at once."""


Operation = Join | Return | Say | Rename | Leave | Abort | Pause | Resume | Settle
Sequence = tuple[Operation, ...]


def sequences(lacks: Iterable[str] = ()) -> st.SearchStrategy[Sequence]:
    """Return the strategy for sequences of at most 40 operations, 20 on average.

    ``lacks`` are the capabilities that the server declares it lacks.
    """
    # A list's length is half its limit on average, and short lists are shrunk best: so several of them.
    part = st.lists(_operations("nick" not in lacks), max_size=_PART)
    return st.tuples(*[part] * _PARTS).map(lambda parts: tuple(chain.from_iterable(parts)))


def _operations(may_rename: bool) -> st.SearchStrategy[Operation]:
    who = st.integers(0, MEMBERS - 1)
    name = st.integers(0, NAMES - 1)
    new_name = st.none() | name if may_rename else st.none()
    room = st.sampled_from([0, 0, *range(ROOMS)])
    join = st.builds(Join, room, st.sampled_from([0, 0, 0, 3]))
    say = st.builds(Say, who, st.sampled_from(BURSTS), new_name, st.sampled_from([False, False, True]))
    abort = st.builds(Abort, who, st.sampled_from(["FIN", "RST"]), st.booleans())
    rename = st.builds(Rename, who, name) if may_rename else say
    away = [
        st.builds(Leave, who),
        abort,
        st.builds(Return, who),
        st.builds(Pause, who),
        st.builds(Resume, who),
    ]
    # Twice what makes a room worth looking at; each is as likely as the next.
    return st.one_of(join, join, join, say, say, st.just(Settle()), st.just(Settle()), rename, *away)

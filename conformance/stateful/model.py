"""The model of rooms: who is where, under which name, and what each member must have received.

Pure: it knows no sockets and no clock. It speaks of members, rooms, names and words by labels, which a
script makes variables of. Where the protocol leaves a choice, the model leaves it too:

- a member that ever stopped reading may be disconnected at any time (BCAST-9), so it is owed all or the
  end of its connection, userlists may show it or not, and it says nothing more;
- of what was said right before an abrupt end any beginning may go out (BCAST-7), so it is owed to nobody;
  but what one member got the others must get (BCAST-1);
- a joiner may or may not get what was said while it joined (STAT-3);
- userlists may be coalesced (PRES-6), so only the latest counts, and only once things have settled.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Change = Literal["joined", "left", "renamed"]


@dataclass(frozen=True)
class Words:
    """What a member said at once."""

    label: str
    speaker: str
    times: int = 1


@dataclass(eq=False)
class Member:
    """A connection that is in a room."""

    label: str
    room: str
    name: str | None = None
    """The label of its name; None before it has one."""
    reads: bool = True
    steady: bool = True
    """Whether it has read without a pause, so that it may not be disconnected."""
    owed: list[Words] = field(default_factory=list)
    said: int = 0
    """How many times it said something."""


@dataclass(frozen=True)
class Owed:
    """What one member must have received by now."""

    member: str
    words: tuple[Words, ...]
    may_end: bool
    """Whether the end of its connection will do as well."""
    requirement: str
    """What is broken if it has not."""


@dataclass(frozen=True)
class Shared:
    """What all of these members have received, or none of them."""

    words: Words
    members: tuple[str, ...]
    requirement: str = "BCAST-1"


@dataclass(frozen=True)
class Listing:
    """What the latest userlist of each of these members must show."""

    names: tuple[str | None, ...]
    exactly: bool
    """Whether nobody else may be listed."""
    members: tuple[str, ...]
    requirement: str


@dataclass(frozen=True)
class Settlement:
    """All that must be true once things have settled."""

    owed: tuple[Owed, ...]
    shared: tuple[Shared, ...]
    listings: tuple[Listing, ...]


class Model:
    """Rooms and their members."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        """Those who are there, in the order in which they joined."""
        self.gone: list[Member] = []
        """Those who have left or broken off, in this order."""
        self._confirmed: set[Words] = set()
        self._doubtful: list[tuple[Words, tuple[Member, ...]]] = []
        self._changes: dict[str, set[Change]] = {}
        self._left_cleanly: set[str] = set()
        self._disturbed: set[str] = set()

    @property
    def speakers(self) -> list[Member]:
        """The members that can be counted on to be there and to be heard."""
        return [member for member in self.members if member.steady]

    def of(self, room: str) -> list[Member]:
        """Return the members of ``room``."""
        return [member for member in self.members if member.room == room]

    # What happens

    def join(self, label: str, room: str) -> Member:
        """Let one more member into ``room``."""
        member = Member(label, room)
        self.members.append(member)
        self._change(room, "joined")
        return member

    def say(self, member: Member, times: int = 1, name: str | None = None) -> Words:
        """Let a member say so many things, under a new name if there is one; return what it said."""
        if name is not None:
            self.rename(member, name)
        member.said += 1
        words = Words(f"{member.label}_{member.said}", member.label, times)
        for receiver in self.of(member.room):
            receiver.owed.append(words)
        return words

    def rename(self, member: Member, name: str) -> None:
        """Give a member another name."""
        member.name = name
        self._change(member.room, "renamed")

    def leave(self, member: Member) -> None:
        """Let a member leave by a clean Close: what it said goes out (BCAST-12)."""
        self._left_cleanly.add(member.label)
        self._go(member)
        if not member.steady:
            self._doubt(member)

    def abort(self, member: Member) -> None:
        """Let a member break off: what nobody was seen to receive may be lost (BCAST-7)."""
        self._disturbed.add(member.room)
        self._go(member)
        self._doubt(member)

    def pause(self, member: Member) -> None:
        """Let a member stop reading."""
        member.reads = member.steady = False

    def resume(self, member: Member) -> None:
        """Let a member go on reading."""
        member.reads = True

    # What must be true then

    def settle(self) -> Settlement:
        """Return what must be true by now, and count it as true from here on."""
        settlement = Settlement(tuple(self._owed()), tuple(self._shared()), tuple(self._listings()))
        for member in self.members:
            if member.reads:
                self._confirmed.update(member.owed if member.steady else ())
                member.owed = []
        self._doubtful = []
        self._changes = {}
        return settlement

    def _owed(self) -> Iterable[Owed]:
        for member in self.members:
            if member.reads and member.owed:
                requirement = self._of_delivery(member)
                yield Owed(member.label, tuple(member.owed), not member.steady, requirement)

    def _of_delivery(self, member: Member) -> str:
        """Return the requirement that speaks most plainly of what is owed to a member."""
        there = self.of(member.room)
        if not member.steady:
            return "BCAST-9"
        if member.room in self._disturbed:
            return "BCAST-8"
        if any(words.speaker in self._left_cleanly for words in member.owed):
            return "BCAST-12"
        if not all(other.reads for other in there):
            return "BCAST-10"
        return "BCAST-2" if there == [member] else "BCAST-1"

    def _shared(self) -> Iterable[Shared]:
        for words, receivers in self._doubtful:
            there = tuple(each.label for each in receivers if each in self.members and each.steady)
            if len(there) > 1:
                yield Shared(words, there)

    def _listings(self) -> Iterable[Listing]:
        for room, changes in self._changes.items():
            members = self.of(room)
            steady = [member for member in members if member.steady]
            if steady:
                yield Listing(
                    names=tuple(member.name for member in steady),
                    exactly=len(steady) == len(members),
                    members=tuple(member.label for member in steady),
                    requirement=_of_list(changes, alone=len(members) == 1),
                )

    # Its own business

    def _change(self, room: str, change: Change) -> None:
        self._changes.setdefault(room, set()).add(change)

    def _go(self, member: Member) -> None:
        self.members.remove(member)
        self.gone.append(member)
        self._change(member.room, "left")

    def _doubt(self, speaker: Member) -> None:
        """Owe to nobody what ``speaker`` said and nobody was seen to receive."""
        receivers = self.of(speaker.room)
        queues = [words for member in (speaker, *receivers) for words in member.owed]
        for words in dict.fromkeys(queues):
            if words.speaker == speaker.label and words not in self._confirmed:
                self._doubtful.append((words, tuple(each for each in receivers if words in each.owed)))
                for receiver in receivers:
                    receiver.owed = [each for each in receiver.owed if each != words]


def _of_list(changes: set[Change], alone: bool) -> str:
    """Return the requirement that speaks most plainly of a userlist after such changes."""
    if changes == {"renamed"}:
        return "PRES-3"
    return "PRES-1" if changes == {"joined"} and alone else "PRES-2"

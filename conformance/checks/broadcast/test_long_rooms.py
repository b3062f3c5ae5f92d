"""BCAST: a room and its members are served for as long as they live, whatever was said and listed before."""

import time
from collections.abc import Sequence

from ...findings import Broken
from ...requirement import requirement
from ...steps.compressed_members import join_compressing_if_agreed
from ...steps.userlists import latest_list
from ...wire.client import Client
from ...wire.messages import Said
from ...wire.transcript import Intent
from ...wire.wire import Wire
from .test_counts import NEVER_LIMITED, is_limited

SPEAKERS = 11
OF_A_SPEAKER = 480
"""What each says: no server may limit so many (SEC-5)."""
BURST = 40
"""Messages between two waits; the member that talks all the time says half as many."""
LISTS, FEWEST_LISTS = 260, 110
"""More than a byte can count; and what of them is asked for in any case."""
LISTING = 5.0
"""Seconds in which further ones are asked for: a server may put many changes into one list (PRES-6)."""
LONGEST = 40.0
"""Seconds after which a server that takes its time is not asked for more."""


@requirement("BCAST-16", "5280-messages-of-a-room")
def test_a_room_is_served_after_thousands_of_messages(wire: Wire) -> None:
    """The number of messages, members, rooms, joins, renames and userlists, in all or at once, makes no
    difference: each further one is served like the first.
    """
    room = wire.new_room()
    listeners = [wire.join(room), join_compressing_if_agreed(wire, room)]
    talker, lists = Talker(wire, wire.join(room)), Lists(wire, listeners)
    limit = time.monotonic() + LONGEST
    for number in range(SPEAKERS):
        why = "" if wire.takes_more(number) else "many frames came"
        if time.monotonic() > limit:
            why = "they took long"
        if why:
            wire.note(f"asked for no more than {number * OF_A_SPEAKER} messages of a room: {why}")
            break
        speaker = wire.join(room)
        for _ in range(OF_A_SPEAKER // BURST):
            said = [*(speaker.say() for _ in range(BURST)), *lists.change()]
            talker.expect_heard(said, *listeners, speaker)
            lists.expect()
        wire.leave(speaker)
    while changes := lists.change():
        wire.expect_all(listeners[0], *changes)
        lists.expect()
    wire.fence(listeners[0], *listeners)


class Talker:
    """A member that says more than a server must take of one, until it is limited for that (SEC-5)."""

    def __init__(self, wire: Wire, member: Client) -> None:
        self._wire = wire
        self._member = member
        self._said = 0
        self._limited = False

    def expect_heard(self, said: Sequence[Said], *members: Client) -> None:
        """Say some more, and wait until members have heard it, and what others have ``said``."""
        talk = [] if self._limited else [self._member.say(intent=self._intent) for _ in range(BURST // 2)]
        self._said += len(talk)
        try:
            for member in members:
                self._wire.expect_all(member, *said, *talk)
        except Broken:
            if self._limited or not is_limited(self._member):
                raise
            self._limited = True
            self._wire.note(f"a sender is limited after {self._said - len(talk)} messages")
            self.expect_heard(said, *members)

    @property
    def _intent(self) -> Intent:
        # From where a sender may be limited, an Error is no fault (FMT-11), but silence is.
        return "good" if self._said + BURST // 2 <= NEVER_LIMITED else "open"


class Lists:
    """Renames of a room's first member, each of which its members see in a userlist before the next."""

    def __init__(self, wire: Wire, members: Sequence[Client]) -> None:
        self._wire = wire
        self._members = members
        self._stem = wire.new_name()
        self._left = 0 if "presence" in wire.transcript.head.lacks else LISTS
        self._began = time.monotonic()

    def change(self) -> list[Said]:
        """Rename the member by a message, and return that; none where enough lists were asked for."""
        limit = LISTING if self._left <= LISTS - FEWEST_LISTS else LONGEST
        if self._left == 0 or time.monotonic() > self._began + limit:
            self._left = 0
            return []
        self._left -= 1
        return [self._members[0].say(Author=self._name)]

    def expect(self) -> None:
        """Wait until the members have a userlist with the last name, within the deadline."""
        if self._left:
            allowed = f"a userlist shows the member as {self._name!r}, as {LISTS - self._left} did before"
            self._wire.until(self._is_shown, allowed, *self._members, within=self._wire.deadlines.presence)

    def _is_shown(self) -> bool:
        return all(self._name in (latest_list(member) or ()) for member in self._members)

    @property
    def _name(self) -> str:
        return f"{self._stem}-{self._left}"

"""Whether the userlists that a server sends are fresh while the run goes on, and right at its end.

A server knows a user's name from its first message on; so a user is shown when a list first has its name.
*Freshness* runs from the sending of the first message under a name, or from the beginning of a leaving, to
the arrival of a list with that name, or without it, at the first other member in the same process. It is
measured of names that nobody had before, and of leavings after which nobody has the name: for of a name that
was there already a list shows nothing.

The *last lists* are judged when publishing has stopped and nobody comes or goes any more: the last list of
every member must name exactly the room's members in all processes. A server that sends no lists at all has
none to be judged by, for they are a capability of their own (PROTOCOL.md, ``presence``).
"""

# Theory of operation
#
# Freshness. A process keeps, by room and name, the one *change* that a list is yet to show: a name that is to
# appear, or to be gone. A list that arrives at anybody but its subject, and shows it, ends the change and
# gives one duration. A later change of the same name replaces it. What nobody in this process could see is
# not waited for, nor is the going of a name that another member still has.
#
# Last lists. Each process takes a snapshot of its members when publishing has stopped; the master merges them
# into the list that every member of a room must have had last. A process that cannot say who is a member,
# because somebody is still on the way, names the room as unsettled, and nobody judges its lists.

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.measure.distribution import Durations
from hubbub.load.timing.moments import NEVER

Names = tuple[str, ...]
"""The names of a room's members, sorted; a name may stand there more than once."""

_NAMED = 3
"""How many names an anomaly's detail tells at most."""


class _Change(NamedTuple):
    """What a list is yet to show."""

    member: MemberCursor
    since: int
    """In ns of the run."""
    appears: bool
    """Whether the name is to be there; else it is to be gone."""


class Userlists:
    """What one process knows of all its rooms' lists."""

    def __init__(self) -> None:
        self.seen = False
        """Whether the server has sent any list."""
        self._freshness = array("q")
        self._changes: dict[int, dict[str, _Change]] = {}
        self._holders: dict[int, dict[str, set[MemberCursor]]] = {}
        """By room and name, the members in this process who have it."""

    def names(self, room: int) -> list[str]:
        """Return the names that members of a room in this process have."""
        return list(self._holders.get(room, ()))

    def drain(self) -> Durations:
        """Return how long changes took to be shown since the last call, in ns."""
        drained, self._freshness = np.array(self._freshness), array("q")
        return drained

    def named(self, member: MemberCursor, name: str, moment: int, fresh: bool = True) -> None:
        """Note that a member sends its first message under a name; ``fresh`` where nobody had it before."""
        self._gone(member, moment)
        member.name = name
        changes = self._changes.setdefault(member.room.index, {})
        self._holders.setdefault(member.room.index, {}).setdefault(name, set()).add(member)
        if not fresh:
            # Somebody had the name before, so no list can show when it appears for this member.
            changes.pop(name, None)
        elif _has_company(member):
            # With nobody else here to be sent a list, nothing could end the change.
            changes[name] = _Change(member, moment, True)

    def left(self, member: MemberCursor, moment: int) -> None:
        """Note that a member begins to leave; with the last one goes all that nobody was shown."""
        self._gone(member, moment)
        if not _has_company(member):
            self._changes.pop(member.room.index, None)

    def _gone(self, member: MemberCursor, moment: int) -> None:
        changes = self._changes.get(member.room.index, {})
        never_shown = changes.pop(member.name, None)
        still_held = self._release_name(member)
        # A name that was never shown, or that another member still has, cannot be seen to go.
        if member.name and never_shown is None and not still_held and _has_company(member):
            change = _Change(member, moment, False)
            self._changes.setdefault(member.room.index, {})[member.name] = change

    def _release_name(self, member: MemberCursor) -> bool:
        """Take its name from a member; return whether another has it, too."""
        room = self._holders.get(member.room.index, {})
        holders = room.get(member.name, set())
        holders.discard(member)
        if not holders:
            room.pop(member.name, None)
        return bool(holders)

    def saw(self, member: MemberCursor, names: Names, arrival: int) -> None:
        """Note that a list came to a member."""
        self.seen = True
        member.userlist = names
        changes = self._changes.get(member.room.index)
        if not changes:
            return
        present = set(names)
        for name, change in list(changes.items()):
            # The member itself is no witness: it knows its own name without any list.
            if change.member is not member and (name in present) == change.appears:
                del changes[name]
                # A slow reader sees lists late by its own will.
                if member.measured:
                    self._freshness.append(arrival - change.since)


class MembershipSnapshot(msgspec.Struct, frozen=True):
    """Who is a member of which room, as one process, or all of them, know it when publishing has stopped."""

    members: dict[int, list[str]]
    """By room, their names as the server knows them."""
    unsettled: list[int]
    """Rooms that somebody was still joining or leaving."""
    seen: bool
    """Whether the server has sent any list."""


class Stale(NamedTuple):
    """A member whose last list is not the expected one."""

    room: int
    member: int
    detail: str


def snapshot_members(members: Iterable[MemberCursor], nameless: str, seen: bool) -> MembershipSnapshot:
    """Return who of a process's memberships is a member now; ``nameless`` is what lists call the nameless."""
    present: dict[int, list[str]] = {}
    unsettled = set[int]()
    for member in members:
        if member.ended != NEVER:
            continue
        if member.ready == NEVER or member.leaving != NEVER:
            unsettled.add(member.room.index)
        present.setdefault(member.room.index, []).append(member.name or nameless)
    return MembershipSnapshot(present, sorted(unsettled), seen)


def merge_snapshots(snapshots: list[MembershipSnapshot]) -> dict[int, Names]:
    """Return what the last lists must say, by room; rooms of which that is not certain are left out."""
    if not any(each.seen for each in snapshots):
        return {}
    unsettled = {room for each in snapshots for room in each.unsettled}
    whole: dict[int, list[str]] = {}
    for each in snapshots:
        for room, names in each.members.items():
            whole.setdefault(room, []).extend(names)
    return {room: tuple(sorted(names)) for room, names in whole.items() if room not in unsettled}


def stale(members: Iterable[MemberCursor], expected: dict[int, Names]) -> Iterator[Stale]:
    """Yield each member that is still connected and whose last list is not the expected one."""
    # Members of a room mostly hold the very same tuple: each is compared once.
    right: dict[int, bool] = {}
    for member in members:
        room, names = member.room, member.userlist
        if member.ended != NEVER or room.index not in expected:
            continue
        if id(names) not in right:
            right[id(names)] = names == expected[room.index]
        if not right[id(names)]:
            yield Stale(room.index, member.number, _difference(names, expected[room.index]))


def _has_company(member: MemberCursor) -> bool:
    """Whether somebody else in this process may see what becomes of the member."""
    others = (each for each in member.room.members if each is not member)
    return any(each.ready != NEVER and each.gone == NEVER for each in others)


def _difference(names: Names | None, expected: Names) -> str:
    if names is None:
        return "it was never sent a userlist"
    missing, extra = Counter(expected) - Counter(names), Counter(names) - Counter(expected)
    parts = [
        f"{what} {', '.join(list(found)[:_NAMED])}{' …' if len(found) > _NAMED else ''}"
        for what, found in (("without", missing), ("with", extra))
        if found
    ]
    return f"its last userlist is {' and '.join(parts)}"

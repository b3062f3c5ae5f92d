"""Userlists as members receive them: how soon they show a change, and whether the last one is true."""

from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.ledger.room_ledger import Context, RoomLedger
from hubbub.load.ledger.userlists import (
    MembershipSnapshot,
    Userlists,
    merge_snapshots,
    snapshot_members,
    stale,
)
from hubbub.load.measure.anomalies import Anomalies
from hubbub.load.measure.delivery_log import DeliveryLog
from hubbub.load.measure.message_table import MessageTable
from hubbub.load.messages.dialect import Dialect


class Hall:
    """One room of a process, led by hand."""

    def __init__(self, *names: str) -> None:
        self.lists = Userlists()
        tables = MessageTable(), DeliveryLog(), Anomalies()
        context = Context(1, Dialect(), *tables, lambda _: None, lambda *_: False, self.lists)
        self.room = RoomLedger(0, "load-0", context)
        self.members = [self.join(number) for number in range(len(names))]
        for member, name in zip(self.members, names, strict=True):
            member.name = name

    def join(self, number: int) -> MemberCursor:
        member = self.room.enter(number, joining=0)
        self.room.admit(member, 1)
        return member

    def snapshot(self) -> MembershipSnapshot:
        return snapshot_members(self.members, "unknown", self.lists.seen)

    def stale(self) -> list[tuple[int, str]]:
        expected = merge_snapshots([self.snapshot()])
        return [(found.member, found.detail) for found in stale(self.members, expected)]


def test_a_name_is_fresh_when_the_first_other_member_sees_it() -> None:
    hall = Hall("", "bob", "eve")
    ann, bob, eve = hall.members
    hall.lists.named(ann, "ann", 100)
    hall.lists.saw(bob, ("bob", "eve", "unknown"), 110)
    hall.lists.saw(ann, ("ann", "bob", "eve"), 120)
    hall.lists.saw(eve, ("ann", "bob", "eve"), 130)
    hall.lists.saw(bob, ("ann", "bob", "eve"), 140)
    assert hall.lists.drain().tolist() == [30]
    assert hall.lists.drain().tolist() == []


def test_a_leaving_is_fresh_when_the_name_is_gone() -> None:
    hall = Hall("ann", "bob")
    ann, bob = hall.members
    hall.lists.left(ann, 100)
    hall.lists.saw(bob, ("ann", "bob"), 110)
    hall.lists.saw(bob, ("bob",), 150)
    assert hall.lists.drain().tolist() == [50]


def test_a_renaming_is_two_changes() -> None:
    hall = Hall("ann", "bob")
    ann, bob = hall.members
    hall.lists.named(ann, "anna", 100)
    hall.lists.saw(bob, ("ann", "anna", "bob"), 110)
    hall.lists.saw(bob, ("anna", "bob"), 125)
    assert sorted(hall.lists.drain().tolist()) == [10, 25]


def test_a_name_that_was_never_shown_is_not_waited_for() -> None:
    hall = Hall("", "bob")
    ann, bob = hall.members
    hall.lists.named(ann, "ann", 100)
    hall.lists.left(ann, 101)
    hall.lists.saw(bob, ("bob",), 110)
    assert hall.lists.drain().tolist() == []


def test_what_nobody_else_can_see_is_not_waited_for() -> None:
    hall = Hall("")
    hall.lists.named(hall.members[0], "ann", 100)
    late = hall.join(1)
    hall.lists.saw(late, ("ann", "unknown"), 900)
    assert hall.lists.drain().tolist() == []


def test_what_was_shown_to_nobody_before_all_had_left_is_not_waited_for() -> None:
    hall = Hall("ann", "bob", "eve")
    for moment, member in enumerate(hall.members, 100):
        member.leaving = moment
        hall.lists.left(member, moment)
    late = hall.join(3)
    hall.lists.saw(late, ("unknown",), 9_000)
    assert hall.lists.drain().tolist() == []


def test_slow_readers_see_late_and_do_not_count() -> None:
    hall = Hall("", "bob")
    ann, bob = hall.members
    bob.measured = False
    hall.lists.named(ann, "ann", 100)
    hall.lists.saw(bob, ("ann", "bob"), 900)
    assert hall.lists.drain().tolist() == []


def test_true_lists_name_each_member_once_and_the_nameless_as_unknown() -> None:
    hall = Hall("ann", "", "")
    for member in hall.members:
        hall.lists.saw(member, ("ann", "unknown", "unknown"), 10)
    assert hall.stale() == []


def test_a_false_list_is_told_with_what_it_has_too_much_and_what_is_missing() -> None:
    hall = Hall("ann", "bob", "")
    ann, bob, eve = hall.members
    hall.lists.saw(ann, ("ann", "bob", "ghost"), 10)
    hall.lists.saw(bob, ("ann", "bob", "unknown"), 10)
    assert hall.stale() == [
        (0, "its last userlist is without unknown and with ghost"),
        (2, "it was never sent a userlist"),
    ]
    assert eve.userlist is None


def test_a_server_without_userlists_has_none_to_be_judged_by() -> None:
    assert Hall("ann", "bob").stale() == []


def test_the_truth_is_that_of_all_processes() -> None:
    snapshots = [
        MembershipSnapshot({0: ["bob"], 1: ["eve"]}, [], True),
        MembershipSnapshot({0: ["ann"]}, [], False),
    ]
    assert merge_snapshots(snapshots) == {0: ("ann", "bob"), 1: ("eve",)}


def test_a_room_that_somebody_is_joining_or_leaving_is_not_judged() -> None:
    hall = Hall("ann", "bob")
    hall.lists.saw(hall.members[0], ("ann",), 10)
    hall.members[1].leaving = 20
    assert hall.snapshot().unsettled == [0]
    assert hall.stale() == []
    hall.members[1].ended = 30
    assert hall.stale() == []
    assert merge_snapshots([hall.snapshot()]) == {0: ("ann",)}


def test_of_a_name_that_was_there_before_nothing_is_measured() -> None:
    """The list may have it still, or again."""
    hall = Hall("ann", "bob")
    ann, bob = hall.members
    hall.lists.named(bob, "bob", 90, fresh=False)
    hall.lists.left(ann, 100)
    again = hall.join(0)
    hall.lists.named(again, "ann", 110, fresh=False)
    hall.lists.saw(bob, ("ann", "bob"), 120)
    hall.lists.saw(bob, ("bob",), 130)
    assert hall.lists.drain().tolist() == []


def test_of_two_with_one_name_only_the_last_to_leave_is_seen_to_go() -> None:
    hall = Hall("", "", "eve")
    ann, other, eve = hall.members
    hall.lists.named(ann, "ann", 10)
    hall.lists.named(other, "ann", 20, fresh=False)
    assert hall.lists.names(0) == ["ann"]
    hall.lists.left(ann, 100)
    hall.lists.saw(eve, ("ann", "eve"), 110)
    hall.lists.left(other, 200)
    hall.lists.saw(eve, ("eve",), 230)
    assert hall.lists.drain().tolist() == [30]
    assert hall.lists.names(0) == []

"""A module registers its mutants by one decorator; what it decorates says what is replaced."""

import doctest
from types import ModuleType

import pytest

from mutants.faults import tampered_deliveries
from mutants.machinery import (
    fault_record,
    incoming_frames,
    outgoing_frames,
    recompression,
    registration,
    request_heads,
)
from mutants.machinery.fault_record import FaultRecord, Recording
from mutants.machinery.mutant import Mutant
from mutants.machinery.registration import REFERENCE, Registry
from reference_server.config import Config
from reference_server.connection import Connection
from reference_server.handshake import Handshake
from reference_server.parts import Parts
from reference_server.room import Room, Rooms
from reference_server.session import Session


def registered(part: type, parts: Parts = REFERENCE) -> Mutant:
    registry = Registry()
    registry.broken("odd", "ROOM-1", parts=parts)(part)
    (mutant,) = registry
    return mutant


WITH_EXAMPLES = (
    fault_record,
    incoming_frames,
    outgoing_frames,
    recompression,
    registration,
    request_heads,
    tampered_deliveries,
)


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_what_one_writes_against_has_examples_that_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(
    ("base", "slot"),
    [
        (Handshake, "handshake"),
        (Connection, "connection"),
        (Session, "session"),
        (Rooms, "rooms"),
        (Room, "room"),
    ],
)
def test_a_class_takes_the_place_of_the_part_that_it_is_a_subclass_of(base: type, slot: str) -> None:
    part = type("Odd", (base,), {"__doc__": "It is odd."})
    built = registered(part).build(FaultRecord("odd", 1))
    assert getattr(built, slot) is part
    others = {"handshake", "connection", "session", "rooms", "room"} - {slot}
    assert all(getattr(built, other) is getattr(REFERENCE, other) for other in others)


def test_what_else_is_replaced_stays_replaced() -> None:
    class OddRoom(Room):
        """It is odd."""

    class OddRooms(Rooms):
        """They are odd."""

    built = registered(OddRooms, Parts(room=OddRoom)).build(FaultRecord("odd", 1))
    assert (built.rooms, built.room) == (OddRooms, OddRoom)


def test_a_recording_part_is_made_with_the_record() -> None:
    class OddRoom(Room, Recording):
        """It is odd."""

        def __init__(self, name: str, record: FaultRecord) -> None:
            self.name, self.record = name, record

    record = FaultRecord("odd", 1)
    room = registered(OddRoom).build(record).room("tea")
    assert isinstance(room, OddRoom)
    assert (room.name, room.record) == ("tea", record)


def test_a_function_makes_all_parts_from_the_record() -> None:
    registry = Registry()
    records = []

    @registry.broken("odd")
    def odd(record: FaultRecord) -> Parts:
        """It is
        odd."""
        records.append(record)
        return REFERENCE

    (mutant,) = registry
    record = FaultRecord("odd", 1)
    assert (mutant.sentence, mutant.build(record), records) == ("It is odd.", REFERENCE, [record])


def test_settings_alone_make_a_broken_server_where_it_kills_and_else_a_legal_one() -> None:
    registry = Registry()
    registry.configured("hasty", "It is hasty.", "SEC-1", profile="x = 1\n", ping_interval=1.0)
    registry.configured("legal-hasty", "It is hasty, too.", ping_interval=2.0)
    broken, legal = registry
    assert (broken.kind, broken.kills, broken.profile) == ("broken", ("SEC-1",), "x = 1\n")
    assert (legal.kind, legal.kills) == ("legal", ())
    assert legal.config(Config()).ping_interval == 2.0

"""STAT: the greeting."""

from ...findings import Broken
from ...messages.matchers import status
from ...requirement import requirement
from ...wire.wire import Wire

CONNECTIONS = 20
LEAVERS = 5
JOINERS = 10


@requirement("STAT-1")
def test_status_comes_first_and_once(wire: Wire) -> None:
    """The first message to a connection is Status; exactly one is sent."""
    room = wire.new_room()
    ann = wire.begin(room)
    wire.expect_first(ann, status())
    bob = wire.join(room)
    ann.say(Author=wire.new_name())
    wire.fence(ann, bob)
    wire.fence(bob, ann)
    for client in (ann, bob):
        wire.expect_count(client, status(), 1)


@requirement("STAT-2")
def test_wsids_are_unique_among_the_living(wire: Wire) -> None:
    """`WSID` is a non-empty string, unique among the connections alive at one time, whatever their rooms."""
    shared = wire.new_room()
    clients = wire.join_many(*([shared] * CONNECTIONS), *(wire.new_room() for _ in range(CONNECTIONS)))
    # A server that numbers its members anew is caught once some have left and others come.
    wire.leave(*clients[:LEAVERS])
    clients = clients[LEAVERS:] + wire.join_many(*([shared] * LEAVERS))
    for client in clients:
        wsid = client.received(status())[0].get("WSID")
        if not isinstance(wsid, str) or not wsid:
            raise Broken("WSID is a non-empty string", f"WSID {wsid!r}", client.name)
    distinct = {client.wsid for client in clients}
    if len(distinct) != len(clients):
        raise Broken(f"{len(clients)} connections have as many WSIDs", f"{len(distinct)} different ones")


@requirement("STAT-3")
def test_a_connection_is_a_member_from_its_status_on(wire: Wire) -> None:
    """A connection is a member from its Status on: every Chat that any client sends to that room after the
    member received its Status reaches it.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    members = [ann, bob]
    for _ in range(JOINERS):
        joiner = wire.join(room)
        said = [speaker.say() for _ in range(2) for speaker in (ann, bob, joiner)]
        members.append(joiner)
        for member in members:
            wire.expect_all(member, *said)

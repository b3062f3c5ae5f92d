"""Members that leave and come back under the same name, again and again: one scene for all ways of leaving.

Each way has a room of its own: the one who comes and goes, and a witness who stays.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..findings import Broken
from ..messages.matchers import brief, chat, error, names_of, userlist
from ..steps.leaving import ALL_LEAVES, Leave, reset
from ..wire.client import Client
from ..wire.descriptions import describe
from ..wire.framing.frames import Frame
from ..wire.messages import Said
from ..wire.wire import Wire

UNNAMED = "unknown"
RETURNS = 5
BEFORE_LEAVING = 3
"""In this turn it is there again before its earlier connection ends."""


def break_a_rule(client: Client) -> None:
    """Leave by what the server has to fail the connection for."""
    client.send_frame(Frame(0x3), "bad")


WAYS: dict[str, Leave] = {**ALL_LEAVES, "broken-rule": break_a_rule, "reset-and-same-port": reset}


@dataclass
class Place:
    """One way's room, and what was wrong there; empty strings say that all was well."""

    case: str
    room: str
    name: str
    witness: Client
    comer: Client
    """The one who comes and goes: its connection of now."""
    missed: list[Said] = field(default_factory=list)
    """What was said while it was away."""
    said: list[tuple[Said, str]] = field(default_factory=list)
    """What was said in this turn, each with the Author that its Chat is to have."""
    heard: str = ""
    """What came too often, not at all, or of what it had missed."""
    named: str = ""
    """What was wrong with the names of Chats."""
    listed: str = ""
    """What was wrong with the userlists."""

    @property
    def both(self) -> tuple[Client, Client]:
        """Who is there."""
        return self.comer, self.witness

    def awaits(self) -> bool:
        """Whether anything that was said is still to come."""
        return any(not client.received(each.as_chat) for client in self.both for each, _ in self.said)


def play(wire: Wire) -> dict[str, Place]:
    """Let each leave and come back, so many times; return what was wrong, by the way of leaving."""
    places = [_place(wire, case) for case in WAYS]
    for turn in range(RETURNS):
        _come_back(wire, places, turn)
        _talk(wire, places, turn)
        if "presence" not in wire.transcript.head.lacks and turn >= BEFORE_LEAVING:
            _look_at_lists(wire, places)
    return {place.case: place for place in places}


def _place(wire: Wire, case: str) -> Place:
    room, name = wire.new_room(), wire.new_name()
    comer, witness = wire.join_many(room, room)
    wire.expect_chat(comer.say(Author=name), comer, witness)
    return Place(case, room, name, witness, comer)


def _come_back(wire: Wire, places: list[Place], turn: int) -> None:
    """Let each leave and join anew, in the same instant but for one turn in which it joins first."""
    earlier = [place.comer for place in places]
    ports = [client.link.port for client in earlier]
    if turn != BEFORE_LEAVING:
        _leave(places, earlier)
    if turn == 0:
        for place in places:
            place.missed.append(wire.fence(place.witness))
    for place, port in zip(places, ports, strict=True):
        # Its old port is free only once its old connection has ended without a trace: by a reset.
        is_free = "same-port" in place.case and turn != BEFORE_LEAVING
        place.comer = _begin(wire, place.room, port if is_free else 0)
    wire.expect_greeted(*[place.comer for place in places])
    if turn == BEFORE_LEAVING:
        for place in places:
            wire.expect_chat(place.comer.say(Author=place.name), place.comer)
        _leave(places, earlier)
        wire.wait(lambda: all(client.is_over for client in earlier), wire.deadlines.reaction)


def _begin(wire: Wire, room: str, port: int) -> Client:
    target = wire.target.of_room(room)
    client = wire.dial(room, target, port=port)
    if client.link.failure and port:
        client = wire.dial(room, target)
    client.send_request(wire.request(target))
    return client


def _leave(places: list[Place], clients: list[Client]) -> None:
    for place, client in zip(places, clients, strict=True):
        WAYS[place.case](client)


def _talk(wire: Wire, places: list[Place], turn: int) -> None:
    """Let both say things, who came back under no name first, unless it has given it; note what is wrong."""
    for speak in (_first_words, _more_words):  # the second time is the fence behind which no copy comes
        for place in places:
            place.said = []
            speak(wire, place, turn)
        _await(wire, "both hear all", lambda: not any(place.awaits() for place in places))
        for place in places:
            place.heard = place.heard or _heard_wrong(place)
            place.named = place.named or _named_wrong(place)


def _first_words(wire: Wire, place: Place, turn: int) -> None:
    comer, witness, name = place.comer, place.witness, place.name
    if turn % 2 == 0:
        place.said.append((comer.say(), UNNAMED))
    if turn % 2 == 0 and "nick" not in wire.transcript.head.lacks:
        comer.rename(name)
        place.said.append((comer.say(), name))
    else:
        place.said.append((comer.say(Author=name), name))
    place.said.append((witness.say(), UNNAMED))


def _more_words(wire: Wire, place: Place, turn: int) -> None:
    del wire, turn
    place.said += [(place.comer.say(), place.name), (place.witness.say(), UNNAMED)]


def _heard_wrong(place: Place) -> str:
    for client in place.both:
        for each, _ in place.said:
            if len(client.received(each.as_chat)) != 1 or len(client.received(each.as_chat_anywhere)) != 1:
                times = len(client.received(each.as_chat_anywhere))
                return f"{each.as_chat!r} came to {client} {times} times; {describe(client)}"
        words = [(got.get("WSID"), got.get("Message")) for got in client.chats()]
        if len(words) != len(set(words)):
            twice = next(each for each in words if words.count(each) > 1)
            return f"{chat(WSID=twice[0], Message=twice[1])!r} came to {client} {words.count(twice)} times"
    for each in place.missed:
        if place.comer.received(each.as_chat_anywhere):
            return f"{place.comer} received {each.as_chat!r}, said while it was away"
    return ""


def _named_wrong(place: Place) -> str:
    for client in place.both:
        if client.received(error()):
            return f"{client} received {brief(client.received(error())[0])}"
        for each, name in place.said:
            seen: dict[str, Any] = next(iter(client.received(each.as_chat_anywhere)), {"Author": name})
            if seen.get("Author") != name:
                return f"{each.as_chat!r} came to {client} with Author {seen.get('Author')!r}, not {name!r}"
    if not place.comer.is_open:
        return f"its new connection ended: {place.comer.end or place.comer.close_code}"
    return ""


def _look_at_lists(wire: Wire, places: list[Place]) -> None:
    def latest(client: Client) -> list[str]:
        return sorted(names_of((client.received(userlist()) or [{}])[-1]))

    def is_listed(place: Place) -> bool:
        return all(latest(client) == sorted((place.name, UNNAMED)) for client in place.both)

    within = wire.deadlines.presence
    _await(wire, "the userlists show both", lambda: all(map(is_listed, places)), within)
    for place in places:
        if not is_listed(place) and not place.listed:
            shown = " and ".join(str(latest(client)) for client in place.both)
            place.listed = f"the userlists show {shown}, not {sorted((place.name, UNNAMED))}"


def _await(wire: Wire, allowed: str, met: Callable[[], bool], within: float | None = None) -> None:
    """Wait as a check would, and leave it to the places to tell what was in vain."""
    try:
        wire.until(met, allowed, within=within)
    except Broken:
        return

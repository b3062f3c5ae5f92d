"""One bad message, played once: what came of the offender, of all others, and of the message.

Each requirement of BAD has its own check a case, and all six read the same evidence, so the scene is played
once however many of them run.
"""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from ..findings import Broken
from ..messages.matchers import brief, chat, error, names_of
from ..payloads.bad_messages import BINARIES, TEXTS
from ..steps.common import REFUSALS
from ..wire.client import Client
from ..wire.framing.frames import Frame, Opcode
from ..wire.messages import Said
from ..wire.waits.patience import LEAVING
from ..wire.wire import Wire

CASES = (*TEXTS, *BINARIES)
"""The names of all bad messages."""


@dataclass(frozen=True)
class Evidence:
    """What each requirement of BAD is judged by; an empty string says that all was well."""

    reaction: str
    """What the server did about the message, in words."""
    mishandled: str
    """What was wrong with what became of the message and the offender's connection."""
    is_notified: bool
    """Whether the offender was told, by an Error or a close code."""
    others: str
    """What was wrong with the other members, of this room and of another."""
    made_of_it: str
    """What others received that was made of the bad message."""
    newcomer: str
    """What was wrong when a new client joined."""
    next_good: str
    """What was wrong with the offender's next good message; empty, too, where it could send none."""


@dataclass(frozen=True)
class Cast:
    """Who is on the stage."""

    offender: Client
    witness: Client
    """A member of the offender's room."""
    outsider: Client
    """A member of another room."""


def play(wire: Wire, case: str) -> Evidence:
    """Send one bad message among others, and look at everybody."""
    evidence, spoiled = _scene(wire, case, wire.moment)
    if spoiled:
        # The next message may have met a closing connection, whose reset then hid the Close frame.
        evidence, _ = _scene(wire, case, wire.wait)
    wire.note(f"the message is {evidence.reaction}")
    return evidence


def _scene(wire: Wire, case: str, wait: Callable[[Callable[[], bool]], bool]) -> tuple[Evidence, bool]:
    """Play once, with ``wait`` for a reaction; return what came of it, and whether the harness may have
    spoiled it.
    """
    room = wire.new_room()
    cast = Cast(*wire.join_many(room, room, wire.new_room()))
    offender = cast.offender
    send_bad(offender, case)
    wait(lambda: bool(offender.received(error())) or not offender.is_open)
    good = offender.say() if offender.is_open else None
    next_good = _next_good(wire, cast, good)
    if not offender.is_open:
        wire.wait(lambda: offender.is_over, what=LEAVING)
    others = _others(wire, cast)
    newcomer, greeting = _newcomer(wire, cast.witness)
    made_of_it = _made_of_it(cast, good, greeting)
    evidence = Evidence(
        reaction=_reaction(offender),
        mishandled=_mishandled(offender, good),
        is_notified=bool(offender.received(error())) or offender.close_code is not None,
        others=others,
        made_of_it=made_of_it,
        newcomer=newcomer,
        next_good=next_good,
    )
    return evidence, good is not None and offender.is_over and offender.close_code is None


def send_bad(client: Client, case: str) -> None:
    """Send the bad message of this name."""
    token = base64.b64encode(secrets.token_bytes(12)).decode()
    if case in BINARIES:
        client.send_frame(Frame(Opcode.BINARY, BINARIES[case].replace(b"TOKEN", token.encode())), "bad")
    else:
        client.send_text(TEXTS[case].replace("TOKEN", token), "bad")


def _next_good(wire: Wire, cast: Cast, good: Said | None) -> str:
    """Wait for the offender's next good message at the offender and the witness; return what was wrong."""
    if good is None:
        return ""
    offender = cast.offender
    echo = good.as_chat
    try:
        wire.until(lambda: bool(offender.received(echo)) or not offender.is_open, f"{echo!r}", offender)
        if not offender.is_open:
            return ""
        for client in (offender, cast.witness):
            seen = wire.expect(client, good.as_chat)
            if seen.get("Author") != "unknown":
                return f"{client} received it with Author {seen.get('Author')!r}: {brief(seen)}"
    except Broken as broken:
        return broken.seen
    again = [client for client in (offender, cast.witness) if len(client.received(good.as_chat)) > 1]
    return f"{again[0]} received it {len(again[0].received(good.as_chat))} times" if again else ""


def _others(wire: Wire, cast: Cast) -> str:
    """Let the others talk; return what was wrong."""
    try:
        for client in (cast.witness, cast.outsider):
            wire.fence(client)
    except Broken as broken:
        return broken.seen
    return ""


def _newcomer(wire: Wire, witness: Client) -> tuple[str, Said | None]:
    """Let a new client join and be heard; return what was wrong, and what it said if it was heard."""
    try:
        newcomer = wire.join(witness.room)
        return "", wire.fence(newcomer, *([witness] if witness.is_open else []))
    except Broken as broken:
        return broken.seen, None


def _made_of_it(cast: Cast, *said: Said | None) -> str:
    """Return what others received that nobody has said, or a list that shows what nobody is called.

    ``said`` is what was said under the offender's WSID: its own next message, and, where it is gone and its
    WSID was given again (STAT-2), the newcomer's.
    """
    known = [each.message for each in said if each is not None]
    for client in (cast.witness, cast.outsider):
        for message in client.messages:
            document = message.document
            kind = document.get("Type")
            foreign = set(names_of(document)) - {"unknown"} if kind == "userlist" else set()
            by_offender = chat(WSID=cast.offender.wsid).matches(document)
            if foreign or kind == "Error" or (by_offender and document.get("Message") not in known):
                return f"{client} received {brief(document)}"
    return ""


def _reaction(offender: Client) -> str:
    errors = offender.received(error())
    told = f"answered with Error {errors[0].get('Code')!r}" if errors else ""
    ended = f"answered by {offender.end}" if offender.is_over else ""
    return " and ".join(part for part in (told, ended) if part) or "ignored"


def _mishandled(offender: Client, good: Said | None) -> str:
    """Return what was wrong with what the offender saw."""
    own = [] if good is None else [good.message]
    sent_out = [each for each in offender.chats() if each.get("Message") not in own]
    if sent_out and sent_out[0].get("WSID") == offender.wsid:
        return f"the message was sent out: {brief(sent_out[0])}"
    if offender.is_open or offender.close_code in REFUSALS:
        return ""
    return f"the offender's connection ended: {offender.end or f'close {offender.close_code}'}"

"""Messages that are never finished, each in a room of its own: one scene for all.

What has come of each by then is a good message, so that a server which takes it for one shows it.
"""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from ..messages.matchers import brief, names_of, userlist
from ..steps.compressed_members import join_compressing_if_agreed
from ..wire.client import Client
from ..wire.framing import frames
from ..wire.framing.frames import RSV1, Frame, Opcode, write_frame
from ..wire.wire import Wire

KIB = 1024
Begin = Callable[[Client, bytes], None]
End = Callable[[Client], None]


# How it begins


def whole(client: Client, payload: bytes) -> None:
    """Send all of it in one fragment."""
    client.send_frames([Frame(Opcode.TEXT, payload, fin=False)], "bad")


def in_many(client: Client, payload: bytes) -> None:
    """Send all of it in many fragments."""
    cuts = [len(payload) * part // 30 for part in range(1, 30)]
    *some, last = frames.fragments(payload, cuts)
    client.send_frames([*some, Frame(last.opcode, last.payload, fin=False)], "bad")


def compressed(client: Client, payload: bytes) -> None:
    """Send all of it in one compressed fragment, where that is agreed."""
    if client.agreement is None:
        whole(client, payload)
        return
    frame = client.compressed(payload)
    client.send_frames([Frame(frame.opcode, frame.payload, fin=False, rsv=RSV1)], "bad")


def with_a_byte_of_the_last(client: Client, payload: bytes) -> None:
    """Send all of it in one fragment, and the first byte of the last one's head."""
    whole(client, payload)
    client.send_bytes(write_frame(Frame(Opcode.CONTINUATION))[:1])


def with_half_of_the_last(client: Client, payload: bytes) -> None:
    """Send all of it in one fragment, and white space as half of the last one."""
    whole(client, payload)
    client.send_bytes(write_frame(Frame(Opcode.CONTINUATION, b"    "))[:-2])


def in_half_a_frame(client: Client, payload: bytes) -> None:
    """Send all of it in a frame of which only white space is to come."""
    client.send_bytes(write_frame(frames.text(payload + b"    "))[:-4])


IN_A_FRAME = frozenset({with_a_byte_of_the_last, with_half_of_the_last, in_half_a_frame})
"""What ends inside a frame, so that no Ping can follow it."""


# How it ends


def close(client: Client) -> None:
    """Close."""
    client.send_close()


def close_and_finish(client: Client) -> None:
    """Close, and send the last fragment behind it."""
    client.send_frames([frames.close(), Frame(Opcode.CONTINUATION)], "bad")


def say_another(client: Client) -> None:
    """Begin another message, which fails the connection (RFC 6455 section 5.4)."""
    client.say(intent="bad")


def fin(client: Client) -> None:
    """End TCP."""
    client.finish()


def reset(client: Client) -> None:
    """Reset TCP."""
    client.reset()


CASES: dict[str, tuple[Begin, End]] = {
    "Close": (whole, close),
    "Close-and-the-last-fragment": (whole, close_and_finish),
    "another-message": (whole, say_another),
    "FIN": (whole, fin),
    "reset": (whole, reset),
    "many-fragments-Close": (in_many, close),
    "many-fragments-another-message": (in_many, say_another),
    "many-fragments-FIN": (in_many, fin),
    "many-fragments-reset": (in_many, reset),
    "compressed-Close": (compressed, close),
    "compressed-another-message": (compressed, say_another),
    "compressed-FIN": (compressed, fin),
    "compressed-reset": (compressed, reset),
    "a-byte-of-the-last-FIN": (with_a_byte_of_the_last, fin),
    "a-byte-of-the-last-reset": (with_a_byte_of_the_last, reset),
    "half-of-the-last-FIN": (with_half_of_the_last, fin),
    "half-of-the-last-reset": (with_half_of_the_last, reset),
    "half-a-frame-FIN": (in_half_a_frame, fin),
    "half-a-frame-reset": (in_half_a_frame, reset),
}
LONG = frozenset({"many-fragments-Close", "many-fragments-FIN"})


@dataclass(frozen=True)
class Pair:
    """One case's room."""

    case: str
    speaker: Client
    witness: Client

    @property
    def heard(self) -> str:
        """What the witness heard of another than itself; empty where it heard nothing."""
        by_others = [each for each in self.witness.chats() if each.get("WSID") != self.witness.wsid]
        return f"{self.witness} received {brief(by_others[0])}" if by_others else ""


def play(wire: Wire) -> dict[str, str]:
    """Let each begin a message and end; return by case what was heard of it."""
    pairs = [_pair(wire, case) for case in CASES]
    for pair in pairs:
        begin, _ = CASES[pair.case]
        begin(pair.speaker, _payload(pair.case))
        if begin not in IN_A_FRAME:
            pair.speaker.ping()
    # A reset may take away what was not read: a Pong tells that it was, and so, mostly, does an echo.
    pinged = [pair.speaker for pair in pairs if CASES[pair.case][0] not in IN_A_FRAME]
    wire.wait(lambda: all(client.pongs for client in pinged), wire.deadlines.reaction)
    for pair in pairs:
        wire.fence(pair.witness)
    for pair in pairs:
        CASES[pair.case][1](pair.speaker)
    _await_ends(wire, pairs)
    for pair in pairs * 2:
        wire.fence(pair.witness)
    return {pair.case: pair.heard for pair in pairs}


def _pair(wire: Wire, case: str) -> Pair:
    room = wire.new_room()
    speaker = join_compressing_if_agreed(wire, room) if CASES[case][0] is compressed else wire.join(room)
    speaker.compresses = False
    return Pair(case, speaker, wire.join(room))


def _payload(case: str) -> bytes:
    content = secrets.token_bytes(12 * KIB if case in LONG else 12)
    return json.dumps({"Message": base64.b64encode(content).decode()}).encode()


def _await_ends(wire: Wire, pairs: list[Pair]) -> None:
    """Wait until the server has seen the ends: the userlists tell, else only the time that it is given."""
    if "presence" in wire.transcript.head.lacks:
        wire.wait(lambda: False, wire.deadlines.reaction)
        return
    wire.wait(lambda: all(_is_alone(pair.witness) for pair in pairs), wire.deadlines.presence)


def _is_alone(witness: Client) -> bool:
    lists = witness.received(userlist())
    return bool(lists) and len(names_of(lists[-1])) == 1

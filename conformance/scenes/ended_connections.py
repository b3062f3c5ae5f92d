"""Connections that the server has ended, each in its own way, and that do not hang up: one scene for all.

Each case has a room of its own: the offender, who leaves its TCP connection open and answers no Close, and
a witness. All offend at once, and all are waited for at once, so that a server which waits for every client
to hang up costs one deadline and not one a case.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ..findings import Broken
from ..messages.matchers import brief, names_of, userlist
from ..steps.compressed_members import join_compressing_if_agreed
from ..wire.client import Client
from ..wire.framing import frames
from ..wire.framing.frames import RSV1, Frame, Opcode
from ..wire.wire import Wire

Offend = Callable[[Client], None]

HUGE = 1 << 62
OVER_ALL_LIMITS = (16 << 20) + 1
"""More bytes than any server's limit (SEC-2)."""


def sends(*several: Frame) -> Offend:
    """Return what sends these frames."""
    return lambda client: client.send_frames(several, "bad")


REFUSED: dict[str, Offend] = {
    "not-JSON": lambda client: client.send_text("no JSON", "bad"),
    "binary": sends(Frame(Opcode.BINARY, b"\x00")),
    "over-the-limit": sends(Frame(Opcode.TEXT, b"{", announced=OVER_ALL_LIMITS, extended_length=8)),
    "huge-length": sends(Frame(Opcode.TEXT, b"{", announced=HUGE, extended_length=8)),
}
"""What a server may end a connection for, or not."""

FAILED: dict[str, Offend] = {
    "reserved-opcode": sends(Frame(0x3)),
    "reserved-bit": sends(Frame(Opcode.TEXT, b"{}", rsv=1)),
    "orphan-continuation": sends(Frame(Opcode.CONTINUATION, b"{}")),
    "long-ping": sends(Frame(Opcode.PING, b"p" * 126)),
    "invalid-UTF-8": sends(frames.text(b'{"Message": "\xff"}')),
    "corrupt-compressed": sends(Frame(Opcode.TEXT, b"\x07\xff\xff", rsv=RSV1)),
    "one-byte-close": sends(Frame(Opcode.CLOSE, b"\x03")),
}
"""What fails a connection."""

CLOSED: dict[str, Offend] = {
    "Close": sends(frames.close(1000)),
    "Close-going-away": sends(frames.close(1001, b"bye")),
    "Close-without-code": sends(frames.close(None)),
}
"""The client's own Close."""

ENDS = {**REFUSED, **FAILED, **CLOSED}


@dataclass(frozen=True)
class Outcome:
    """What came of one case; an empty string says that all was well."""

    ghost: str
    """What the witness's userlist still shows."""
    heard: str
    """What the witness heard of what the offender sent behind its end."""


@dataclass(frozen=True)
class Pair:
    """One case's room."""

    case: str
    offender: Client
    witness: Client
    name: str

    @property
    def is_ended(self) -> bool:
        """Whether the server has ended the offender's connection, by Close or TCP."""
        return self.offender.close_code is not None or self.offender.is_over

    @property
    def listed(self) -> list[str]:
        """The latest userlist of the witness."""
        lists = self.witness.received(userlist())
        return sorted(names_of(lists[-1])) if lists else []


def play(wire: Wire) -> dict[str, Outcome]:
    """Let all offend, send on, and stay; return what came of each."""
    pairs = [_pair(wire, case) for case in ENDS]
    for pair in pairs:
        wire.expect_chat(pair.offender.say(Author=pair.name), pair.witness)
    presence = "presence" not in wire.transcript.head.lacks
    if presence:
        _expect_lists(wire, pairs, lambda pair: sorted((pair.name, "unknown")))
    said = {pair.case: _offend(pair) for pair in pairs}
    must_end = [pair for pair in pairs if pair.case not in REFUSED]
    wire.wait(lambda: all(pair.is_ended for pair in must_end), wire.deadlines.presence)
    wire.wait(lambda: all(pair.is_ended for pair in pairs), wire.deadlines.reaction)
    ended = [pair for pair in pairs if pair.is_ended]
    going_on = ", ".join(pair.case for pair in pairs if not pair.is_ended)
    if going_on:
        wire.note(f"the connection goes on, so nothing is judged, in: {going_on}")
    for pair in ended:
        said[pair.case].append(pair.offender.say(intent="bad").message)
    ghosts = _ghosts(wire, ended) if presence else {}
    for pair in ended * 2:
        wire.fence(pair.witness)
    return {
        pair.case: Outcome(ghosts.get(pair.case, ""), _heard(pair, said[pair.case]) if pair.is_ended else "")
        for pair in pairs
    }


def _pair(wire: Wire, case: str) -> Pair:
    room = wire.new_room()
    offender = join_compressing_if_agreed(wire, room) if case == "corrupt-compressed" else wire.join(room)
    offender.compresses = False
    offender.answers_close = offender.hangs_up = False
    return Pair(case, offender, wire.join(room), wire.new_name())


def _offend(pair: Pair) -> list[str]:
    """Offend, and send a good message right behind, where the rules say that it is not read any more."""
    ENDS[pair.case](pair.offender)
    return [] if pair.case in REFUSED else [pair.offender.say(intent="bad").message]


def _expect_lists(wire: Wire, pairs: list[Pair], wanted: Callable[[Pair], list[str]]) -> None:
    wire.until(
        lambda: all(pair.listed == wanted(pair) for pair in pairs),
        "the userlists show who is there",
        *[pair.witness for pair in pairs if pair.listed != wanted(pair)],
        within=wire.deadlines.presence,
    )


def _ghosts(wire: Wire, ended: list[Pair]) -> dict[str, str]:
    """Return, by case, which userlists still show the offender when the deadline is over."""
    try:
        _expect_lists(wire, ended, lambda _: ["unknown"])
    except Broken:
        shown = {pair.case: pair.listed for pair in ended if pair.listed != ["unknown"]}
        within = f"not within {wire.deadlines.presence:.3g} s"
        return {case: f"{within}; the latest userlist shows {listed}" for case, listed in shown.items()}
    return {}


def _heard(pair: Pair, said: list[str]) -> str:
    found = [each for each in pair.witness.chats() if each.get("Message") in said]
    return f"{pair.witness} received {brief(found[0])}" if found else ""

"""WS: the lengths of frames that the server writes (RFC 6455 section 5.2).

What a server writes around a message is its own: its WSIDs, its white space, further fields. So it is
measured first, and then the message is made as long as it takes for the frame to have just the size wanted.
"""

import base64
import random
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass

from ...configuration.profile import Profile
from ...messages.matchers import Matcher, chat, error, names_of, userlist_of
from ...requirement import cases, requirement
from ...steps.common import has_ended
from ...steps.compressed_members import compressing
from ...wire.client import Client
from ...wire.framing.frames import RSV1, Frame, Opcode
from ...wire.messages import Message
from ...wire.transcript import Received
from ...wire.wire import Wire

SMALL = (124, 125, 126, 127, 128, 255, 256)
"""Bytes around the end of the 7-bit form, and around the first byte of the 16-bit form."""
MEDIUM = (32767, 32768)
LARGE = (65534, 65535, 65536, 65537)
LONGEST_NAME = 64
_TRIES = 3
_TRIES_COMPRESSED = 80
_LONGEST_PLAIN = 1024
_LETTERS = string.ascii_letters + string.digits


@dataclass
class Gauge:
    """Makes messages of a member come back in Chats of a size that is wanted."""

    wire: Wire
    speaker: Client
    listener: Client
    overhead: int = 0
    """How many bytes a Chat has beside its Message and Author."""

    def calibrate(self) -> None:
        """Measure the overhead of a first Chat."""
        size = self.size_of(1, 4)
        self.overhead = 0 if size is None else size - 5

    def hit(self, target: int) -> bool:
        """Send what comes back as a Chat of ``target`` bytes; return whether it did."""
        for _ in range(_TRIES):
            free = target - self.overhead
            author = (free - 1) % 4 + 1
            if free - author < 4:
                return False
            size = self.size_of(author, free - author)
            if size is None or size == target:
                return size == target
            self.overhead += size - target
        return False

    def size_of(self, author: int, message: int) -> int | None:
        """Return the size of the Chat of an Author and a Message of these lengths; None if it is refused."""
        words = base64.b64encode(secrets.token_bytes(message // 4 * 3)).decode()
        said = chat(Message=words, WSID=self.speaker.wsid)
        self.speaker.publish({"Message": words, "Author": letters(author)}, "open")
        allowed = f"both receive {said!r}, or it is refused"
        both = (self.speaker, self.listener)
        self.wire.until(lambda: all(got(each, said) for each in both) or self.is_refused, allowed, *both)
        found = got(self.listener, said)
        return len(found.payload) if found else None

    @property
    def is_refused(self) -> bool:
        """Whether the speaker was told that something is wrong, or lost its connection."""
        return has_ended(self.speaker) or bool(self.speaker.received(error()))


def got(client: Client, meant: Matcher) -> Message | None:
    """Return the latest message that the client has, if it is the one that is meant."""
    return next((each for each in reversed(client.messages) if meant.matches(each.document)), None)


def letters(count: int) -> str:
    """Return so many letters and digits."""
    return "".join(random.choices(_LETTERS, k=count))


def short_room() -> str:
    """Return the name of a room that is short, and still hardly anybody's: it is in each Chat."""
    return secrets.token_hex(2)


def hit_all(wire: Wire, gauge: Gauge, sizes: Iterable[int]) -> None:
    """Have the server write Chats of these sizes; note which it cannot be brought to."""
    missed = [size for size in sizes if not gauge.hit(size)]
    if missed:
        wire.note(f"no Chat of {', '.join(map(str, missed))} bytes: {gauge.overhead} are the server's own")


@requirement("WS-6", "chats-of-all-forms")
@cases("sizes", {"around-125-bytes": SMALL, "around-32768-bytes": MEDIUM, "around-65535-bytes": LARGE})
def test_the_length_of_a_chat_is_right(wire: Wire, profile: Profile, sizes: tuple[int, ...]) -> None:
    """Lengths are right and minimal, around 125 and 65,535 bytes too (§5.2)."""
    room = short_room()
    ann, bob = wire.join_many(room, room)
    gauge = Gauge(wire, ann, bob)
    gauge.calibrate()
    limit = profile.message_limit
    hit_all(wire, gauge, [size for size in sizes if limit is None or size <= limit + gauge.overhead // 2])
    if not gauge.is_refused:
        wire.expect_chat(ann.say(Author="\u00e9\u2603\U0001f600" * 9), ann, bob)
        wire.fence(ann, bob)


@requirement("WS-6", "userlists-around-125-bytes")
def test_the_length_of_a_userlist_is_right(wire: Wire) -> None:
    """Lengths are right and minimal, around 125 bytes too (§5.2)."""
    wire.needs("presence")
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    overhead = size_of_userlist(wire, ann, bob, 10, 10) - 20
    missed = []
    for target in SMALL[:-2]:
        free = target - overhead
        if not 1 < free <= 2 * LONGEST_NAME:
            missed.append(target)
        elif (size := size_of_userlist(wire, ann, bob, free // 2, free - free // 2)) != target:
            missed.append(target)
            overhead += size - target
    if missed:
        wire.note(f"no userlist of {', '.join(map(str, missed))} bytes: {overhead} are the server's own")


def size_of_userlist(wire: Wire, ann: Client, bob: Client, *lengths: int) -> int:
    """Return the size of the userlist in which the two have names of these lengths."""
    names = [letters(length) for length in lengths]
    wire.fence(ann, bob)
    for client, name in zip((ann, bob), names, strict=True):
        wire.expect_chat(client.say(Author=name), ann, bob)
    listed = userlist_of(*names)
    for client in (ann, bob):
        wire.expect_so_far(client, listed)
    sizes = [len(each.payload) for each in bob.messages if sorted(names_of(each.document)) == sorted(names)]
    return sizes[-1]


@requirement("WS-6", "compressed-around-125-bytes")
def test_the_length_of_a_compressed_chat_is_right(wire: Wire) -> None:
    """Lengths are right and minimal, around 125 bytes too (§5.2), of what was compressed (RFC 7692 §6)."""
    wire.needs("deflate")
    room = short_room()
    ann = compressing(wire, room=room)
    gauge = Gauge(wire, wire.join(room), ann)
    wanted = set(SMALL[1:4])
    length = 4
    for _ in range(_TRIES_COMPRESSED):
        gauge.size_of(random.randint(1, 9), length)
        frame = last_frame(wire, ann)
        if frame.rsv & RSV1:
            wanted.discard(len(frame.payload))
            more = (min(wanted) - len(frame.payload)) * 4 // 3 if wanted else 0
        else:
            more = 64  # many servers leave short messages as they are
        length = max(4, length + more // 4 * 4)
        if not wanted or length > _LONGEST_PLAIN:
            break
    large = [gauge.size_of(9, size // 4 * 4) for size in (4000, 20000)]
    if wanted or None in large:
        wire.note(f"no compressed Chat of {', '.join(map(str, sorted(wanted)))} bytes was seen")
    wire.fence(gauge.speaker, ann)


def last_frame(wire: Wire, client: Client) -> Frame:
    """Return the latest frame that began a message for the client."""
    events = reversed(wire.transcript.events)
    received = (
        event.frame for event in events if isinstance(event, Received) and event.client == client.name
    )
    return next(frame for frame in received if frame.opcode == Opcode.TEXT)

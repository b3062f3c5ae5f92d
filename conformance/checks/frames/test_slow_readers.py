"""WS: frames written to a member that reads slowly (RFC 6455 section 5).

While what the server has for a member is more than the operating systems take, a frame is written in parts.
Whatever else the member is due then, a Pong above all, has to wait until the frame is whole.
"""

from collections.abc import Callable, Iterator
from itertools import count

from ...findings import Broken
from ...requirement import requirement
from ...steps.common import has_ended
from ...steps.paced_sender import PacedSender
from ...wire.messages import Message
from ...wire.wire import Wire

KIB = 1 << 10
AMOUNT = 2500 * KIB
"""Bytes of content, base64 not counted: over what Linux takes for a member with such a small buffer."""
TINY_BUFFER = 2 * KIB
_ENDS = frozenset({"FIN", "RST"})


class Listener:
    """A member that stops reading while others speak, and then reads on in sips."""

    def __init__(self, wire: Wire) -> None:
        room = wire.new_room()
        self.wire = wire
        self.ann, self.bob = wire.join_many(room, room)
        self.slow = wire.join(room, receive_buffer=TINY_BUFFER)
        self.paced = PacedSender(wire, self.ann, self.bob)
        self.asked: list[bytes] = []

    def ask(self) -> None:
        """Send a Ping that is like no other, every other one as long as one may be."""
        if self.slow.is_open:
            question = f"question {len(self.asked)} ".encode()
            self.asked.append(question.ljust(125, b".") if len(self.asked) % 2 else question)
            self.slow.ping(self.asked[-1])

    def fall_behind(self, between: Callable[[], None]) -> None:
        """Stop reading while ann speaks, ``between`` what she says."""
        self.slow.pause()
        self.paced.send(AMOUNT, between)

    def catch_up(self, between: Callable[[], None]) -> None:
        """Read on to the end of what was said, ``between`` the Chats; fail if frames are not whole."""
        last = self.paced.said[-1].as_chat
        self.slow.resume()
        for new in self._messages():
            between()
            if last.matches(new.document) or not new.document:
                break
        self.expect_whole_frames()

    def end(self) -> None:
        """Read on to the end of the connection; fail if frames are not whole."""
        self.slow.resume()
        for new in self._messages():
            if not new.document:
                break
        self.expect_whole_frames()

    def _messages(self) -> Iterator[Message]:
        """Yield the slow member's next messages until its connection ends, each of which has its own time."""
        slow, seen = self.slow, self.slow.cursor
        while not has_ended(slow) or len(slow.messages) > seen:
            self._wait_for_more_than(seen)
            yield from slow.messages[seen : seen + 1]
            seen += 1
        self.wire.wait(lambda: slow.is_over)

    def _wait_for_more_than(self, seen: int) -> None:
        """Wait for a message; where none comes, say what was wrong with those before."""
        slow, allowed = self.slow, "all that was said, or an end of the connection"
        try:
            self.wire.until(lambda: len(slow.messages) > seen or has_ended(slow), allowed, slow)
        except Broken:
            self.expect_whole_frames()
            raise

    def expect_whole_frames(self) -> None:
        """Fail unless every frame is one, every message can be read, and ann's Chats are an unbroken row."""
        fault = self._fault_of_frames() or self._fault_of_row()
        if fault:
            self.wire.canary()
            allowed = "whole frames, one behind the other, whatever else is due (§5.4, §5.5)"
            raise Broken(allowed, fault, self.slow.name)
        got, sent = len(self._row()), len(self.paced.said)
        self.wire.note(f"a slow reader gets {'all' if got == sent else 'a part, and is disconnected'}")

    def _fault_of_frames(self) -> str:
        for number, message in enumerate(self.slow.messages):
            if not message.document:
                inside = [each for each in self.asked if each in message.payload]
                seen = f"a Pong ({inside[0][:20]!r}) inside another frame" if inside else ""
                return seen or f"message {number} is none: {message.payload[:60]!r}"
        strange = [payload for payload in self.slow.pongs if payload not in self.asked]
        if strange:
            return f"a Pong that answers no Ping: {strange[0][:60]!r}"
        order = [self.asked.index(payload) for payload in self.slow.pongs]
        if order != sorted(order):
            return "Pongs in another order than the Pings"
        end = self.slow.end
        return f"bytes that are no frame: {end}" if end and end.how not in _ENDS else ""

    def _fault_of_row(self) -> str:
        sent = [each.message for each in self.paced.said]
        got = self._row()
        if got == sent[: len(got)]:
            return ""
        place = next(at for at, pair in enumerate(zip(got, sent, strict=False)) if pair[0] != pair[1])
        return f"another Chat than number {place} of those sent"

    def _row(self) -> list[str]:
        return [str(each.get("Message")) for each in self.slow.chats() if each.get("WSID") == self.ann.wsid]


# WS-21


@requirement("WS-21", "pongs")
def test_pongs_to_a_slow_reader_stand_between_frames(wire: Wire) -> None:
    """What is written to a member that reads slowly is whole frames: nothing stands inside another frame,
    no Pong.
    """
    listener = Listener(wire)
    listener.fall_behind(listener.ask)
    listener.catch_up(listener.ask)
    if listener.slow.is_open:
        listener.ask()
        wire.fence(listener.slow, listener.ann)
        listener.expect_whole_frames()
    wire.note(f"{len(listener.slow.pongs)} of {len(listener.asked)} Pings are answered")


@requirement("WS-21", "errors-and-userlists")
def test_errors_and_userlists_to_a_slow_reader_stand_between_frames(wire: Wire) -> None:
    """What is written to a member that reads slowly is whole frames: nothing stands inside another frame,
    no Error, no userlist, no Chat of its own.
    """
    listener = Listener(wire)
    turns = count()

    def between() -> None:
        turn = next(turns)
        if turn % 8 == 3 and listener.slow.is_open:
            listener.slow.send_text("no JSON", "bad")
        if turn % 8 == 5 and listener.slow.is_open:
            listener.slow.say()
        if turn % 8 == 7:
            listener.bob.say(Author=wire.new_name())

    listener.fall_behind(between)
    listener.catch_up(between)


@requirement("WS-21", "close")
def test_a_close_to_a_slow_reader_stands_between_frames(wire: Wire) -> None:
    """What is written to a member that reads slowly is whole frames: nothing stands inside another frame,
    no Close.
    """
    listener = Listener(wire)
    listener.fall_behind(lambda: None)
    listener.slow.send_close()
    wire.fence(listener.bob, listener.ann)
    listener.end()
    wire.note(f"the slow reader's Close is answered by {listener.slow.end}")

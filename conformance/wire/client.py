"""One client of a check: what it may do on the wire, legal or not, and what has come back so far.

Nothing here waits; waiting is the ``Wire``'s, so that all clients are read whenever one of them waits.
Pings and Close are answered while reading, unless switched off.

Theory of operation. Bytes come from the ``Link`` (``on_ready``), are an HTTP response until that is whole,
then frames, of which data frames make messages. What goes out is written to the ``Link`` at once, which
queues it.

- C1. The transcript has every frame in the order in which it was handed to the connection or read from it,
  and has it before anything is made of it; so an answer never stands before what it answers.
- C2. A check may send anything, also parts of frames; what the client sends by itself (Pong, Close) goes out
  between two frames only (``_position``), or it would be read as part of what the check began.
- C3. ``end`` is set once, and last: nothing is read, recorded as received, or written after it; except that
  writing goes on after the server's FIN where ``hangs_up`` is off.
- C4. Of a flood no more than a share is read at a time (``has_backlog``), and what is not whole counts
  against the check's bounds (``_held``), so no server can keep the others from being read, or fill the
  memory.
"""

import base64
import json
import secrets
import time
from collections import deque
from collections.abc import Mapping, Sequence
from selectors import EVENT_READ
from typing import Any

from ..messages.matchers import Matcher, chat
from ..messages.plain_text import plain
from .compression.blocks import Recipe, ordinary
from .compression.deflate import Agreement, DeflateError, Deflater, Inflater
from .connection_end import ConnectionEnd
from .framing import frames
from .framing.bounds import (
    FRAMES_AT_ONCE,
    LONGEST_PING,
    LONGEST_TURN,
    BoundError,
)
from .framing.frame_position import FramePosition
from .framing.frame_reader import FrameError, FrameReader
from .framing.frames import RSV1, Frame, Opcode
from .http.handshake import Request, RequestHead, Response
from .http.response_reader import HandshakeError, ResponseReader
from .link import Link, ReadResult
from .message_assembler import MessageAssembler
from .messages import Message, Said
from .recorder import Recorder
from .transcript import Intent


class Client:
    """One connection to the server under test; ``wire.join`` and ``wire.begin`` make it.

    Example::

        ann = wire.join(room)
        said = ann.say("hello", Author="Ann")  # a good message, as the page would send it
        ann.send_text('{"Message": 1}', intent="bad")  # one that must not go out (BAD)
        ann.send_frame(Frame(Opcode.TEXT, b"x", rsv=RSV2))  # a frame that breaks RFC 6455
        ann.received(chat(Message=said.message))  # what has come so far; waiting is the wire's
    """

    def __init__(self, name: str, room: str | None, link: Link, recorder: Recorder) -> None:
        self.name = name
        self.room = room
        self.link = link
        self.response: Response | None = None
        self.answered_at = 0.0
        """When the handshake was answered, in seconds since the check began."""
        self.messages: list[Message] = []
        self.pongs: list[bytes] = []
        self.close_code: int | None = None
        """The code of the Close frame that the server sent; 1005 for none in it."""
        self.end: ConnectionEnd | None = None
        self.greeted = False
        """Whether its Status has come."""
        self.wsid = ""
        """The WSID of its Status, empty before."""
        self.answers_pings = True
        self.answers_close = True
        self.hangs_up = True
        """Whether it ends its side when the server has; else TCP stays open to the check's end."""
        self.agreement: Agreement | None = None
        """What was agreed on compression (RFC 7692), None for no compression."""
        self.compresses = False
        """Whether its text messages go out compressed, which takes an agreement."""
        self.cursor = 0
        """How many messages ``expect`` has gone past."""
        self._record = recorder
        self._responses = ResponseReader()
        self._frames = FrameReader()
        self._ending = ""
        """How the connection ended, where what came before is still to be taken."""
        self._held = 0
        """Bytes that have come of what is not whole yet."""
        self._assembler = MessageAssembler()
        self._deflater: Deflater | None = None
        self._close_sent = False
        self._position = FramePosition()
        self._unanswered: deque[bytes] = deque()
        """The payloads of Pings that are to be answered once a frame is sent whole."""
        self.has_backlog = False
        """Whether frames that have come in are still to be taken."""

    def __repr__(self) -> str:
        """Return its name, as it heads its lane."""
        return self.name

    # What it is

    @property
    def upgraded(self) -> bool:
        """Whether the server agreed to the WebSocket handshake."""
        return self.response is not None and self.response.status == 101

    @property
    def refused(self) -> bool:
        """Whether the server answered the handshake with anything else."""
        return self.response is not None and self.response.status != 101

    @property
    def is_open(self) -> bool:
        """Whether messages may flow both ways."""
        return self.upgraded and self.end is None and self.close_code is None and not self._close_sent

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.end is not None

    @property
    def was_refused(self) -> bool:
        """Whether nobody took its TCP connection."""
        return not self.link.was_accepted

    def received(self, matcher: Matcher, since: int = 0) -> list[dict[str, Any]]:
        """Return the messages so far, from number ``since`` on, that match."""
        found = (message.document for message in self.messages[since:])
        return [document for document in found if matcher.matches(document)]

    def chats(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the Chats so far, from message number ``since`` on."""
        return self.received(chat(), since)

    # What it says

    def say(self, content: str | bytes | None = None, intent: Intent = "good", **fields: Any) -> Said:
        """Publish ``content`` (by default words that nobody else says) as the page would, in base64.

        ``fields`` (``Author``, or one that should not be there) go into the message beside it; an ``intent``
        of ``open`` tells the oracle that the server need not deliver it, ``bad`` that it must not.
        """
        if content is None:
            content = f"{self.name} says {secrets.token_hex(6)}"
        octets = content.encode() if isinstance(content, str) else content
        return self.publish({"Message": base64.b64encode(octets).decode(), **fields}, intent)

    def publish(self, fields: Mapping[str, Any], intent: Intent = "good") -> Said:
        """Send these fields as one JSON message."""
        self.send_text(json.dumps(fields, ensure_ascii=False), intent)
        return Said(self.wsid, self.room, str(fields.get("Message", "")))

    def rename(self, name: str) -> None:
        """Send a name without a message (NICK-4)."""
        self.publish({"Author": name})

    def send_text(self, payload: str | bytes, intent: Intent = "open") -> None:
        """Send ``payload`` as one text message."""
        self.send_frame(self.compressed(payload) if self.compresses else frames.text(payload), intent)

    def compressed(self, payload: str | bytes, recipe: Recipe = ordinary) -> Frame:
        """Return a text frame of ``payload`` compressed as agreed, to be sent next (RFC 7692 §7.2.1)."""
        assert self._deflater is not None, "nothing is compressed without an agreement"
        # RFC 7692 §6.1: RSV1 of the first frame says that the message is compressed.
        octets = payload.encode() if isinstance(payload, str) else payload
        return Frame(Opcode.TEXT, self._deflater.deflate(octets, recipe), rsv=RSV1)

    def forget_window(self) -> None:
        """Refer to no earlier message in the next one that is compressed, which no client has to."""
        if self._deflater is not None:
            self._deflater.forget()

    def send_frame(self, frame: Frame, intent: Intent = "open") -> None:
        """Send any frame, legal or not."""
        self._note_sent(frame, intent)
        self._write(frames.write_frame(frame), whole=frame.announced is None)

    def send_frames(self, several: Sequence[Frame], intent: Intent = "open") -> None:
        """Send several frames in one write: the fragments of a message, say."""
        for frame in several:
            self._note_sent(frame, intent)
        self._write(
            b"".join(map(frames.write_frame, several)),
            whole=all(frame.announced is None for frame in several),
        )

    def record_as_sent(self, several: Sequence[Frame], intent: Intent = "open") -> bytes:
        """Record frames as sent, and return their bytes: the caller sends them, in pieces, unrecorded."""
        for frame in several:
            self._note_sent(frame, intent)
        return b"".join(map(frames.write_frame, several))

    def _note_sent(self, frame: Frame, intent: Intent) -> None:
        # After sending a Close an endpoint MUST NOT send any more data frames (RFC 6455 §5.5.1). A check may
        # all the same; what the client does by itself heeds it.
        self._close_sent |= frame.opcode == Opcode.CLOSE
        self._record.sent(self.name, frame, intent)  # C1: before the server can have it

    def send_bytes(self, data: bytes) -> None:
        """Send bytes that are no whole frame."""
        self._record.sent_bytes(self.name, data)
        self._write(data)

    def send_as(self, whole: Frame, data: bytes, intent: Intent = "good") -> None:
        """Send a message in other bytes than those of one frame: in fragments beyond number, say.

        The transcript has it as the frame ``whole``.
        """
        self._record.sent(self.name, whole, intent)
        self._write(data)

    def send_unrecorded(self, data: bytes) -> None:
        """Send bytes that the transcript is spared, since they are many and say nothing."""
        self._write(data)

    def send_request(self, request: Request | RequestHead) -> None:
        """Send an opening handshake, or what is like one."""
        self._write(request.encode())

    def ping(self, payload: bytes = b"") -> None:
        """Send a Ping; its answers gather in ``pongs``."""
        self.send_frame(Frame(Opcode.PING, payload))

    # How it leaves

    def send_close(self, code: int | None = 1000, reason: bytes = b"") -> None:
        """Begin the closing handshake."""
        self.send_frame(frames.close(code, reason))

    def finish(self) -> None:
        """End its side with TCP FIN, without a Close frame, and go on reading."""
        # RFC 6455 §7.1.1: usually the server closes TCP first; a client's FIN without a Close is abnormal.
        self._record.left(self.name, "FIN")
        self.link.reading = True
        self.link.finish()

    def reset(self) -> None:
        """End with TCP RST, at once."""
        if self.end is None:
            self._record.left(self.name, "RST")
            self.link.reset()
            self._note_end("RST", by_client=True)
            self._discard_partial()

    def break_off(self) -> None:
        """Send the first half of a frame; what follows (``finish``, ``reset``) ends in the middle of it."""
        whole = frames.write_frame(frames.text(json.dumps({"Message": "aGFsZiBhIGZyYW1l" * 8})))
        self.send_bytes(whole[: len(whole) // 2])

    def pause(self) -> None:
        """Stop reading: what the server sends piles up, first with the operating systems, then with it."""
        self._record.paused(self.name, reading=False)
        self.link.reading = False

    def resume(self) -> None:
        """Go on reading."""
        self._record.paused(self.name, reading=True)
        self.link.reading = True

    # What comes in (called by the Wire)

    def on_ready(self, events: int) -> None:
        """Take what has come in, or go on with it; of a flood only so much that others have their turn."""
        # While it is behind nothing more is read from TCP: the operating system holds the server back (C4).
        try:
            self._take(self.link.on_ready(events & ~EVENT_READ if self.has_backlog else events))
        except (HandshakeError, FrameError, DeflateError, BoundError) as error:
            self._record.remark(self.name, str(error))
            self.drop(str(error))

    def drop(self, why: str, by_client: bool = False) -> None:
        """Give the connection up."""
        if self.end is None:
            self.link.close()
            self._note_end(why, by_client)
            self._discard_partial()

    def _discard_partial(self) -> None:
        """Forget what is not whole, since nothing more comes."""
        self.has_backlog = False
        self._frames = FrameReader()
        self._assembler.discard()
        self._count_held()

    def _take(self, arrival: ReadResult) -> None:
        # What came before the end is still to be taken, perhaps in several turns, so the end is kept till
        # then.
        self._ending = arrival.end or self._ending
        if arrival.data:
            self._take_bytes(arrival.data)
        elif self.has_backlog:
            self._take_frames()
        if self._ending and not self.has_backlog and self.end is None:
            if self._frames.rest:
                self._record.remark(self.name, f"{self._frames.rest} bytes of an unfinished frame came last")
            # TCP may be half-closed: the server has said its last, and the client may go on sending.
            if self._ending == "FIN" and not self.hangs_up:
                self._note_end(self._ending)
                self._discard_partial()
            else:
                self.drop(self._ending)

    def _take_bytes(self, data: bytes) -> None:
        if self.response is None:
            answer = self._responses.feed(data)
            if answer is None:
                return
            # What follows the response's head in the same bytes is frames already (RFC 6455 §4.1).
            self.response, data = answer
            self._record.answered(self.name, self.response)
            self.answered_at = self._record.now
            self._use_compression(Agreement.of(self.response.header("Sec-WebSocket-Extensions")))
        if self.upgraded:
            self._frames.feed(data)
            self._take_frames()
        else:
            self.drop(f"HTTP {self.response.status}")

    def _take_frames(self) -> None:
        # A turn ends by count or by time: many small frames are cheap to read and dear to judge.
        until = time.monotonic() + LONGEST_TURN
        for count, frame in enumerate(self._frames.frames(), 1):
            self._take_frame(frame)
            if count >= FRAMES_AT_ONCE or time.monotonic() > until:
                self.has_backlog = True
                break
        else:
            self.has_backlog = False
        self._count_held()

    def _count_held(self) -> None:
        """Count what is held of things not whole, beside what the transcript holds."""
        held = self._frames.rest + self._assembler.held
        self._record.cache.budget.count_bytes(held - self._held)
        self._held = held

    def _use_compression(self, agreement: Agreement | None) -> None:
        self.agreement = agreement
        if agreement is not None:
            self._assembler.inflate_with(Inflater(agreement.server))
            self._deflater = Deflater(agreement.client)

    def _take_frame(self, frame: Frame) -> None:
        # Equal frames are kept once: all members of a room get the same bytes.
        frame = self._record.cache.frame(frame)
        at = self._record.received(self.name, frame)
        if frame.opcode == Opcode.CLOSE:
            self._take_close(frame)
        elif frame.opcode == Opcode.PONG:
            self.pongs.append(frame.payload)
        # RFC 6455 §5.5.2: a Ping MUST be answered with a Pong of the same payload, unless a Close was
        # received; here, too, one of illegal length is not, since no legal Pong could hold it.
        elif frame.opcode == Opcode.PING:
            if self.answers_pings and not self._close_sent and len(frame.payload) <= LONGEST_PING:
                self._unanswered.append(frame.payload)
                self._answer_pings()
        else:
            self._take_data(frame, at)

    def _take_close(self, frame: Frame) -> None:
        # RFC 6455 §5.5.1: a Close that was not sent first MUST be answered by one, typically of the same
        # code.
        code = frames.close_code(frame.payload)
        self.close_code = 1005 if code is None else code
        if self.answers_close and not self._close_sent:
            self.send_frame(frames.close(code))

    def _take_data(self, frame: Frame, at: float) -> None:
        whole = self._assembler.take(frame)
        if whole is not None:
            cache = self._record.cache
            payload = cache.message(whole.payload, whole.is_new)
            self.messages.append(Message(at, whole.opcode, payload, cache))
            self._note_status(self.messages[-1])

    def _note_status(self, message: Message) -> None:
        if not self.greeted and message.document.get("Type") == "Status":
            self.greeted = True
            wsid = message.document.get("WSID")
            self.wsid = wsid if isinstance(wsid, str) else ""

    def _write(self, data: bytes, whole: bool = False) -> None:
        """Send ``data``; ``whole`` says that it is frames from their first byte to their last."""
        if self.end is None or (self.end.how == "FIN" and not self.hangs_up):
            self.link.send(data)
            # Whole frames between two frames leave the stream between two frames: nothing to follow.
            if not (whole and self._position.is_between):
                self._position.follow(data)
            self._answer_pings()

    def _answer_pings(self) -> None:
        """Answer Pings, but not inside a frame of which a check has sent a part."""
        while self._unanswered and not self._position.is_inside:
            payload = self._unanswered.popleft()
            if not self._close_sent:
                self.send_frame(Frame(Opcode.PONG, payload))

    def _note_end(self, how: str, by_client: bool = False) -> None:
        self.end = ConnectionEnd(plain(how), self.close_code, by_client)
        self._record.ended(self.name, str(self.end))

"""One TCP connection: bytes to and from websockets' Sans-I/O protocol, with this server's limits.

websockets parses, and answers control frames and closing; data frames are written straight to the
transport, ready-made. Reading goes slice by slice, so that no client holds up the others (SEC-5, SEC-10).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State

from . import handshake
from .config import Config
from .handshake import Handshake
from .log import Log
from .session import Session
from .token_bucket import TokenBucket, cost_of
from .wire import request_head
from .wire.assembler import Assembler, TooManyFragmentsError
from .wire.shared_frames import UNCOMPRESSED

SLICE = 4 * 1024
"""How many bytes of one client are read at a time: under 700 frames, some milliseconds of work."""

MAX_HEAD = 64 * 1024
"""The longest request head, in bytes."""

_END_OF_LINE = b"\r\n"
_END_OF_HEAD = _END_OF_LINE * 2
_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)


@dataclass(frozen=True)
class Shared:
    """What all connections of one server share."""

    config: Config
    log: Log
    handshake: Handshake
    open_session: Callable[["Connection", str], Session]
    alive: set["Connection"] = field(default_factory=set)
    """The connections that are not lost yet."""


class Connection(asyncio.Protocol):
    """One client, from its first byte to its last."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._loop = asyncio.get_running_loop()
        self._protocol = shared.handshake.new_protocol()
        self._assembler = Assembler()
        self._bucket = TokenBucket(shared.config.max_rate, self._loop.time())
        self._session: Session | None = None
        self._unread = bytearray()
        self._next_slice: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport
        self._deadline: asyncio.TimerHandle
        """Drops a client that does not finish its opening or closing handshake in time."""
        self._heard = True
        self.window = UNCOMPRESSED

    # What the room and the server do with it.

    def write(self, frames: bytes) -> None:
        """Send whole frames; a client that has let too much pile up is disconnected (BCAST-9, BCAST-14)."""
        transport = self._transport
        if not transport.is_closing():
            transport.write(frames)
            if self.backlog > self._shared.config.max_backlog:
                self.drop("slow-reader")

    @property
    def backlog(self) -> int:
        """The bytes that the client has not taken yet, as far as this process knows."""
        return self._transport.get_write_buffer_size()

    def close(self, code: int, reason: str) -> None:
        """Begin the closing handshake; a client that has not finished its opening one is dropped."""
        if self._session is None:
            self.drop("closed")
        elif self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
            self._send()

    def drop(self, why: str) -> None:
        """End the TCP connection at once."""
        if self._session is None:
            self._shared.log.info("refused", why=why)
        self._end(why)
        self._transport.abort()

    def ping(self) -> None:
        """Send a Ping, or drop a client that has not been heard of since the last one (BCAST-13)."""
        if self._session is None or self._protocol.state is not State.OPEN or self._next_slice:
            return
        if not self._heard:
            self.drop("silent")
            return
        self._heard = False
        self._protocol.send_ping(b"")
        self._send()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the client its time for the handshake (SEC-4)."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass
        self._shared.alive.add(self)
        timeout = self._shared.config.handshake_timeout
        self._deadline = self._loop.call_later(timeout, self.drop, "handshake-timeout")

    def data_received(self, data: bytes) -> None:
        """Read on, unless the client has to wait."""
        self._heard = True
        self._unread += data
        if self._next_slice is None:
            self._read()

    def eof_received(self) -> bool:
        """Take a TCP end without Close for the member's end (BCAST-8)."""
        self._end("tcp-end")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._end("tcp-reset" if exc else "tcp-end")
        self._deadline.cancel()
        if self._next_slice:
            self._next_slice.cancel()
        self._shared.alive.discard(self)

    # Reading.

    def _read(self) -> None:
        self._next_slice = None
        if self._session is None:
            self._read_head()
        if self._session is not None:
            self._read_slice(self._session)

    def _read_head(self) -> None:
        """Wait for the whole head: what follows it is parsed only after the answer is out (WS-5)."""
        if self._protocol.close_expected():
            self._unread.clear()  # refused, and its answer is on the way
            return
        while self._unread.startswith(_END_OF_LINE):  # RFC 9112 section 2.2: ignore at least one of them
            del self._unread[: len(_END_OF_LINE)]
        head, end, rest = self._unread.partition(_END_OF_HEAD)
        if end:
            self._unread = rest
            self._take_head(bytes(head + end))
        elif len(head) > MAX_HEAD:
            self._respond(handshake.head_too_large())
        elif request_head.cannot_be(bytes(self._unread)):
            self._respond(handshake.malformed())

    def _take_head(self, head: bytes) -> None:
        try:
            self._protocol.receive_data(request_head.checked(head))
        except request_head.HeadError as error:
            self._respond(handshake.refusal(error.status, f"{error}\n"))
            return
        requests = self._protocol.events_received()
        if requests:
            assert isinstance(requests[0], Request)
            self._answer(requests[0])
        else:
            answers = self._protocol.data_to_send()
            if not any(answers):
                answers.insert(0, handshake.malformed().serialize())
            self._write_out(answers)

    def _answer(self, request: Request) -> None:
        answer = self._shared.handshake.answer(self._protocol, request)
        self._respond(answer.response)
        if answer.room is not None and not self._transport.is_closing():
            self._deadline.cancel()
            self.window = handshake.agreed_window(self._protocol)
            self._session = self._shared.open_session(self, answer.room)

    def _respond(self, response: Response) -> None:
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            self._shared.log.info("refused", why=f"status {response.status_code}")
        self._protocol.send_response(response)
        self._write_out(self._protocol.data_to_send())

    def _read_slice(self, session: Session) -> None:
        data = self._unread[:SLICE]
        del self._unread[:SLICE]
        if data:
            self._feed(session, data)
        wait = self._bucket.wait(self._loop.time())
        if self._transport.is_closing():
            return
        if self._unread or wait:
            self._transport.pause_reading()
            self._next_slice = self._loop.call_later(wait, self._read)
        elif not self._transport.is_reading():
            self._transport.resume_reading()

    def _feed(self, session: Session, data: bytearray) -> None:
        self._protocol.receive_data(data)
        frames = [event for event in self._protocol.events_received() if isinstance(event, Frame)]
        self._bucket.take(sum(map(cost_of, frames)), self._loop.time())
        for frame in frames:
            if frame.opcode in _DATA and session.is_member:
                self._take_data(session, frame)
        if self._bucket.is_new_flood() and session.is_member:
            session.slow_down(self._shared.config.max_rate)
        self._send()

    def _take_data(self, session: Session, frame: Frame) -> None:
        try:
            message = self._assembler.add(frame)
            if message is not None:
                session.receive(message.payload, is_text=message.is_text)
        except UnicodeDecodeError as error:
            self._fail(CloseCode.INVALID_DATA, f"{error.reason} at byte {error.start}")
        except TooManyFragmentsError as error:
            self._fail(CloseCode.POLICY_VIOLATION, str(error))

    # Writing and ending.

    def _fail(self, code: CloseCode, reason: str) -> None:
        """Fail the connection: a Close goes out, and nothing more is read (RFC 6455 section 7.1.7)."""
        self._protocol.fail(code, reason)
        self._send()

    def _send(self) -> None:
        """Write what websockets has to say; a Close goes out after all that the room had for the member."""
        session = self._session
        if session is not None and session.is_member and self._protocol.state is not State.OPEN:
            session.flush()
            session.end(self._close_codes())
            self._await_end()
        self._write_out(self._protocol.data_to_send())

    def _write_out(self, writes: list[bytes]) -> None:
        whole = b"".join(writes)  # in one write: a thousand Pongs are no thousand calls of the system
        if whole:
            self.write(whole)
        if b"" in writes:
            self._half_close()

    def _half_close(self) -> None:
        """End our direction and wait for the client's end: to end both could lose what was just written."""
        if self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

    def _await_end(self) -> None:
        self._deadline.cancel()
        timeout = self._shared.config.close_timeout
        self._deadline = self._loop.call_later(timeout, self.drop, "close-timeout")

    def _end(self, why: str) -> None:
        if self._session is not None:
            self._session.end(why)

    def _close_codes(self) -> str:
        sent, received = self._protocol.close_sent, self._protocol.close_rcvd
        return f"close received={received and received.code} sent={sent and sent.code}"

"""One WebSocket connection of a simulated user, read by a callback on Locust's own event loop.

Theory of operation
-------------------

What is received is handled on the hub, in callbacks that neither block nor switch. The user's greenlet calls
``handshake``, ``send_text`` and ``close``, and waits in them for ``_changed``.

Two readers share the stream of frames:

- Whole, unfragmented text frames, nearly all traffic, are found by ``frame_scanner`` (where they are
  compressed, by ``inflater``) and handed on together, as they were read.
- Every other frame is the business of the Sans-I/O protocol of ``websockets``. It is fed exactly one frame
  at a time, so it never holds half of one, and the scanner can go on behind it.

Bytes come in by ``ReadLoop`` and leave by ``WriteBuffer``, each with invariants of its own. In between a
connection goes through the phases of ``Phase`` in their order, and never back. What is read goes to the
function to which ``_in.on_data`` points, which each phase sets anew:

======== ============================================================================================
phase    what takes the bytes
======== ============================================================================================
OPENING  ``on_data``: the opening handshake reads
OPEN     ``_on_frames``: texts go to ``on_bytes`` and ``on_texts``, other frames to ``_handle_frame``
CLOSING  ``_discard``: the server has sent its Close, and nothing counts behind it
CLOSED   nothing is read: the socket is closed
======== ============================================================================================

Invariants:

1. ``_rest`` holds what was read and not yet taken in, from the beginning of a frame on; it is empty before
   the first frame.
2. ``_protocol`` is there exactly while somebody has to remember something: during the handshake, inside a
   fragmented message, with an extension, and from the first Close on. At any other time it would be a good
   part of a user's memory for nothing, and is made anew for each frame that needs it.
3. ``_fragments`` is a list exactly between the first and the last frame of a fragmented message. Neither the
   scanner nor ``on_bytes`` may look at what comes meanwhile: a text in there would break the protocol, and
   it is for the protocol to say so.
4. ``end`` is set once, and the listener told with it, at the first of: the server's Close, the end of TCP,
   a fault. The socket may outlive it while the closing handshake goes on.

What was measured
-----------------

A user costs 15 KiB; so there are ``__slots__`` here, and what few users need is made at its first use. What
receives is reached through plain function pointers (``on_bytes``, ``on_texts``, ``ReadLoop.on_data``), each a
bound method: a call of one costs 54.7 ns, by way of ``functools.partial`` 121 ns, by way of an object that
wraps it 341 ns. Two of them are called for each read.
"""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum

import gevent
from gevent.event import Event
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import WebSocketURI

from hubbub.load.timing.moments import Moment
from hubbub.load.websocket.frame_head import text_frame
from hubbub.load.websocket.frame_scanner import frame_end, scan_text
from hubbub.load.websocket.handshake import HandshakeError, OpeningHandshake
from hubbub.load.websocket.listener import End, Listener
from hubbub.load.websocket.opening import MAX_MESSAGE, Opening, Scan, opened
from hubbub.load.websocket.read_loop import ReadLoop
from hubbub.load.websocket.transport import Reader
from hubbub.load.websocket.write_buffer import WriteBuffer
from hubbub.text.event_log import EventLog

_log = EventLog("hubbub.load.websocket")

_MAX_FRAME = MAX_MESSAGE + 14
"""The longest frame that is waited for: the longest message, with a head of 10 bytes and a masking key."""
_RESET = struct.pack("ii", 1, 0)
"""The value of SO_LINGER by which closing a socket resets its connection."""
_BINARY = b"(binary) "
"""Prefix that makes a binary message undecodable as a chat message; no protocol of chat here has any."""
_ANSWER = "an answer to the opening handshake"
_FRAMES_AT_ONCE = 64
"""So many frames that are no whole texts are taken in at once; then all others have their turn."""

_DEFAULT_OPENING = Opening()


class Phase(IntEnum):
    """How far a connection has come; the numbers ascend with time."""

    OPENING = 0
    """The opening handshake goes on, or has failed."""
    OPEN = 1
    """Frames go both ways. Our own Close may be under way; the server has not sent one."""
    CLOSING = 2
    """The server has sent a Close frame; the end of TCP is awaited (RFC 6455 section 7.1.1)."""
    CLOSED = 3
    """It was open, and its socket is closed."""


_OPEN = Phase.OPEN
"""For the hot path: looking a member up in its Enum takes 142 ns (measured), longer than two calls."""


OnTexts = Callable[[list[bytes], Moment, Moment], None]
"""Takes the text messages of one read, when they arrived, and when they were read."""

OnBytes = Callable[[bytes, Moment, Moment], bytes]
"""Takes the bytes of one read where frames may begin; returns those that it leaves, from a frame on."""


class Connection:
    """A WebSocket connection over ``sock``, which ``hubbub.load.websocket.transport.Dialer`` connected.

    Once its user is a member, its ``Membership`` re-points ``on_texts`` and ``on_bytes`` to the user's cursor
    in the room's log, so that nothing stands between a read and the ledger. ``_scan`` and the read loop's
    ``on_data`` are the connection's own to set: by what was agreed on compression, and by phase.
    """

    __slots__ = (
        "_changed",
        "_fragments",
        "_in",
        "_listener",
        "_opening",
        "_out",
        "_phase",
        "_protocol",
        "_rest",
        "_scan",
        "_socket",
        "_uri",
        "end",
        "on_bytes",
        "on_texts",
    )

    def __init__(self, sock: socket.socket, uri: WebSocketURI, read: Reader, listener: Listener) -> None:
        self.on_texts: OnTexts = listener.texts
        self.on_bytes: OnBytes = _leave
        """Is offered what is read before frames are looked for in it."""
        self.end: End | None = None
        """How the connection ended, once it has."""
        self._listener = listener
        self._socket = sock
        self._uri = uri
        self._protocol: ClientProtocol | None = None
        self._opening: OpeningHandshake | None = None
        """The handshake, while it goes on."""
        self._phase = Phase.OPENING
        self._rest = b""
        self._scan: Scan = scan_text
        self._fragments: list[bytes] | None = None
        self._changed = Event()
        """Set, for the user's greenlet, whenever something happens that it may wait for."""
        self._in = ReadLoop(sock, read, self, listener)
        self._out = WriteBuffer(sock, self, self._changed)

    # What the user does

    def handshake(self, opening: Opening = _DEFAULT_OPENING) -> None:
        """Shake hands, while other greenlets run; raises HandshakeError where the server does not."""
        self._opening = handshake = OpeningHandshake(opening, self._uri)
        self._protocol = handshake.protocol
        self._in.start()
        handshake.send_request()
        self._flush(handshake.protocol)
        _log.debug("handshake-sent", self._listener)
        while self._phase is Phase.OPENING and self.end is None:
            self._wait_for_change()
        # It may have been opened and ended in one read; then it is not the handshake that failed.
        if self._phase is Phase.OPENING and self.end is not None:
            raise HandshakeError(self.end.reason, handshake.answer)

    def send_text(self, payload: bytes, copies: int = 1) -> bool:
        """Send one text message, or several equal ones in one piece.

        Return when the kernel has taken all of it, or False if it never will.

        To be called when ``wait_until_writable`` has just said that something can be sent.
        """
        if self._protocol is None:
            # Hot: once for each message. Each copy has a masking key of its own (section 5.3).
            self._out.write(
                text_frame(payload) if copies == 1 else b"".join([text_frame(payload) for _ in range(copies)])
            )
        else:
            # Compressed, or while the protocol has something else to remember.
            for _ in range(copies):
                self._protocol.send_text(payload)
            self._flush(self._protocol)
        return self.wait_until_writable()

    def wait_until_writable(self) -> bool:
        """Wait while the kernel takes no more; return False if the connection has ended."""
        out = self._out
        while out.unsent and self.end is None and not out.broken:
            self._wait_for_change()
        return self.end is None and not out.broken and self._is_open()

    def close(self, timeout: float) -> None:
        """Close with code 1000, give the server ``timeout`` seconds to follow, and free the socket."""
        try:
            with gevent.Timeout(timeout, False):
                if self._is_open():
                    protocol = self._full_protocol()
                    protocol.send_close(1000)
                    _log.debug("close-sent", self._listener, code=1000)
                    self._flush(protocol)
                # "The server MUST close the TCP connection" first (section 7.1.1), so its end is awaited.
                while self._in.is_on:
                    self._wait_for_change()
        finally:
            # In a ramp down Locust may end a user once more while it leaves.
            self._free()

    def abort(self) -> None:
        """Be gone at once, by a TCP reset."""
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        _log.debug("reset", self._listener)
        self._free()

    def pause_reading(self) -> None:
        """Leave what comes in the kernel, which takes little from now on, until ``resume_reading``."""
        self._in.pause()

    def resume_reading(self) -> None:
        """Read on."""
        self._in.resume()

    # What the server sends

    def _is_open(self) -> bool:
        """Whether messages may still be sent: behind our own Close none may (section 5.5.1)."""
        return self._phase is _OPEN and (self._protocol is None or self._protocol.state is State.OPEN)

    def _full_protocol(self) -> ClientProtocol:
        """Return the protocol for a frame that is not a whole text, be it sent or received."""
        if self._protocol is None:
            self._protocol = opened(self._uri)
        return self._protocol

    def _wait_for_change(self) -> None:
        self._changed.clear()
        self._changed.wait()

    def on_data(self, data: bytes, arrival: Moment, read: Moment) -> None:
        """Let the handshake read; what follows the answer are frames already (for the read loop to call)."""
        handshake = self._opening
        assert handshake is not None
        try:
            rest = handshake.receive(data)
        except HandshakeError as error:
            self._finish(End(None, str(error)))
            return
        if rest is not None:
            self._open(handshake)
            self._on_frames(rest, arrival, read)
            self._changed.set()

    def _open(self, handshake: OpeningHandshake) -> None:
        protocol = handshake.protocol
        _log.debug("opened", self._listener)
        self._phase = Phase.OPEN
        self._in.on_data = self._on_frames
        self._scan = handshake.opening.scan(protocol)
        self._opening = None
        self._release_protocol(protocol)

    def _on_frames(self, data: bytes, arrival: Moment, read: Moment) -> None:
        # Hot: once for each read, and most reads are whole texts that the room's log already has. Then
        # ``on_bytes`` leaves nothing, and neither loop below goes round.
        if self._rest:
            data, self._rest = self._rest + data, b""
        if self._fragments is None:
            data = self.on_bytes(data, arrival, read)
        position = frames = 0
        while self.end is None:
            if self._fragments is None:
                payloads, position = self._scan(data, position)
                if payloads:
                    self.on_texts(payloads, arrival, read)
            if position == len(data):
                break
            end = frame_end(data, position)
            # Not whole yet. One that announces more than is ever taken goes to the protocol as far as it has
            # come, which fails the connection with 1009 (section 7.4.1).
            if end is None or len(data) < end <= position + _MAX_FRAME:
                break
            self._on_frame(data[position:end], arrival, read)
            position = end
            frames += 1
            if frames == _FRAMES_AT_ONCE:
                # Frames that are no texts cost far more to read than to send: a server that sends nothing
                # else must not keep all other users of this process waiting.
                if self.end is None:
                    self._in.postpone(arrival, read)
                break
        self._rest = data[position:]
        if self._protocol is not None:
            # A Pong, or the answer to a Close: "as soon as is practical" (section 5.5.2).
            self._flush(self._protocol)
            self._release_protocol(self._protocol)

    def _on_frame(self, frame: bytes, arrival: Moment, read: Moment) -> None:
        """Give the protocol one frame that is not for the scanner, and do what it says."""
        protocol = self._full_protocol()
        protocol.receive_data(frame)
        for event in protocol.events_received():
            if isinstance(event, Frame) and self.end is None:
                self._handle_frame(event, arrival, read)
        if protocol.parser_exc is not None:
            # Fail the WebSocket connection (section 7.1.7): a Close that says why, and the end.
            self._flush(protocol)
            self._finish(End(None, f"the server broke the protocol: {protocol.parser_exc}"))

    def _release_protocol(self, protocol: ClientProtocol) -> None:
        """Do without the protocol where it has nothing to remember: no Close, no fragment, no window."""
        if protocol.state is State.OPEN and self._fragments is None and not protocol.extensions:
            self._protocol = None

    def _handle_frame(self, frame: Frame, arrival: Moment, read: Moment) -> None:
        data = bytes(frame.data)
        if frame.opcode >= Opcode.CLOSE:
            # Control frames alone: where messages are compressed, each of them comes this way.
            _log.debug("received", self._listener, opcode=frame.opcode.name, bytes=len(data))
        if frame.opcode is Opcode.CLOSE:
            close = self._full_protocol().close_rcvd
            assert close is not None
            # "If an endpoint receives a Close frame [...] MUST send a Close frame in response" (section
            # 5.5.1): the protocol has it ready, and ``_on_frames`` flushes it.
            self._phase = Phase.CLOSING
            self._in.on_data = _discard
            self._announce(End(close.code, close.reason))
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._fragments = [data if frame.opcode is Opcode.TEXT else _BINARY + data]
        elif frame.opcode is Opcode.CONT:
            # One without a beginning the protocol refuses before it comes here (section 5.4).
            assert self._fragments is not None
            if data:
                self._fragments.append(data)
        # Control frames may come between fragments (section 5.4); their FIN ends no message. The protocol
        # has answered Pings by itself (section 5.5.2).
        if self._fragments is not None and frame.fin and frame.opcode < Opcode.CLOSE:
            message, self._fragments = b"".join(self._fragments), None
            self.on_texts([message], arrival, read)

    def _flush(self, protocol: ClientProtocol) -> None:
        """Send what the protocol wants sent."""
        self._out.write(b"".join(protocol.data_to_send()))

    # How it ends

    def on_eof(self) -> None:
        """End as the server has ended its side (for the read loop to call)."""
        how = "without a Close frame"
        if self._opening is not None:
            how = "in the middle of its answer" if self._opening.has_begun else f"without {_ANSWER}"
        self._finish(End(None, f"the server ended the connection {how}"))

    def on_broken(self, error: OSError) -> None:
        """End with what broke the connection (for the read loop to call)."""
        self._finish(End(None, str(error)))

    def on_fault(self, error: Exception) -> None:
        """End by our own fault (for the ways in and out to call)."""
        self._listener.fault(error)
        self._finish(End(None, f"the load generator's own fault: {error!r}"))

    def _announce(self, end: End) -> None:
        if self.end is None:
            self.end = end
            _log.debug("ended", self._listener, code=end.code)
            self._listener.end(end)
            self._changed.set()

    def _finish(self, end: End) -> None:
        self._announce(end)
        self._free()

    def _free(self) -> None:
        """Close the socket; does nothing twice."""
        if self._phase is not Phase.OPENING:
            self._phase = Phase.CLOSED
        self._in.close()
        self._out.close()
        self._socket.close()
        self._changed.set()


def _leave(data: bytes, _arrival: Moment, _read: Moment) -> bytes:
    """Leave all to the scanner."""
    return data


def _discard(_data: bytes, _arrival: Moment, _read: Moment) -> None:
    """Nothing counts after a Close frame (RFC 6455 sections 5.5.1 and 1.4)."""

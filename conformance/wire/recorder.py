"""Writes what happens into the transcript, with the time since the check began."""

import time
from typing import Literal

from ..messages.plain_text import plain
from . import transcript
from .framing.frames import Frame
from .http.handshake import Response
from .message_cache import MessageCache
from .transcript import Intent, Transcript


class Recorder:
    """The one clock and the one order of a check."""

    def __init__(self, of: Transcript) -> None:
        self.transcript = of
        self.cache = MessageCache()
        self._zero = time.monotonic()

    @property
    def now(self) -> float:
        """Seconds since the check began."""
        return round(time.monotonic() - self._zero, 6)

    def connecting(self, client: str, target: str, room: str | None) -> None:
        """A client begins to connect."""
        event = transcript.Connecting(at=self.now, client=client, target=target, room=room)
        self.transcript.add(event)

    def answered(self, client: str, response: Response) -> None:
        """The head of the server's answer to the handshake came."""
        event = transcript.Answered(
            at=self.now,
            client=client,
            status=response.status,
            reason=response.reason,
            headers=response.headers,
        )
        self.transcript.add(event)

    def sent(self, client: str, frame: Frame, intent: Intent) -> None:
        """A client sends a frame."""
        self.transcript.add(transcript.Sent(at=self.now, client=client, frame=frame, intent=intent))

    def sent_bytes(self, client: str, data: bytes) -> None:
        """A client sends bytes that are no whole frame."""
        self.transcript.add(transcript.SentBytes(at=self.now, client=client, data=data))

    def received(self, client: str, frame: Frame) -> float:
        """A frame came; return when."""
        # One reading of the clock, so that the message made of it has the very time of its frame.
        at = self.now
        self.transcript.add(transcript.Received(at=at, client=client, frame=frame))
        return at

    def left(self, client: str, how: Literal["FIN", "RST"]) -> None:
        """A client ends its side below the WebSocket."""
        self.transcript.add(transcript.Left(at=self.now, client=client, how=how))

    def ended(self, client: str, how: str) -> None:
        """A connection is over."""
        self.transcript.add(transcript.Ended(at=self.now, client=client, how=plain(how)))

    def paused(self, client: str, reading: bool) -> None:
        """A client stops reading, or goes on."""
        self.transcript.add(transcript.Paused(at=self.now, client=client, reading=reading))

    def remark(self, client: str, text: str) -> None:
        """The harness has something to say."""
        self.transcript.add(transcript.Remark(at=self.now, client=client, text=plain(text)))

"""What a payload is: decoded and judged once in a process, for all members of its room."""

from typing import NamedTuple

from hubbub.load.measure.anomalies import Kind
from hubbub.load.messages.dialect import Delivery, Dialect, Notice, UnreadableError
from hubbub.load.messages.envelope import BadEnvelopeError, Envelope, unseal
from hubbub.load.messages.message_key import MessageKey


class BadPayload(NamedTuple):
    """A payload that should not have come to this room."""

    kind: Kind
    detail: str
    key: MessageKey | None
    """The message's, where it can be read."""


class Inspector:
    """Judges what comes to a room: its index, in the run with that random number."""

    # Rooms may be as many as users, and each has one of these.
    __slots__ = ("_dialect", "_room", "_run")

    def __init__(self, dialect: Dialect, run: int, room: int) -> None:
        self._dialect = dialect
        self._run = run
        self._room = room

    def inspect(self, payload: bytes) -> Envelope | BadPayload | Notice:
        """Return the envelope of one of the room's messages, or what else it is."""
        try:
            message = self._dialect.recognise(payload)
            if isinstance(message, Delivery):
                return self._judge(message, unseal(message.text))
        except (UnreadableError, BadEnvelopeError) as error:
            return BadPayload("corrupt", str(error), None)
        # A Status says nothing to a member. The connection took the first; here it is as good as any notice.
        return message if isinstance(message, Notice) else Notice(None)

    def _judge(self, delivery: Delivery, envelope: Envelope) -> Envelope | BadPayload:
        # The envelope's CRC is right, so what it says of itself was said by some publisher of ours.
        if envelope.run != self._run:
            # Of a run before, kept by the server, or of another that uses it now.
            return BadPayload("corrupt", "a message of another run", envelope.key)
        if envelope.room != self._room:
            return BadPayload("misdelivered", f"published to room {envelope.room}", envelope.key)
        if envelope.origin != delivery.origin:
            # What the server wrote beside the text is not what the publisher expected of it.
            return BadPayload("corrupt", "its room or sender is not the publisher's", envelope.key)
        return envelope

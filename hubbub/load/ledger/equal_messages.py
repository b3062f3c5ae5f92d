"""Messages with equal payloads, several of which one publisher sent in a row."""

# Theory of operation
#
# A publisher may send the same bytes several times over. Each of these is a message with a key of its own,
# and the keys follow one another. A member cannot tell which of them it got, only how many. So the rule is:
# it has had the first so many of the run. Whoever asks for "a later message of the publisher" means one after
# the whole run, because a further copy is no later message but an equal one.

from collections.abc import Callable

from hubbub.load.messages.envelope import Envelope
from hubbub.load.messages.message_key import MessageKey, following, publisher_of, sequence_of


class EqualMessages:
    """The runs of equal messages of one room."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: dict[MessageKey, MessageKey] = {}
        """By the key of each of several equal messages, the key of the last of them."""

    def note(self, envelope: Envelope) -> None:
        """Take note of the messages that have this envelope."""
        last = following(envelope.key, envelope.copies - 1)
        for copy in range(envelope.copies):
            self._last[following(envelope.key, copy)] = last

    def last(self, key: MessageKey) -> MessageKey:
        """Return the last of the messages that are equal to that of ``key``, which mostly is itself."""
        return self._last.get(key, key)

    def forget(self, forgotten: dict[int, int], is_missing: Callable[[MessageKey], bool]) -> None:
        """Keep only those of which something may yet come or be missed, be it in the log or not.

        ``forgotten`` has, by publisher, the highest sequence number that the log has forgotten.
        """
        self._last = {
            key: last
            for key, last in self._last.items()
            if sequence_of(last) > forgotten.get(publisher_of(last), -1) or is_missing(key)
        }

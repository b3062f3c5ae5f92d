"""What the messages of a check hold: kept once, and read once, however many members get the same."""

import json
from typing import Any

from .framing.bounds import Budget
from .framing.frames import Frame

_MOST_KEPT = 24 << 20
"""Bytes of messages, about, that are kept as they were read; others are read again when they are needed."""
_BYTES_A_VALUE = 200
"""How much memory a value of a document takes, about."""


class MessageCache:
    """The frames and messages of a check."""

    def __init__(self) -> None:
        self.budget = Budget()
        self._frames: dict[Frame, Frame] = {}
        self._messages: dict[bytes, bytes] = {}
        self._documents: dict[bytes, dict[str, Any]] = {}
        self._kept = 0

    def frame(self, frame: Frame) -> Frame:
        """Return the frame, the same object for equal ones; raises BoundError where it is too much."""
        self.budget.count_frame()
        # A frame counts each time that it comes, its bytes once: that is what it costs here.
        known = self._frames.get(frame)
        if known is None:
            self.budget.count_bytes(len(frame.payload))
            known = self._frames[frame] = frame
        return known

    def message(self, payload: bytes, made: bool) -> bytes:
        """Return a whole message, the same object for equal ones; raises BoundError where it is too much.

        ``made`` says that it is not the payload of a single frame, which has been counted.
        """
        known = self._messages.get(payload)
        if known is None:
            self.budget.count_bytes(len(payload) if made else 0)
            self.budget.count_message(payload)
            known = self._messages[payload] = payload
        return known

    def document(self, payload: bytes) -> dict[str, Any]:
        """Return the JSON object that a message holds; empty where it holds none."""
        known = self._documents.get(payload)
        if known is None:
            known = _read(payload)
            self._keep(payload, known)
        return known

    def clear(self) -> None:
        """Forget what can be read again."""
        self._documents = {}
        self._kept = 0

    def _keep(self, payload: bytes, document: dict[str, Any]) -> None:
        self._kept += len(payload) + _BYTES_A_VALUE * (1 + payload.count(b","))
        # All at once, not the oldest: it is rare, and what is needed again is read again.
        if self._kept > _MOST_KEPT:
            self.clear()
        self._documents[payload] = document


def _read(payload: bytes) -> dict[str, Any]:
    try:
        document = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}

"""Many messages in one write, fewer than may be limited (SEC-5)."""

import time

from ..payloads.chat_payload import new_payload
from ..wire.client import Client
from ..wire.framing.frames import Frame, fragments
from ..wire.messages import Said
from ..wire.transcript import Intent
from ..wire.wire import Wire

NEVER_LIMITED = 500
"""Messages that may be sent at once."""


def send_at_once(client: Client, count: int, intent: Intent, parts: int = 1) -> list[Said]:
    """Send so many small messages, each in ``parts`` frames, in one write."""
    payloads = [new_payload() for _ in range(count)]
    client.send_frames([frame for payload in payloads for frame in _cut(payload.octets, parts)], intent)
    return [payload.of(client) for payload in payloads]


def _cut(octets: bytes, parts: int) -> list[Frame]:
    return fragments(octets, [len(octets) * part // parts for part in range(1, parts)])


def burst_time(wire: Wire, speaker: Client, listener: Client) -> float:
    """Return how long a burst takes that is never limited, in seconds."""
    began = time.monotonic()
    said = send_at_once(speaker, NEVER_LIMITED, "good")
    wire.expect_all(listener, *said)
    return time.monotonic() - began

"""Messages in very many fragments, written by the ten thousand at little cost."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat

from ..wire.client import Client
from ..wire.compression.blocks import Run
from ..wire.framing import frames
from ..wire.framing.frames import RSV1, Frame, Opcode
from ..wire.messages import Said
from ..wire.transcript import Intent
from .chat_payload import new_payload

FIN, MASKED = 0x80, 0x80
_PINGS_EVERY = 1000


@dataclass(frozen=True)
class Many:
    """One message in many fragments."""

    whole: Frame
    """The same message in one frame, white space around its JSON left out."""
    octets: bytes
    said: Said | None
    """What all must hear of it; None where it is a bad message."""

    @property
    def intent(self) -> Intent:
        """What is meant by it."""
        return "bad" if self.said is None else "good"


Make = Callable[[Client, int], Many]
"""What makes a message of so many fragments, for a client to send next."""


def of_bytes(size: int, between: bytes = b"") -> Make:
    """Return what makes messages of ``size`` bytes a fragment, with frames ``between`` each thousand."""

    def make(client: Client, count: int) -> Many:
        payload = new_payload()
        octets = _cut(payload.octets.ljust(size * count), size, Opcode.TEXT, between)
        return Many(frames.text(payload.octets), octets, payload.of(client))

    return make


def with_pings(client: Client, count: int) -> Many:
    """Return a message of one-byte fragments, with a Ping behind each thousand."""
    return of_bytes(1, frames.write_frame(Frame(Opcode.PING, b"between")))(client, count)


def mostly_empty(client: Client, count: int) -> Many:
    """Return a message of one fragment, with empty ones before it and behind it."""
    payload = new_payload()
    before = count // 2
    parts = [_head(Opcode.TEXT, 0), *repeat(_head(0, 0), before - 1)]
    parts.append(frames.write_frame(Frame(Opcode.CONTINUATION, payload.octets, fin=False)))
    parts += [*repeat(_head(0, 0), count - before - 2), _head(FIN, 0)]
    return Many(frames.text(payload.octets), b"".join(parts), payload.of(client))


def compressed(client: Client, count: int) -> Many:
    """Return a compressed message of one-byte fragments: stored blocks, which are as long as the message."""
    payload = new_payload()
    fill = count - len(client.compressed(b" " * count, _stored).payload)
    client.forget_window()
    frame = client.compressed(payload.octets.ljust(count + fill), _stored)
    return Many(frame, _cut(frame.payload, 1, Opcode.TEXT | RSV1 << 4), payload.of(client))


def binary(_client: Client, count: int) -> Many:
    """Return a binary message, which is a bad one, of one-byte fragments."""
    return Many(Frame(Opcode.BINARY), _cut(bytes(count), 1, Opcode.BINARY), None)


def not_json(_client: Client, count: int) -> Many:
    """Return a message that is no JSON, of one-byte fragments."""
    return Many(frames.text(b"{" * 9), _cut(b"{" * count, 1, Opcode.TEXT), None)


def _stored(text: bytes) -> list[Run]:
    return [Run(text, kind="stored")]


def _head(first: int, size: int) -> bytes:
    """Return the head of a frame, with a key of its own."""
    return bytes((first, MASKED | size)) + secrets.token_bytes(4)


def _cut(octets: bytes, size: int, first: int, between: bytes = b"") -> bytes:
    """Return the bytes of a message in fragments of ``size`` bytes, 1, 2 or 4, all masked with one key."""
    key = (secrets.token_bytes(size) * 4)[:4]
    masked = frames.mask(octets, key)
    pieces = [masked[at : at + size] for at in range(0, len(masked), size)]
    head, last = (bytes((bits, MASKED | size)) + key for bits in (0, FIN))
    starts = range(0, len(pieces), _PINGS_EVERY)
    thousands = [head + head.join(pieces[at : at + _PINGS_EVERY]) for at in starts]
    whole = between.join(thousands)
    start = len(head) + size
    return bytes((first,)) + whole[1:-start] + last + pieces[-1]

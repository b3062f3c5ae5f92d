"""Rules for the stream of frames (WS), as far as every connection shows them.

They need no other client and no window: whatever a server writes must be well-formed, up to the end of TCP.
"""

from collections.abc import Iterator

from ..wire.compression.deflate import Agreement, legal_bits
from ..wire.framing.frames import Frame, Opcode
from .client_history import NEVER
from .history import History
from .violation import Violation

_KNOWN = frozenset(Opcode)
_LONGEST_CONTROL = 125


def frames_are_well_formed(history: History) -> Iterator[Violation]:
    """WS-6: unmasked, minimal lengths, known opcodes, reserved bits 0 unless negotiated."""
    allowed = "unmasked frames with minimal lengths, known opcodes and reserved bits 0 unless negotiated"
    for client in history.clients.values():
        for _, received in client.frames:
            fault = _fault(received.frame, client.compression)
            if fault:
                yield Violation("WS-6", client.name, received.at, allowed, fault)


def fragments_and_control_frames_are_in_their_places(history: History) -> Iterator[Violation]:
    """WS-22: messages in one piece or in fragments of their own; whole and short control frames."""
    allowed = "fragments of one message at a time, and whole control frames of at most 125 bytes"
    for client in history.clients.values():
        is_inside = False
        for _, received in client.frames:
            frame = received.frame
            fault = _misplaced(frame, is_inside)
            if fault:
                yield Violation("WS-22", client.name, received.at, allowed, fault)
            if not frame.is_control:
                is_inside = not frame.fin


def no_data_follows_the_close_frame(history: History) -> Iterator[Violation]:
    """WS-14: no data follows the server's Close; RFC 6455 §5.5.1 does not forbid a control frame there."""
    for client in history.clients.values():
        for place, received in client.frames:
            is_data = received.frame.opcode < Opcode.CLOSE
            if is_data and client.closed_by_server < place and client.closed_by_server != NEVER:
                seen = f"{client.name} received a frame of opcode {received.frame.opcode} behind Close"
                yield Violation("WS-14", client.name, received.at, "no data after a Close frame", seen)


def compressed_messages_can_be_inflated(history: History) -> Iterator[Violation]:
    """WS-17: what was agreed on contexts and windows is kept."""
    allowed = "compressed messages that can be inflated by what was agreed"
    for client in history.clients.values():
        for at, fault in client.undecodable:
            yield Violation("WS-17", client.name, at, allowed, f"{client.name} received {fault}")


def _fault(frame: Frame, compression: Agreement | None) -> str:
    # RFC 6455 §5.1: a server MUST NOT mask any frame that it sends to the client.
    if frame.masked:
        return "a masked frame"
    # §5.2: the minimal number of bytes MUST be used to encode the length.
    if not frame.is_minimal:
        return f"{len(frame.payload)} bytes with {frame.extended_length} bytes of extended length"
    # §5.2: 0x3 to 0x7 and 0xB to 0xF are reserved; no extension here defines any.
    if frame.opcode not in _KNOWN:
        return f"the reserved opcode {frame.opcode:#x}"
    # §5.2: RSV bits MUST be 0 unless an extension defines them, as RFC 7692 §6 does RSV1 of a first frame.
    if frame.rsv & ~legal_bits(frame, compression):
        return f"reserved bits {frame.rsv:03b}"
    return ""


def _misplaced(frame: Frame, is_inside: bool) -> str:
    """Return what is wrong with the place or the form of a frame, inside a fragmented message or not."""
    # §5.5: all control frames MUST have a payload of 125 bytes or less and MUST NOT be fragmented.
    if frame.is_control:
        if not frame.fin:
            return f"a fragment of a control frame of opcode {frame.opcode:#x}"
        size = len(frame.payload)
        return f"a control frame of {size} bytes" if size > _LONGEST_CONTROL else ""
    # §5.4: fragments of one message MUST NOT be interleaved with those of another.
    if frame.opcode == Opcode.CONTINUATION:
        return "" if is_inside else "a continuation of no message"
    return f"a frame of opcode {frame.opcode:#x} inside a fragmented message" if is_inside else ""


RULES = (
    frames_are_well_formed,
    fragments_and_control_frames_are_in_their_places,
    no_data_follows_the_close_frame,
    compressed_messages_can_be_inflated,
)

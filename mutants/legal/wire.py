"""Odd but legal servers: other JSON, other frames, other timing, the same chat."""

import json
import random
from collections.abc import Sequence
from typing import Any

from hubbub.protocol.messages import ServerMessage
from mutants.broken.messages.server_messages import ChangedFields, fields_of
from mutants.machinery.incoming_frames import FIN, PING
from mutants.machinery.outgoing_frames import Frame, RewritingConnection
from mutants.machinery.registration import Registry
from reference_server.connection import Connection, Shared
from reference_server.room import Room

MUTANTS = Registry()


# JSON.


@MUTANTS.legal("legal-extra-fields")
class ExtraFields(ChangedFields):
    """Every message, and every user in a list, has further fields."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        users = [user | {"Since": 1455271200, "Role": None} for user in fields.get("Users", ())]
        more = {"Version": [1, 0], "Server": {"Name": "tea"}, "Ratio": 0.5, "\u00e9": True}
        return more | fields | ({"Users": users} if "Users" in fields else {})


@MUTANTS.legal("legal-key-order")
class KeyOrder(ChangedFields):
    """The fields come in another order each time."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        names = list(fields)
        random.shuffle(names)
        return {name: fields[name] for name in names}


@MUTANTS.legal("legal-pretty")
class Pretty(Room):
    """JSON is pretty-printed, with white space around it."""

    def encode(self, message: ServerMessage) -> bytes:
        return b"\r\n\t" + json.dumps(fields_of(message), ensure_ascii=False, indent=4).encode() + b" \n"


@MUTANTS.legal("legal-escaped")
class Escaped(Room):
    """Whatever JSON lets one escape is escaped: what is not ASCII, and slashes."""

    def encode(self, message: ServerMessage) -> bytes:
        return json.dumps(fields_of(message)).replace("/", "\\/").encode()


@MUTANTS.legal("legal-status-message")
class StatusMessage(ChangedFields):
    """A Status has a Message too, as in the tutorial's published code."""

    def changed(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields | {"Message": "Welcome", "Room": self.name} if fields["Type"] == "Status" else fields


# Frames.


class Asking(RewritingConnection):
    """The base of servers that ping a lot, but not so much that the Pongs would be a flood."""

    pings = 400

    def ask(self, payload: bytes) -> tuple[Frame, ...]:
        """Return a Ping, or nothing once there were many."""
        self.pings -= 1
        return (Frame(FIN | PING, payload),) if self.pings >= 0 else ()


@MUTANTS.legal("legal-fragmented")
class Fragmented(Asking):
    """Every message is in four fragments, one of them empty, the first 400 with a Ping between them."""

    def rewrite(self, frame: Frame) -> tuple[Frame, ...]:
        if not frame.is_text:
            return (frame,)
        cut = len(frame.payload) // 2 + 1  # may well be inside a character
        return (
            Frame(frame.first & ~FIN, frame.payload[:cut]),
            Frame(0, b""),
            *self.ask(b"between"),
            Frame(0, frame.payload[cut:]),
            Frame(FIN, b""),
        )


@MUTANTS.legal("legal-pings")
class Pinging(Asking):
    """A Ping with 125 bytes goes before each of the first 200 messages, and one without any after it."""

    def rewrite(self, frame: Frame) -> tuple[Frame, ...]:
        return (*self.ask(b"p" * 125), frame, *self.ask(b"")) if frame.is_text else (frame,)


@MUTANTS.legal("legal-drip")
class Dripping(RewritingConnection):
    """Each frame is a write of its own, its first bytes one by one."""

    def rewrite(self, frame: Frame) -> list[bytes | Frame]:
        data = frame.serialize()
        return [*(data[at : at + 1] for at in range(min(len(data), 40))), data[40:]]


@MUTANTS.legal("legal-close-code")
class CloseCode(RewritingConnection):
    """Every Close of a client is answered by one without a code."""

    def rewrite(self, frame: Frame) -> Frame:
        return frame.but(payload=b"") if frame.is_close and frame.payload[:2] == b"\x03\xe8" else frame


@MUTANTS.legal("legal-silent-failure")
class SilentFailure(RewritingConnection):
    """A connection that breaks the RFC is ended without a Close."""

    def rewrite(self, frame: Frame) -> tuple[Frame, ...]:
        is_answer = self._protocol.close_rcvd is not None
        is_failure = frame.is_close and int.from_bytes(frame.payload[:2], "big") in (1002, 1007, 1009)
        return () if is_failure and not is_answer else (frame,)


@MUTANTS.legal("legal-jitter")
class Jitter(RewritingConnection):
    """Messages lag behind by up to 40 ms, each member's otherwise but in order; Pongs overtake them."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self._held: list[Frame] = []

    def rewrite(self, frame: Frame) -> Sequence[Frame]:
        if frame.is_text:
            self._held.append(frame)
            self._loop.call_later(random.uniform(0.0, 0.04), self._release)
            return ()
        return (*self._all_held(), frame) if frame.is_close else (frame,)

    def _all_held(self) -> list[Frame]:
        held, self._held = self._held, []
        return held

    def _release(self) -> None:
        if self._held:
            Connection.write(self, self._held.pop(0).serialize())

"""Transcripts written by hand, a line an event, and what the oracle says of them."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.oracle.judge import judge
from conformance.wire import transcript as events
from conformance.wire.framing.frames import Frame, Opcode, close
from conformance.wire.transcript import Event, Intent, Transcript, TranscriptHead

STARTED = "2026-01-01T12:00:00+00:00"


class Scene:
    """A transcript in the making: each verb adds an event a millisecond after the one before."""

    def __init__(self, **head: Any) -> None:
        self.transcript = Transcript(TranscriptHead(check="scene", url="ws://x/", started=STARTED, **head))

    def add(self, kind: Callable[..., Event], client: str, **fields: Any) -> None:
        """Add any event."""
        self.transcript.add(kind(at=len(self.transcript.events) / 1000, client=client, **fields))

    def join(self, *clients: str, room: str | None = "den", greet: bool = True, deflate: str = "") -> None:
        """Let clients connect, and greet each with the WSID ``#name``."""
        for client in clients:
            self.add(events.Connecting, client, target="/", room=room)
            headers = (("Sec-WebSocket-Extensions", deflate),) if deflate else ()
            self.add(events.Answered, client, status=101, reason="Switching Protocols", headers=headers)
            if greet:
                self.get(client, {"Type": "Status", "WSID": f"#{client}"})

    def say(self, client: str, words: str, intent: Intent = "good", **fields: Any) -> None:
        """Let a client publish."""
        self.publish(client, {"Message": in_base64(words), **fields}, intent)

    def publish(self, client: str, fields: Any, intent: Intent = "good") -> None:
        """Let a client send these fields."""
        self.send(client, Frame(Opcode.TEXT, json.dumps(fields).encode()), intent)

    def send(self, client: str, frame: Frame, intent: Intent = "open") -> None:
        """Let a client send a frame."""
        self.add(events.Sent, client, frame=frame, intent=intent)

    def hear(self, sender: str, words: str, *clients: str, **fields: Any) -> None:
        """Let clients get the Chat of what ``sender`` said."""
        message = {
            "Type": "Chat",
            "Message": in_base64(words),
            "Author": "unknown",
            "Room": "den",
            "WSID": f"#{sender}",
            "Sent": "2026-01-01 12:00:00",
        }
        for client in clients:
            self.get(client, {name: value for name, value in (message | fields).items() if value is not ...})

    def get(self, client: str, message: Any) -> None:
        """Let a client get one message, as JSON or as the bytes given."""
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.receive(client, Frame(Opcode.TEXT, payload, masked=False))

    def receive(self, client: str, frame: Frame) -> None:
        """Let a client get a frame."""
        self.add(events.Received, client, frame=frame)

    def close(self, client: str) -> None:
        """Let a client leave by a whole closing handshake."""
        self.send(client, close())
        self.receive(client, Frame(Opcode.CLOSE, close().payload, masked=False))
        self.add(events.Ended, client, how="close 1000, then FIN")

    @property
    def broken(self) -> list[str]:
        """The requirements that the oracle sees broken."""
        return [violation.requirement for violation in judge(self.transcript)]


def in_base64(words: str) -> str:
    """Return a Message that says ``words``."""
    return base64.b64encode(words.encode()).decode()


@pytest.fixture
def scene() -> Scene:
    """An empty scene."""
    return Scene()


@pytest.fixture
def new_scene() -> type[Scene]:
    """Make scenes with another head."""
    return Scene


@pytest.fixture
def talk(scene: Scene) -> Scene:
    """Ann and Bob in one room; each has said one thing, which both have got."""
    scene.join("ann", "bob")
    for speaker in ("ann", "bob"):
        scene.say(speaker, f"{speaker} speaks")
        scene.hear(speaker, f"{speaker} speaks", "ann", "bob")
    return scene

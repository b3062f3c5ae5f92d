"""Messages as bytes, for checks that put them into frames by themselves."""

import base64
import json
import secrets
from dataclasses import dataclass

from ..wire.client import Client
from ..wire.messages import Said


@dataclass(frozen=True)
class Payload:
    """A good message, as the bytes of its JSON text."""

    octets: bytes
    message: str
    """Its ``Message``."""

    def of(self, client: Client) -> Said:
        """Return what ``client`` has said when it has sent this."""
        return Said(client.wsid, client.room, self.message)


def new_payload(size: int | None = None, author: str | None = None) -> Payload:
    """Return a message that nobody else sends, of ``size`` bytes if that is given."""
    message = base64.b64encode(secrets.token_hex(9).encode()).decode()
    if size is not None and size > len(_json(message, author)) + 4:
        message += "A" * ((size - len(_json(message, author))) // 4 * 4)
    octets = _json(message, author)
    # White space around a JSON text means nothing, so it fills what base64's steps of four leave over.
    return Payload(octets + b" " * ((size or 0) - len(octets)), message)


def varied_payload(size: int, noise: bytes = b"") -> Payload:
    """Return a message whose content is ``size`` random bytes, and ``noise``, which others may share."""
    message = base64.b64encode(secrets.token_bytes(size)).decode() + base64.b64encode(noise).decode()
    return Payload(_json(message, None), message)


def _json(message: str, author: str | None) -> bytes:
    fields = {"Message": message} | ({} if author is None else {"Author": author})
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def payload_of(content: bytes, author: str | None = None) -> Payload:
    """Return the message that says ``content``."""
    message = base64.b64encode(content).decode()
    return Payload(_json(message, author), message)


def new_message() -> str:
    """Return a ``Message`` that nobody else sends."""
    return base64.b64encode(secrets.token_bytes(12)).decode()

"""A text message in a few words, for a lane: ``Chat 'hello' by Ann``. Whatever is odd is shown as it came."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from ..messages.matchers import names_of
from ..messages.strict_json import NotStrictError, read_strict

_PLAIN = frozenset({"Type", "Message", "Author", "Room", "WSID", "Sent"})
_LONGEST = 200


def summarize(payload: bytes) -> str:
    """Return what a text message says; where it is no strict JSON object of a known form, its text."""
    try:
        document = read_strict(payload[: 64 * 1024])
    except NotStrictError:
        return _raw(payload)
    if not isinstance(document, dict):
        return _raw(payload)
    match document.get("Type"):
        case None:
            words = _said(document)
        case "Chat":
            words = f"Chat {spoken(document.get('Message'))} by {document.get('Author')}"
        case "Status":
            words = f"Status {document.get('WSID')}"
        case "userlist":
            words = f"userlist {', '.join(names_of(document)) or 'of nobody'}"
        case "Error":
            words = f"Error {document.get('Code')}: {document.get('Reason')}"
        case _:
            words = ""
    return _one_line(words) if words else _raw(payload)


def spoken(message: Any) -> str:
    """Return what a ``Message`` says, decoded; one that is no base64 of text as it is."""
    try:
        return repr(base64.b64decode(message, validate=True).decode())
    except (TypeError, ValueError, binascii.Error):
        return f"Message={message!r}"


def _said(document: Mapping[str, Any]) -> str:
    """Return what a client's message without a Type says; nothing where it says neither words nor a name."""
    if not {"Message", "Author"} & set(document):
        return ""
    words = f"say {spoken(document['Message'])}" if "Message" in document else "rename"
    name = f" as {document['Author']!r}" if "Author" in document else ""
    claimed = sorted((set(document) - _PLAIN) | ({"Room", "WSID", "Sent"} & set(document)))
    return words + name + (f" with {', '.join(claimed)}" if claimed else "")


def _raw(payload: bytes) -> str:
    return _one_line(payload.decode("utf-8", "backslashreplace")) or "(empty text)"


def _one_line(text: str) -> str:
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text[:_LONGEST])
    return shown if len(text) <= _LONGEST else f"{shown}…"

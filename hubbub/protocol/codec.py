"""Strict reading and writing of Room Chat 1.0 messages (FMT, BAD).

Reading refuses what RFC 8259 leaves open or Python is lax about: NaN, Infinity, duplicate names, lone
surrogates, a byte-order mark, anything after the object, base64 with junk in it.
"""

import binascii
import json
from enum import StrEnum
from typing import Any, NoReturn

import msgspec

from hubbub.protocol.messages import Publish, ServerMessage
from hubbub.protocol.names import NameRefusedError, check_name


class ErrorCode(StrEnum):
    """The ``Code`` of an Error message."""

    BAD_JSON = "bad-json"
    BAD_MESSAGE = "bad-message"
    BAD_NAME = "bad-name"
    BAD_BASE64 = "bad-base64"
    BAD_TYPE = "bad-type"
    BINARY = "binary"
    FLOOD = "flood"


class BadMessageError(ValueError):
    """A message that Room Chat 1.0 does not allow, with what an Error message would say of it."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class _Incoming(msgspec.Struct):
    """The fields of a client's message that count; all others are dropped unread (FMT-8, FMT-9)."""

    Message: str | msgspec.UnsetType = msgspec.UNSET
    Author: str | msgspec.UnsetType = msgspec.UNSET
    Type: str | msgspec.UnsetType = msgspec.UNSET


_incoming = msgspec.json.Decoder(_Incoming)
_server_message: msgspec.json.Decoder[ServerMessage] = msgspec.json.Decoder(ServerMessage)
_encoder = msgspec.json.Encoder()

_QUOTES_PER_FIELD = 4


def decode_publish(text: str | bytes) -> Publish:
    """Read one client message; ``text`` is the payload of a text message, valid UTF-8.

    Raises BadMessageError for everything that PROTOCOL.md lists under BAD.
    """
    try:
        incoming = _incoming.decode(text)
    except msgspec.ValidationError as error:
        raise BadMessageError(
            ErrorCode.BAD_MESSAGE, f"{error}; send Message and Author as strings"
        ) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadMessageError(ErrorCode.BAD_JSON, f"{error}; send one JSON object") from error
    if not _is_plain(text, incoming):
        _refuse_lax_json(text)
    return _checked(incoming)


def decode_server_message(text: str | bytes) -> ServerMessage:
    """Read one message of a server, by its ``Type``; unknown further fields are dropped.

    Raises BadMessageError for anything else.
    """
    try:
        return _server_message.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadMessageError(ErrorCode.BAD_MESSAGE, str(error)) from error


def encode_publish(publish: Publish) -> bytes:
    """Write one client message, as the tutorial's page does: no ``Type``."""
    fields = {"Message": publish.message, "Author": publish.author}
    return _encoder.encode({name: value for name, value in fields.items() if value is not None})


def encode_server_message(message: ServerMessage) -> bytes:
    """Write one server message as UTF-8 JSON (FMT-1)."""
    return _encoder.encode(message)


def _is_plain(text: str | bytes, incoming: _Incoming) -> bool:
    """Whether the known string fields, once each, are all the strings there are.

    Then there are no duplicate names and no escapes, and the slow reading can be spared.
    """
    known = sum(field is not msgspec.UNSET for field in (incoming.Message, incoming.Author, incoming.Type))
    if isinstance(text, str):
        return text.count('"') == known * _QUOTES_PER_FIELD and "\\" not in text
    return text.count(b'"') == known * _QUOTES_PER_FIELD and b"\\" not in text


def _refuse_lax_json(text: str | bytes) -> None:
    """Raise BadMessageError for what msgspec lets pass in fields it does not know."""
    try:
        document = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
        json.dumps(document, ensure_ascii=False).encode()
    except BadMessageError:
        raise
    except UnicodeEncodeError as error:
        reason = "a string holds a lone surrogate; send surrogates in pairs"
        raise BadMessageError(ErrorCode.BAD_JSON, reason) from error
    except (ValueError, RecursionError) as error:
        raise BadMessageError(ErrorCode.BAD_JSON, f"{error}; send one JSON object") from error


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise BadMessageError(ErrorCode.BAD_JSON, "a name stands twice in one object; send each name once")
    return document


def _no_constant(constant: str) -> NoReturn:
    raise BadMessageError(ErrorCode.BAD_JSON, f"{constant} is not JSON; send a number")


def _checked(incoming: _Incoming) -> Publish:
    if incoming.Type is not msgspec.UNSET and incoming.Type != "Chat":
        raise BadMessageError(ErrorCode.BAD_TYPE, "a client's Type is Chat; leave it out or send Chat")
    message = None if incoming.Message is msgspec.UNSET else _checked_base64(incoming.Message)
    author = None if incoming.Author is msgspec.UNSET else _checked_author(incoming.Author)
    if message is None and author is None:
        raise BadMessageError(ErrorCode.BAD_MESSAGE, "Message and Author are both missing; send at least one")
    return Publish(message, author)


def _checked_base64(message: str) -> str:
    try:
        binascii.a2b_base64(message, strict_mode=True)
    except ValueError as error:
        reason = f"Message is not standard base64 ({error}); encode its bytes as RFC 4648 section 4 says"
        raise BadMessageError(ErrorCode.BAD_BASE64, reason) from error
    return message


def _checked_author(author: str) -> str | None:
    try:
        return check_name(author) or None
    except NameRefusedError as error:
        raise BadMessageError(ErrorCode.BAD_NAME, f"Author: {error}") from error

"""Which room and author names Room Chat 1.0 allows, and how a request target names its room."""

import re
from urllib.parse import unquote_to_bytes

DEFAULT_ROOM = "default"
"""The room of a target that names none, or an empty one (ROOM-1)."""

DEFAULT_AUTHOR = "unknown"
"""The name of a connection that has sent no ``Author`` yet (NICK-3)."""

MAX_NAME = 64
"""The longest room or author name, in code points (ROOM-4, ROOM-5, NICK-1, NICK-5)."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MALFORMED_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


class NameRefusedError(ValueError):
    """A name that Room Chat 1.0 does not allow; its text says what to do instead."""


def check_name(name: str) -> str:
    """Return ``name`` unchanged if it may be a room's or an author's (NICK-5, ROOM-5).

    Raises NameRefusedError for more than 64 code points, control characters, or lone surrogates.
    """
    if len(name) > MAX_NAME:
        raise NameRefusedError(f"a name has at most {MAX_NAME} code points; send a shorter one")
    if _CONTROL.search(name) or _SURROGATE.search(name):
        raise NameRefusedError("a name has no control characters; send it without them")
    return name


def room_of_target(target: str) -> str:
    """Return the room that an HTTP request target names, as decoded (ROOM-1 to ROOM-7).

    The first ``room`` parameter counts; ``+`` is a space; absent or empty means ``default``.
    Raises NameRefusedError for malformed escapes, bytes that are not UTF-8, and names that
    ``check_name`` refuses.
    """
    for parameter in target.partition("?")[2].split("&"):
        key, _, value = parameter.partition("=")
        if _unquote_form(key, errors="replace") == "room":
            if _MALFORMED_ESCAPE.search(value):
                raise NameRefusedError("the room has a malformed %-escape; write % as %25")
            return check_name(_unquote_form(value)) or DEFAULT_ROOM
    return DEFAULT_ROOM


def _unquote_form(text: str, errors: str = "strict") -> str:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", errors)
    except UnicodeError as error:
        raise NameRefusedError("the room is not UTF-8; percent-encode its UTF-8 bytes") from error

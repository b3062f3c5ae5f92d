"""The form of a server's 101: what RFC 9112 and RFC 6455 ask of its bytes, whatever it agrees to."""

import re
from collections.abc import Sequence

_STATUS_LINE = re.compile(rb"HTTP/1\.1 101 [\t\x20-\x7e\x80-\xff]*")
_FIELD = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*")

ABSENT = ("content-length", "transfer-encoding")
"""What no 1xx may have (RFC 9110 §8.6, RFC 9112 §6.1), since nothing but frames follows it."""
ONCE = ("upgrade", "sec-websocket-accept", "sec-websocket-extensions", "sec-websocket-protocol")
"""What stands at most once in the answer (RFC 6455 §4.2.2, §11.3.2 to §11.3.4)."""


def fault_of_101(octets: bytes) -> str:
    """Return what is wrong with the form of a 101, given to its empty line; empty where nothing is."""
    # A reader may take a line feed alone for a line's end; a writer has no such choice.
    if re.search(rb"(?<!\r)\n|\r(?!\n)", octets):
        return "a line does not end with CR LF (RFC 9112 §2.2)"
    status_line, *fields = octets.removesuffix(b"\r\n\r\n").split(b"\r\n")
    if not _STATUS_LINE.fullmatch(status_line):
        return f"the status line {status_line[:60]!r} (RFC 9112 §4)"
    for field in fields:
        if not _FIELD.fullmatch(field):
            return f"the line {field[:60]!r} is no field (RFC 9112 §5)"
    return _fault_of_names([field.partition(b":")[0].decode().lower() for field in fields])


def _fault_of_names(names: Sequence[str]) -> str:
    # RFC 9110 §8.6: no Content-Length in a 1xx; RFC 9112 §6.1: no Transfer-Encoding in one.
    for name in names:
        if name in ABSENT:
            return f"a 101 has no {name} (RFC 9110 §8.6, RFC 9112 §6.1)"
        if name in ONCE and names.count(name) > 1:
            return f"{name} stands there twice (RFC 6455 §11.3)"
    return ""

"""The head of an HTTP response out of a stream of bytes, however TCP cuts it (RFC 9112 §2, §4)."""

import re

from ..framing.bounds import LONGEST_HEAD, BoundError
from .handshake import Response

_END_OF_HEAD = re.compile(rb"\n\r?\n")
"""A line feed alone may be taken for a line's end (RFC 9112 §2.2); whether it was sent is judged later."""
_LINE_ENDS = re.compile("\r?\n")


class HandshakeError(Exception):
    """Bytes that are no HTTP response; the text says what came instead."""


class ResponseReader:
    """Reads the head of one HTTP response from a byte stream, however it is cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> tuple[Response, bytes] | None:
        """Return the response and the bytes behind its head, once the head is whole.

        Raises HandshakeError where it is no HTTP response, BoundError where its head is longer than is taken.
        """
        # What was searched is not searched again, but for the bytes that may begin an empty line.
        searched = max(0, len(self._buffer) - len(b"\n\r"))
        self._buffer += data
        # Told at the first wrong byte: what is no HTTP (a TLS alert, say) may never have an empty line.
        start = b"HTTP/1."
        if self._buffer[: len(start)] != start[: len(self._buffer)]:
            raise HandshakeError(f"not HTTP: {bytes(self._buffer[:40])!r}")
        found = _END_OF_HEAD.search(self._buffer, searched)
        end = found.end() if found else len(self._buffer)
        if end > LONGEST_HEAD:
            raise BoundError(f"an HTTP head over {LONGEST_HEAD >> 10} KiB came")
        if found is None:
            return None
        return _parse(bytes(self._buffer[:end])), bytes(self._buffer[end:])


def _parse(head: bytes) -> Response:
    first, *lines = _LINE_ENDS.split(head.decode("utf-8", "replace"))[:-2]
    _, _, rest = first.partition(" ")
    status, _, reason = rest.partition(" ")
    # RFC 9112 §4: a status has three digits.
    if not (status.isascii() and status.isdigit() and len(status) == 3):
        raise HandshakeError(f"a status line without a status: {first[:40]!r}")
    pairs = (line.partition(":") for line in lines)
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    return Response(int(status), reason, headers, head)

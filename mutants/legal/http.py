"""Odd but legal servers: what HTTP lets a server take or refuse as it likes."""

import re

from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from mutants.broken.handshake.http_framing import CODING, LENGTH
from mutants.broken.handshake.opening import put
from mutants.machinery.registration import Registry
from mutants.machinery.request_heads import (
    END,
    fields,
    request_line,
    size_of_chunks,
    values,
    with_fields,
    without,
)
from reference_server.connection import Connection
from reference_server.handshake import Handshake
from reference_server.parts import Parts

MUTANTS = Registry()


def size_of(head: bytes, rest: bytes) -> int | None:
    """Return how many bytes of ``rest`` are the body of this head; None while it is not whole."""
    codings, lengths = values(head, CODING), values(head, LENGTH)
    if codings == [b"chunked"] and not lengths:
        return size_of_chunks(rest)
    size = int(lengths[0]) if len(lengths) == 1 and lengths[0].isdigit() and not codings else 0
    return size if size <= len(rest) else None


@MUTANTS.legal("legal-http-lenient")
class Lenient(Connection):
    """Bodies are skipped, lines may be folded or end with a line feed, control characters are spaces."""

    def _read_head(self) -> None:
        whole = re.sub(rb"\A(?:\r?\n)+", b"", bytes(self._unread))
        head, end, rest = whole.partition(b"\n\r\n")
        if not end:
            head, end, rest = head.partition(b"\n\n")
        if not end:
            super()._read_head()
            return
        head = re.sub(rb"\r?\n", END, head).removesuffix(b"\r") + END * 2
        size = size_of(head, rest)
        if size is not None:
            both = bool(values(head, LENGTH) and values(head, CODING))
            body_is_known = size or values(head, LENGTH) == [b"0"] or values(head, CODING) == [b"chunked"]
            skips = body_is_known and not both
            self._unread = bytearray((without(head, LENGTH, CODING) if skips else head) + rest[size:])
            super()._read_head()

    def _take_head(self, head: bytes) -> None:
        start, end, rest = head.partition(END)
        rest = re.sub(rb"\A(?:[ \t][^\r\n]*\r\n)+", b"", rest)  # white space before the first field
        rest = re.sub(rb"\r\n[ \t]+", b" ", rest)
        rest = re.sub(rb"\0|\r(?!\n)", b" ", rest)
        super()._take_head(start + end + rest)


class Strict(Handshake):
    """Upgrade may name one protocol only, and the first subprotocol offered is chosen."""

    def accept(self, protocol: ServerProtocol, request: Request) -> Response:
        if request.headers.get_all("Upgrade") and "," in ",".join(request.headers.get_all("Upgrade")):
            put(request.headers, "Upgrade", "several")
        response = super().accept(protocol, request)
        if response.status_code == 101:
            self.choose(request.headers, response.headers)
        return response

    @staticmethod
    def choose(asked: Headers, answer: Headers) -> None:
        """Choose the first subprotocol offered."""
        offered = ",".join(asked.get_all("Sec-WebSocket-Protocol")).split(",")[0].strip()
        if offered:
            answer["Sec-WebSocket-Protocol"] = offered


@MUTANTS.legal("legal-http-strict", parts=Parts(handshake=Strict))
class StrictHead(Connection):
    """HTTP/1.1 is the one version, Upgrade may name one protocol, and a key's last bits are zero."""

    def _take_head(self, head: bytes) -> None:
        keys = values(head, b"sec-websocket-key")
        if any(not re.fullmatch(rb".{21}[aqgw]==", key) for key in keys):
            head = with_fields(head, [re.sub(rb"(?i)(-key: ).*", rb"\1-", line) for line in fields(head)])
        super()._take_head(request_line(head, rb"HTTP/1\.(?!1\Z)\d", b"HTTP/3.0"))

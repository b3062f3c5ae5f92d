"""Servers that read a head's lines or a body wrongly, or mind what they should take (WS-26 to WS-28)."""

import re
from http import HTTPStatus

from mutants.machinery.registration import Registry
from mutants.machinery.request_heads import (
    END,
    ForgivingHead,
    PickyHead,
    fields,
    first_only,
    request_line,
    size_of_chunks,
    values,
    with_fields,
    without,
)
from reference_server.connection import Connection

MUTANTS = Registry()

LENGTH, CODING = b"content-length", b"transfer-encoding"
EXTENSIONS = b"sec-websocket-extensions"


# WS-26: bodies.


@MUTANTS.broken("body-as-frames", "WS-26")
class BodyAsFrames(ForgivingHead):
    """Nobody expects a body, so it is read as frames."""

    def mend(self, head: bytes) -> bytes:
        return without(head, LENGTH, CODING)


@MUTANTS.broken("chunks-as-frames", "WS-26")
class ChunksAsFrames(ForgivingHead):
    """A body of a known length is refused, one in chunks is read as frames."""

    def mend(self, head: bytes) -> bytes:
        return without(head, CODING)


class SkippedBody(Connection):
    """The base of servers that skip a body of a known length as far as it has come with the head."""

    def _read_head(self) -> None:
        head, end, rest = bytes(self._unread).partition(END * 2)
        if end and self.size(head + end):
            self._unread = bytearray(without(head + end, LENGTH, CODING) + rest[self.size(head + end) :])
        super()._read_head()

    def size(self, head: bytes) -> int:
        """Return how long the body is."""
        lengths = values(head, LENGTH)
        return int(lengths[0]) if lengths and lengths[0].isdigit() and not values(head, CODING) else 0


@MUTANTS.broken("body-skipped-in-part", "WS-26")
class BodySkippedInPart(SkippedBody):
    """Of a body what has come with the head is skipped, and the rest read as frames."""


@MUTANTS.broken("body-by-length", "WS-26")
class BodyByLength(SkippedBody):
    """The first Content-Length counts, whatever the others say, and Transfer-Encoding too."""

    def size(self, head: bytes) -> int:
        found = re.search(rb"\d+", b"".join(values(head, LENGTH)[:1]))
        return int(found[0]) if found else 0


@MUTANTS.broken("body-length-wraps", "WS-26")
class BodyLengthWraps(ForgivingHead):
    """A body's length is kept in 32 bits, so 4 GiB are none at all."""

    def mend(self, head: bytes) -> bytes:
        lengths = values(head, LENGTH)
        wraps = bool(lengths and lengths[0].isdigit()) and int(lengths[0]) % (1 << 32) == 0
        return without(head, LENGTH) if wraps else head


@MUTANTS.broken("body-by-chunks", "WS-26")
class BodyByChunks(SkippedBody):
    """Where both fields say how long a body is, its chunks count, and the connection goes on."""

    def size(self, head: bytes) -> int:
        rest = bytes(self._unread).partition(END * 2)[2]
        return size_of_chunks(rest) or 0 if values(head, CODING) == [b"chunked"] else 0


@MUTANTS.broken("length-minded", "WS-26")
class LengthMinded(PickyHead):
    """A Content-Length is refused, even one that says that there is no body."""

    def minds(self, head: bytes) -> bool:
        return bool(values(head, LENGTH))


# WS-27: lines.


@MUTANTS.broken("space-before-colon", "WS-27")
class SpaceBeforeColon(ForgivingHead):
    """White space before a colon is passed over."""

    def mend(self, head: bytes) -> bytes:
        return with_fields(head, [re.sub(rb"\A([^:\s]+)[ \t]+:", rb"\1:", line) for line in fields(head)])


@MUTANTS.broken("fold-crash", "WS-27")
class FoldCrash(PickyHead):
    """A folded line crashes the handler, which is answered with 500."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def minds(self, head: bytes) -> bool:
        return re.search(rb"\n[ \t]", head) is not None


@MUTANTS.broken("control-crash", "WS-27")
class ControlCrash(PickyHead):
    """A control character in a head crashes the handler, which is answered with 500."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def minds(self, head: bytes) -> bool:
        return re.search(rb"\0|\r[^\n]", head) is not None


@MUTANTS.broken("lines-trimmed", "WS-27")
class LinesTrimmed(ForgivingHead):
    """Lines are trimmed before they are read, so a folded one is a field of its own."""

    def mend(self, head: bytes) -> bytes:
        return with_fields(head, [line.strip() for line in fields(head)])


@MUTANTS.broken("carriage-return-ends-line", "WS-27")
class CarriageReturnEndsLine(ForgivingHead):
    """A carriage return alone ends a line, as Python's splitlines has it."""

    def mend(self, head: bytes) -> bytes:
        return re.sub(rb"\r(?!\n)", END, head)


@MUTANTS.broken("nul-ends-line", "WS-27")
class NulEndsLine(ForgivingHead):
    """A NUL ends a line."""

    def mend(self, head: bytes) -> bytes:
        return head.replace(b"\0", END)


@MUTANTS.broken("control-ends-value", "WS-27")
class ControlEndsValue(ForgivingHead):
    """A value ends at its first NUL or carriage return, as C's strings do."""

    def mend(self, head: bytes) -> bytes:
        return re.sub(rb"(?:\0|\r(?!\n))[^\r\n]*", b"", head)


@MUTANTS.broken("control-removed", "WS-27")
class ControlRemoved(ForgivingHead):
    """NUL and carriage returns are taken out of a head."""

    def mend(self, head: bytes) -> bytes:
        return re.sub(rb"\0|\r(?!\n)", b"", head)


@MUTANTS.broken("fold-joined", "WS-27")
class FoldJoined(ForgivingHead):
    """The parts of a folded line are joined without a space."""

    def mend(self, head: bytes) -> bytes:
        return re.sub(rb"\r\n[ \t]+", b"", head)


# WS-28: what should be taken.


@MUTANTS.broken("head-small", "WS-28")
class HeadSmall(PickyHead):
    """A head has at most 4 KiB."""

    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

    def minds(self, head: bytes) -> bool:
        return len(head) > 4096


@MUTANTS.broken("fields-few", "WS-28")
class FieldsFew(PickyHead):
    """A head has at most 64 fields."""

    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

    def minds(self, head: bytes) -> bool:
        return len(fields(head)) > 64


@MUTANTS.broken("empty-line-refused", "WS-28")
class EmptyLineRefused(Connection):
    """An empty line before the request line is no request."""

    def _read_head(self) -> None:
        if self._unread.startswith(END):
            self._unread = bytearray(b"?" + self._unread)
        super()._read_head()


@MUTANTS.broken("head-in-ascii", "WS-28")
class HeadInAscii(PickyHead):
    """A head with an octet over 127 is refused."""

    def minds(self, head: bytes) -> bool:
        return not head.isascii()


@MUTANTS.broken("tab-behind-minded", "WS-28")
class TabBehindMinded(PickyHead):
    """A value may not end in a tab."""

    def minds(self, head: bytes) -> bool:
        return b"\t\r\n" in head


@MUTANTS.broken("extensions-empty-minded", "WS-28")
class ExtensionsEmptyMinded(PickyHead):
    """Empty members of a list of extensions are refused."""

    def minds(self, head: bytes) -> bool:
        return any(not part.strip() for value in values(head, EXTENSIONS) for part in value.split(b","))


@MUTANTS.broken("extensions-first-line", "WS-28")
class ExtensionsFirstLine(ForgivingHead):
    """Of several lines of extensions the first one alone is read."""

    def mend(self, head: bytes) -> bytes:
        return first_only(head, EXTENSIONS)


# WS-28: what should be refused.


@MUTANTS.broken("version-anything", "WS-28")
class VersionAnything(ForgivingHead):
    """Whatever stands behind the target is the version."""

    def mend(self, head: bytes) -> bytes:
        return request_line(head, rb" [^ ]+\Z", b" HTTP/1.1")


@MUTANTS.broken("target-anything", "WS-28")
class TargetAnything(ForgivingHead):
    """Whatever stands between method and version is a target."""

    def mend(self, head: bytes) -> bytes:
        return request_line(head, rb" (?!/\S+ \S+\Z|http).* ", b" / ")


@MUTANTS.broken("lines-skipped", "WS-28")
class LinesSkipped(ForgivingHead):
    """A line that is no field is skipped."""

    def mend(self, head: bytes) -> bytes:
        return with_fields(head, [line for line in fields(head) if re.match(rb"[-\w]+:", line)])

"""Getting a request wrong: what HTTP forbids is mended before it is checked, or what it allows is minded."""

import re
from http import HTTPStatus

from reference_server import handshake
from reference_server.connection import Connection

END = b"\r\n"

_CHUNK = re.compile(rb"([0-9a-f]+)\r\n")


class ForgivingHead(Connection):
    """The base of servers that take what is no head, or read another one than was sent.

    >>> class HostUnneeded(ForgivingHead):
    ...     '''A request without Host is accepted.'''
    ...
    ...     def mend(self, head):
    ...         return head if values(head, b"host") else with_fields(head, [*fields(head), b"Host: x"])
    """

    def _take_head(self, head: bytes) -> None:
        super()._take_head(self.mend(head))

    def mend(self, head: bytes) -> bytes:
        """Return the head that is read instead of ``head``."""
        raise NotImplementedError


class PickyHead(Connection):
    """The base of servers that refuse what is a good head.

    >>> class OriginMinded(PickyHead):
    ...     '''A client that names its Origin is refused.'''
    ...
    ...     def minds(self, head):
    ...         return bool(values(head, b"origin"))
    """

    status = HTTPStatus.BAD_REQUEST

    def _take_head(self, head: bytes) -> None:
        if self.minds(head):
            self.refuse()
        else:
            super()._take_head(head)

    def minds(self, head: bytes) -> bool:
        """Tell whether the head is refused for no good reason."""
        raise NotImplementedError

    def refuse(self) -> None:
        """Refuse the head."""
        self._respond(handshake.refusal(self.status, "not like this\n"))


class CrashingHead(PickyHead):
    """The base of servers in which a head throws an exception that nobody catches: the connection ends."""

    def refuse(self) -> None:
        self._transport.abort()


def fields(head: bytes) -> list[bytes]:
    """Return the lines behind the request line."""
    return head.removesuffix(END * 2).split(END)[1:]


def with_fields(head: bytes, lines: list[bytes]) -> bytes:
    """Return the head with these lines behind its request line."""
    return END.join([head.partition(END)[0], *lines, b"", b""])


def name_of(line: bytes) -> bytes:
    """Return the name of a field's line, in lower case."""
    return line.partition(b":")[0].lower()


def values(head: bytes, name: bytes) -> list[bytes]:
    """Return the values of the fields of this name, in lower case, without white space around them."""
    return [line.partition(b":")[2].strip().lower() for line in fields(head) if name_of(line) == name]


def without(head: bytes, *names: bytes) -> bytes:
    """Return the head without the fields of these names."""
    return with_fields(head, [line for line in fields(head) if name_of(line) not in names])


def first_only(head: bytes, name: bytes) -> bytes:
    """Return the head with the first of the fields of this name alone."""
    seen: list[bytes] = []
    kept = []
    for line in fields(head):
        if name_of(line) != name or name not in seen:
            kept.append(line)
        seen.append(name_of(line))
    return with_fields(head, kept)


def request_line(head: bytes, pattern: bytes, new: bytes) -> bytes:
    """Return the head with what matches in its request line replaced."""
    line, end, rest = head.partition(END)
    return re.sub(pattern, new, line, count=1) + end + rest


def size_of_chunks(rest: bytes) -> int | None:
    """Return how many bytes of ``rest`` are chunks, to the last one; None while that has not come."""
    place = 0
    while found := _CHUNK.match(rest, place):
        place = found.end() + int(found[1], 16) + len(END)
        if found[1] == b"0":
            return place
    return None

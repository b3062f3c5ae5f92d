"""Servers that get the HTTP of a handshake wrong: version, Host, lists, keys (WS-1, WS-2, WS-23 to WS-25)."""

import re
from base64 import b64decode, b64encode

from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.utils import accept_key

from mutants.broken.handshake.opening import ChangedResponse, ForgivingHandshake, PickyHandshake, put
from mutants.machinery.registration import Registry
from mutants.machinery.request_heads import (
    CrashingHead,
    ForgivingHead,
    PickyHead,
    fields,
    first_only,
    name_of,
    request_line,
    values,
    with_fields,
)
from reference_server.connection import Connection
from reference_server.handshake import Handshake

MUTANTS = Registry()

KEY, VERSION = b"sec-websocket-key", b"sec-websocket-version"


# WS-1: what is a handshake all the same.


@MUTANTS.broken("connection-first-line", "WS-1")
class ConnectionFirstLine(PickyHandshake):
    """Of several Connection lines the first one alone is read."""

    def minds(self, headers: Headers) -> bool:
        return "upgrade" not in (headers.get_all("Connection") or [""])[0].lower()


@MUTANTS.broken("connection-last-line", "WS-1")
class ConnectionLastLine(PickyHandshake):
    """Of several Connection lines the last one alone is read."""

    def minds(self, headers: Headers) -> bool:
        return "upgrade" not in (headers.get_all("Connection") or [""])[-1].lower()


@MUTANTS.broken("connection-empty-members", "WS-1")
class ConnectionEmptyMembers(PickyHandshake):
    """A Connection list with empty members is malformed."""

    def minds(self, headers: Headers) -> bool:
        return any(not part.strip() for part in ",".join(headers.get_all("Connection")).split(","))


@MUTANTS.broken("connection-split-at-spaces", "WS-1")
class ConnectionSplit(PickyHandshake):
    """A Connection list is split at comma and space, so a tab is part of a token."""

    def minds(self, headers: Headers) -> bool:
        return "upgrade" not in ", ".join(headers.get_all("Connection")).lower().split(", ")


@MUTANTS.broken("colon-and-space", "WS-1")
class ColonAndSpace(ForgivingHead):
    """Name and value are split at colon and space, so a line without the space is not read."""

    def mend(self, head: bytes) -> bytes:
        return with_fields(head, [line for line in fields(head) if b": " in line])


@MUTANTS.broken("value-untrimmed", "WS-1")
class ValueUntrimmed(ForgivingHead):
    """White space at the ends of a value, but for one space, is part of it, so the value is another one."""

    def mend(self, head: bytes) -> bytes:
        return with_fields(head, [re.sub(rb": [ \t]+|:\t|[ \t]+\Z", b":_", line) for line in fields(head)])


@MUTANTS.broken("absolute-form-refused", "WS-1")
class AbsoluteFormRefused(PickyHead):
    """A target has to begin with a slash."""

    def minds(self, head: bytes) -> bool:
        return b" /" not in head.partition(b"\r\n")[0]


@MUTANTS.broken("absolute-form-by-case", "WS-1")
class AbsoluteFormByCase(PickyHead):
    """The scheme of a target in absolute-form is compared with its case."""

    def minds(self, head: bytes) -> bool:
        return not re.match(rb"\S+ (?:/|https?:)", head)


class ChangedAnswer(Connection):
    """The base of servers whose 101 is no good HTTP."""

    def write(self, frames: bytes) -> None:
        super().write(self.change(frames) if frames.startswith(b"HTTP/1.1 101 ") else frames)

    def change(self, head: bytes) -> bytes:
        """Return what goes out instead of a 101."""
        raise NotImplementedError


@MUTANTS.broken("answer-with-length", "WS-1")
class AnswerWithLength(ChangedAnswer):
    """The 101 has a Content-Length, as every answer of its framework has."""

    def change(self, head: bytes) -> bytes:
        return with_fields(head, [*fields(head), b"Content-Length: 0"])


@MUTANTS.broken("answer-in-chunks", "WS-1")
class AnswerInChunks(ChangedAnswer):
    """The 101 says that its body comes in chunks."""

    def change(self, head: bytes) -> bytes:
        return with_fields(head, [*fields(head), b"Transfer-Encoding: chunked"])


@MUTANTS.broken("answer-with-line-feeds", "WS-1")
class AnswerWithLineFeeds(ChangedAnswer):
    """The lines of the 101 end with a line feed alone."""

    def change(self, head: bytes) -> bytes:
        return head.replace(b"\r\n", b"\n")


@MUTANTS.broken("answer-folded", "WS-1")
class AnswerFolded(ChangedAnswer):
    """A line of the 101 is folded."""

    def change(self, head: bytes) -> bytes:
        return with_fields(head, [*fields(head), b"X-Server: chat", b" server"])


@MUTANTS.broken("answer-accept-twice", "WS-1")
class AnswerTwice(ChangedAnswer):
    """Framework and library both write the fields of the 101."""

    def change(self, head: bytes) -> bytes:
        return with_fields(head, [*fields(head), *fields(head)])


@MUTANTS.broken("answer-without-space", "WS-1")
class AnswerWithoutSpace(ChangedAnswer):
    """The status line of the 101 ends with the status."""

    def change(self, head: bytes) -> bytes:
        return request_line(head, rb" Switching Protocols", b"")


# WS-2: what looks like a handshake.


@MUTANTS.broken("method-by-any-case", "WS-2")
class MethodByAnyCase(ForgivingHandshake):
    """Methods are compared without their case."""

    def forgive(self, request: Request) -> None:
        request.method = request.method.upper()


@MUTANTS.broken("tokens-in-part", "WS-2")
class TokensInPart(ForgivingHandshake):
    """Upgrade and Connection are searched for the words, wherever in a token those stand."""

    def forgive(self, request: Request) -> None:
        for name, word in (("Upgrade", "websocket"), ("Connection", "upgrade")):
            if word in ",".join(request.headers.get_all(name)).lower():
                put(request.headers, name, word)


@MUTANTS.broken("key-decoded-loosely", "WS-2")
class KeyDecodedLoosely(ForgivingHandshake):
    """What is no base64 in a key is passed over, as Python and Node do by themselves."""

    def forgive(self, request: Request) -> None:
        letters = re.sub(r"[^A-Za-z0-9+/]", "", "".join(request.headers.get_all("Sec-WebSocket-Key")))
        if len(letters) == 22:
            put(request.headers, "Sec-WebSocket-Key", f"{letters}==")


@MUTANTS.broken("version-parsed", "WS-2")
class VersionParsed(ForgivingHandshake):
    """The version is read as JavaScript's parseInt reads numbers."""

    def forgive(self, request: Request) -> None:
        if re.match(r"0*13(?!\d)", ",".join(request.headers.get_all("Sec-WebSocket-Version"))):
            put(request.headers, "Sec-WebSocket-Version", "13")


@MUTANTS.broken("version-begun", "WS-2")
class VersionBegun(ForgivingHandshake):
    """A version that begins with 13 will do."""

    def forgive(self, request: Request) -> None:
        if ",".join(request.headers.get_all("Sec-WebSocket-Version")).startswith("13"):
            put(request.headers, "Sec-WebSocket-Version", "13")


# WS-23: versions of HTTP.


@MUTANTS.broken("http-1.0-taken", "WS-23")
class Http10Taken(ForgivingHead):
    """HTTP/1.0 is taken for HTTP/1.1."""

    def mend(self, head: bytes) -> bytes:
        return request_line(head, rb"HTTP/1\.0", b"HTTP/1.1")


@MUTANTS.broken("http-version-unread", "WS-23")
class HttpVersionUnread(ForgivingHead):
    """The version of HTTP is not looked at, nor missed."""

    def mend(self, head: bytes) -> bytes:
        return request_line(head, rb"( HTTP/\S+)?\Z", b" HTTP/1.1")


@MUTANTS.broken("http-version-crash", "WS-23")
class HttpVersionCrash(CrashingHead):
    """A version of HTTP that nobody has heard of crashes the handshake."""

    def minds(self, head: bytes) -> bool:
        return not re.match(rb"[^\r]* HTTP/1\.[01]\r", head)


# WS-24: Host.


@MUTANTS.broken("host-unneeded", "WS-24")
class HostUnneeded(ForgivingHead):
    """Host may be missing."""

    def mend(self, head: bytes) -> bytes:
        return head if values(head, b"host") else with_fields(head, [*fields(head), b"Host: x"])


@MUTANTS.broken("host-first", "WS-24")
class HostFirst(ForgivingHead):
    """Of several Hosts the first one counts."""

    def mend(self, head: bytes) -> bytes:
        return first_only(head, b"host")


@MUTANTS.broken("host-unread", "WS-24")
class HostUnread(ForgivingHead):
    """Nobody looks at what Host says."""

    def mend(self, head: bytes) -> bytes:
        return with_fields(head, [re.sub(rb"(?i)\Ahost:.*", b"Host: x", line) for line in fields(head)])


# WS-25: what stands once.


@MUTANTS.broken("key-first", "WS-25")
class KeyFirst(ForgivingHead):
    """Of several keys the first one is answered."""

    def mend(self, head: bytes) -> bytes:
        return with_first_member(first_only(head, KEY), KEY)


@MUTANTS.broken("version-first", "WS-25")
class VersionFirst(ForgivingHead):
    """Of several versions the first one counts."""

    def mend(self, head: bytes) -> bytes:
        return with_first_member(first_only(head, VERSION), VERSION)


@MUTANTS.broken("version-any", "WS-25")
class VersionAny(ForgivingHead):
    """That 13 is among the versions is enough."""

    def mend(self, head: bytes) -> bytes:
        if b"13" not in b", ".join(values(head, VERSION)).split(b", "):
            return head
        others = [line for line in fields(head) if name_of(line) != VERSION]
        return with_fields(head, [*others, b"Sec-WebSocket-Version: 13"])


def with_first_member(head: bytes, name: bytes) -> bytes:
    """Return the head with the first member alone of the list that the field of this name holds."""
    return with_fields(
        head, [line.partition(b",")[0] if name_of(line) == name else line for line in fields(head)]
    )


@MUTANTS.broken("key-rewritten", "WS-25")
class KeyRewritten(ChangedResponse):
    """The key is decoded and encoded again before it is hashed, so its last bits are always zero."""

    def change(self, headers: Headers, request: Request) -> None:
        key = b64encode(b64decode(request.headers["Sec-WebSocket-Key"])).decode()
        put(headers, "Sec-WebSocket-Accept", accept_key(key))


@MUTANTS.broken("upgrade-echoed", "WS-25")
class UpgradeEchoed(Handshake):
    """The answer's Upgrade is the request's, other protocols and all."""

    def accept(self, protocol: ServerProtocol, request: Request) -> Response:
        asked = ", ".join(request.headers.get_all("Upgrade"))
        response = super().accept(protocol, request)
        if response.status_code == 101:
            put(response.headers, "Upgrade", asked)
        return response

"""Servers that stumble over what a client brings along in its handshake, or over its end (WS-4, WS-29)."""

import os
import re

from mutants.machinery.registration import Registry
from mutants.machinery.request_heads import (
    CrashingHead,
    ForgivingHead,
    PickyHead,
    fields,
    values,
    with_fields,
)
from reference_server.connection import Connection

MUTANTS = Registry()

PROTOTYPE = re.compile(rb"(?i)\b(?:constructor|__proto__|tostring|hasownproperty|valueof)\b")
EXTENSIONS, PROTOCOL = b"sec-websocket-extensions", b"sec-websocket-protocol"
TOKEN = rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+"


# WS-4: names.


class InheritedNames(CrashingHead):
    """The base of servers that look something up in an object, and find what every object inherits."""

    def minds(self, head: bytes) -> bool:
        return PROTOTYPE.search(self.looked_up(head)) is not None

    def looked_up(self, head: bytes) -> bytes:
        """Return what of the head is looked up."""
        raise NotImplementedError


@MUTANTS.broken("extension-inherited", "WS-4")
class ExtensionInherited(InheritedNames):
    """An extension called ``constructor`` kills the whole server."""

    def looked_up(self, head: bytes) -> bytes:
        return b"".join(values(head, EXTENSIONS))

    def refuse(self) -> None:
        os._exit(1)


@MUTANTS.broken("extension-parameter-inherited", "WS-4")
class ParameterInherited(InheritedNames):
    """A parameter of an extension called ``constructor`` crashes the handshake."""

    def looked_up(self, head: bytes) -> bytes:
        return b";".join(value.partition(b";")[2] for value in values(head, EXTENSIONS))


@MUTANTS.broken("extension-inherited-prototype", "WS-4")
class OnlyExtensionInherited(InheritedNames):
    """An extension called ``__proto__`` or ``constructor`` crashes the handshake."""

    def looked_up(self, head: bytes) -> bytes:
        return b",".join(value.partition(b";")[0] for value in values(head, EXTENSIONS))


@MUTANTS.broken("subprotocol-inherited", "WS-4")
class SubprotocolInherited(InheritedNames):
    """A subprotocol called ``constructor`` crashes the handshake."""

    def looked_up(self, head: bytes) -> bytes:
        return b"".join(values(head, PROTOCOL))


@MUTANTS.broken("header-inherited", "WS-4")
class HeaderInherited(InheritedNames):
    """A header called ``constructor`` crashes the handshake."""

    def looked_up(self, head: bytes) -> bytes:
        return b" ".join(line.partition(b":")[0] for line in fields(head))


@MUTANTS.broken("cookie-inherited", "WS-4")
class CookieInherited(InheritedNames):
    """A cookie called ``constructor`` crashes the handshake."""

    def looked_up(self, head: bytes) -> bytes:
        return b" ".join(values(head, b"cookie"))


@MUTANTS.broken("target-inherited", "WS-4")
class TargetInherited(InheritedNames):
    """A parameter called ``constructor``, or a path that is routed to it, crashes the handshake."""

    def looked_up(self, head: bytes) -> bytes:
        return head.partition(b"\r\n")[0]


@MUTANTS.broken("fields-by-list", "WS-4")
class FieldsByList(PickyHead):
    """Fields that are not on a list are refused, among them those of today's browsers."""

    def minds(self, head: bytes) -> bool:
        return any(line.lower().startswith((b"sec-fetch-", b"sec-gpc")) for line in fields(head))


@MUTANTS.broken("proxies-parsed", "WS-4")
class ProxiesParsed(CrashingHead):
    """Addresses that a proxy passes on are parsed, and one that is none crashes the handshake."""

    def minds(self, head: bytes) -> bool:
        return any(b"unknown" in value for value in values(head, b"x-forwarded-for"))


@MUTANTS.broken("cookies-decoded", "WS-4")
class CookiesDecoded(CrashingHead):
    """Cookies are percent-decoded, and one with a malformed escape crashes the handshake."""

    def minds(self, head: bytes) -> bool:
        return any(re.search(rb"%(?![0-9a-f]{2})", value) for value in values(head, b"cookie"))


# WS-4: offers.


@MUTANTS.broken("offers-few", "WS-4")
class OffersFew(PickyHead):
    """More than 32 offers are too many."""

    def minds(self, head: bytes) -> bool:
        return any(b",".join(values(head, name)).count(b",") >= 32 for name in (EXTENSIONS, PROTOCOL))


@MUTANTS.broken("extensions-read-loosely", "WS-4")
class ExtensionsReadLoosely(ForgivingHead):
    """Whatever begins like permessage-deflate is taken for it, what is malformed and all."""

    def mend(self, head: bytes) -> bytes:
        loosely = re.compile(rb"(?is)\Asec-websocket-extensions:.*permessage.deflate.*")
        return with_fields(
            head,
            [loosely.sub(b"Sec-WebSocket-Extensions: permessage-deflate", line) for line in fields(head)],
        )


@MUTANTS.broken("subprotocols-crash", "WS-4")
class SubprotocolsCrash(CrashingHead):
    """A list of subprotocols that is malformed, or has one of them twice, crashes the handshake."""

    def minds(self, head: bytes) -> bool:
        return any(
            self.is_odd([part.strip() for part in value.split(b",")]) for value in values(head, PROTOCOL)
        )

    @staticmethod
    def is_odd(members: list[bytes]) -> bool:
        """Tell whether the list has what is no token, or the same twice."""
        return len(set(members)) < len(members) or not all(re.fullmatch(TOKEN, each) for each in members)


# WS-29: targets and ends.


@MUTANTS.broken("target-crash", "WS-29")
class TargetCrash(CrashingHead):
    """A target that is odd crashes the handshake: with a fragment, with escapes, with slashes, or long."""

    def minds(self, head: bytes) -> bool:
        target = head.split(b" ")[1]
        return len(target) > 1000 or re.search(rb"#|%|\.\.|//", target) is not None


class EndingAll(Connection):
    """The base of servers in which one connection's end is all others' end."""

    def end_all(self) -> None:
        """Let go of all other connections, as a process does that is started anew."""
        for other in self._shared.alive - {self}:
            other.drop("crashed")


@MUTANTS.broken("end-in-handshake-kills", "WS-29")
class EndInHandshakeKills(Connection):
    """A connection that ends in the middle of its handshake kills the whole server."""

    def connection_lost(self, exc: Exception | None) -> None:
        if self._session is None and self._unread:
            os._exit(1)
        super().connection_lost(exc)


@MUTANTS.broken("end-unheard-ends-all", "WS-29")
class EndUnheardEndsAll(EndingAll):
    """Whoever ends before its first frame ends all others, too."""

    has_spoken = False

    def data_received(self, data: bytes) -> None:
        self.has_spoken |= self._session is not None
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if not self.has_spoken:
            self.end_all()


@MUTANTS.broken("ghost-behind-the-handshake", "PRES-2")
class GhostOfTheHasty(Connection):
    """Whoever ends before its first frame stays listed, as the room looks out for ends only from then on."""

    has_spoken = False

    def data_received(self, data: bytes) -> None:
        self.has_spoken |= self._session is not None
        super().data_received(data)

    def _end(self, why: str) -> None:
        if self.has_spoken:
            super()._end(why)


@MUTANTS.broken("no-http-ends-all", "WS-29")
class NoHttpEndsAll(EndingAll):
    """What is no request for a chat throws an exception that ends all connections."""

    def _read_head(self) -> None:
        if len(self._unread) > 5 and not self._unread.startswith(b"GET /?"):
            self.end_all()
        super()._read_head()


@MUTANTS.broken("line-feeds-end-all", "WS-29")
class LineFeedsEndAll(EndingAll):
    """A line that ends with a line feed alone throws an exception that ends all connections."""

    def _read_head(self) -> None:
        if re.search(rb"[^\r]\n", self._unread):
            self.end_all()
        super()._read_head()


@MUTANTS.broken("handshake-unneeded", "WS-29")
class HandshakeUnneeded(ForgivingHead):
    """A head that is no request is answered as if it had been a handshake."""

    def mend(self, head: bytes) -> bytes:
        if head.startswith(b"GET "):
            return head
        plain = (b"Host: x", b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13")
        key = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
        return b"\r\n".join((b"GET / HTTP/1.1", *plain, key, b"", b""))

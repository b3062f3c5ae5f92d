"""Servers that get the opening handshake wrong (WS-1 to WS-5, SEC-7, SEC-8)."""

import hashlib
import re
from base64 import b64encode
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Origin

from mutants.broken.delivery.rooms import raw_room
from mutants.machinery.registration import Registry
from reference_server.connection import Connection
from reference_server.handshake import Answer, Handshake

MUTANTS = Registry()

ORIGIN = "https://chat.example"
ONE_ORIGIN: dict[str, Any] = {"settings": {"origin": (ORIGIN,)}, "profile": f'origin = "{ORIGIN}"\n'}
"""How a server is set that lets one Origin in, and how its operator declares that."""


def put(headers: Headers, name: str, value: str) -> None:
    """Set the header ``name`` to this one value."""
    if name in headers:
        del headers[name]
    headers[name] = value


class ChangedResponse(Handshake):
    """The base of servers whose 101 is wrong."""

    def accept(self, protocol: ServerProtocol, request: Request) -> Response:
        response = super().accept(protocol, request)
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            self.change(response.headers, request)
        return response

    def change(self, headers: Headers, request: Request) -> None:
        """Make the headers of a 101 wrong."""
        raise NotImplementedError


class ForgivingHandshake(Handshake):
    """The base of servers that accept what is no handshake, as if it had been one."""

    def accept(self, protocol: ServerProtocol, request: Request) -> Response:
        self.forgive(request)
        return super().accept(protocol, request)

    def forgive(self, request: Request) -> None:
        """Mend the request."""
        raise NotImplementedError


class PickyHandshake(Handshake):
    """The base of servers that refuse what is a handshake."""

    def accept(self, protocol: ServerProtocol, request: Request) -> Response:
        if self.minds(request.headers):
            return protocol.reject(HTTPStatus.BAD_REQUEST, "not like this\n")
        return super().accept(protocol, request)

    def minds(self, headers: Headers) -> bool:
        """Tell whether the handshake is refused for no good reason."""
        raise NotImplementedError


# WS-1: the accept value, and how names and tokens may be written.


@MUTANTS.broken("accept-without-guid", "WS-1")
class AcceptWithoutGuid(ChangedResponse):
    """Sec-WebSocket-Accept is the hash of the key alone."""

    def change(self, headers: Headers, request: Request) -> None:
        key = request.headers["Sec-WebSocket-Key"].encode()
        put(headers, "Sec-WebSocket-Accept", b64encode(hashlib.sha1(key).digest()).decode())


@MUTANTS.broken("accept-missing", "WS-1")
class AcceptMissing(ChangedResponse):
    """There is no Sec-WebSocket-Accept."""

    def change(self, headers: Headers, request: Request) -> None:
        del request, headers["Sec-WebSocket-Accept"]


@MUTANTS.broken("header-names-by-case", "WS-1")
class HeaderNamesByCase(PickyHandshake):
    """Header names are found only if they are written as in the RFC."""

    def minds(self, headers: Headers) -> bool:
        names = {name for name, _ in headers.raw_items()}
        return not {"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"} <= names


@MUTANTS.broken("tokens-by-case", "WS-1")
class TokensByCase(PickyHandshake):
    """The tokens of Upgrade and Connection are compared with their case."""

    def minds(self, headers: Headers) -> bool:
        upgrades = ", ".join(headers.get_all("Connection")).split(", ")
        return headers.get_all("Upgrade") != ["websocket"] or "Upgrade" not in upgrades


@MUTANTS.broken("connection-alone", "WS-1")
class ConnectionAlone(PickyHandshake):
    """Connection may hold nothing but ``Upgrade``, which keeps Firefox out."""

    def minds(self, headers: Headers) -> bool:
        return [value.lower() for value in headers.get_all("Connection")] != ["upgrade"]


# WS-2, WS-3: what is no handshake.


@MUTANTS.broken("upgrade-unchecked", "WS-2")
class UpgradeUnchecked(ForgivingHandshake):
    """The Upgrade header is not looked at."""

    def forgive(self, request: Request) -> None:
        put(request.headers, "Upgrade", "websocket")


@MUTANTS.broken("connection-unchecked", "WS-2")
class ConnectionUnchecked(ForgivingHandshake):
    """The Connection header is not looked at."""

    def forgive(self, request: Request) -> None:
        put(request.headers, "Connection", "Upgrade")


@MUTANTS.broken("key-unchecked", "WS-2")
class KeyUnchecked(ForgivingHandshake):
    """A key of the wrong length, or that is no base64, is hashed all the same."""

    def forgive(self, request: Request) -> None:
        if "Sec-WebSocket-Key" in request.headers:
            put(request.headers, "Sec-WebSocket-Key", b64encode(bytes(16)).decode())


@MUTANTS.broken("key-unneeded", "WS-2")
class KeyUnneeded(ForgivingHandshake):
    """A handshake without a key is accepted."""

    def forgive(self, request: Request) -> None:
        if "Sec-WebSocket-Key" not in request.headers:
            put(request.headers, "Sec-WebSocket-Key", b64encode(bytes(16)).decode())


@MUTANTS.broken("version-unchecked", "WS-2")
class VersionUnchecked(ForgivingHandshake):
    """The version is not looked at."""

    def forgive(self, request: Request) -> None:
        put(request.headers, "Sec-WebSocket-Version", "13")


@MUTANTS.broken("method-unchecked", "WS-2")
class MethodUnchecked(ForgivingHandshake):
    """Any method will do."""

    def forgive(self, request: Request) -> None:
        request.method = "GET"


@MUTANTS.broken("version-untold", "WS-3")
class VersionUntold(Handshake):
    """A wrong version is answered 400, without a word about which one is right."""

    def accept(self, protocol: ServerProtocol, request: Request) -> Response:
        response = super().accept(protocol, request)
        if response.status_code == HTTPStatus.UPGRADE_REQUIRED:
            return protocol.reject(HTTPStatus.BAD_REQUEST, "no\n")
        return response


# WS-4: what was not offered.


@MUTANTS.broken("subprotocol-unoffered", "WS-4")
class SubprotocolUnoffered(ChangedResponse):
    """A subprotocol is chosen, offered or not."""

    def change(self, headers: Headers, request: Request) -> None:
        del request
        put(headers, "Sec-WebSocket-Protocol", "chat")


@MUTANTS.broken("subprotocol-refused", "WS-4")
class SubprotocolRefused(PickyHandshake):
    """Who offers an unknown subprotocol is refused."""

    def minds(self, headers: Headers) -> bool:
        return "Sec-WebSocket-Protocol" in headers


@MUTANTS.broken("extension-unoffered", "WS-4")
class ExtensionUnoffered(ChangedResponse):
    """An extension is agreed on that nobody offered."""

    def change(self, headers: Headers, request: Request) -> None:
        if "Sec-WebSocket-Extensions" not in request.headers:
            put(headers, "Sec-WebSocket-Extensions", "permessage-deflate")


@MUTANTS.broken("extension-parroted", "WS-4")
class ExtensionParroted(ChangedResponse):
    """The client's offer of extensions is sent back as it came, unknown ones and all."""

    def change(self, headers: Headers, request: Request) -> None:
        for offer in request.headers.get_all("Sec-WebSocket-Extensions")[:1]:
            put(headers, "Sec-WebSocket-Extensions", offer)


@MUTANTS.broken("extension-refused", "WS-4")
class ExtensionRefused(PickyHandshake):
    """Who offers an unknown extension is refused."""

    def minds(self, headers: Headers) -> bool:
        offers = ", ".join(headers.get_all("Sec-WebSocket-Extensions"))
        return any(not offer.strip().startswith("permessage-deflate") for offer in offers.split(",") if offer)


# WS-5: how the bytes may be cut.


@MUTANTS.broken("handshake-in-one-read", "WS-5")
class HandshakeInOneRead(Connection):
    """The whole handshake has to be in the first segment."""

    def data_received(self, data: bytes) -> None:
        if self._session is None and b"\r\n\r\n" not in data:
            self._transport.close()
        else:
            super().data_received(data)


@MUTANTS.broken("early-frame-lost", "WS-5")
class EarlyFrameLost(Connection):
    """What comes in the same segment as the handshake is thrown away with its buffer."""

    def data_received(self, data: bytes) -> None:
        head, end, _ = data.partition(b"\r\n\r\n")
        super().data_received(head + end if self._session is None else data)


@MUTANTS.broken("early-frame-cut-lost", "WS-5")
class EarlyFrameCutLost(Connection):
    """What comes in the segment of the handshake is thrown away if it is no whole frame."""

    def data_received(self, data: bytes) -> None:
        head, end, rest = data.partition(b"\r\n\r\n")
        size = 6 + (rest[1] & 0x7F) if len(rest) > 1 else 6
        is_cut = self._session is None and len(rest) < size
        super().data_received(head + end if is_cut else data)


# SEC-7: who may connect.


class ChangedOrigins(Handshake):
    """The base of servers that know which Origins are allowed, and check it wrongly."""

    allowed: tuple[Origin | re.Pattern[str] | None, ...] = ()

    def new_protocol(self) -> ServerProtocol:
        protocol = super().new_protocol()
        protocol.origins = self.allowed
        return protocol


@MUTANTS.broken("origin-unchecked", "SEC-7", **ONE_ORIGIN)
class OriginUnchecked(ChangedOrigins):
    """Pages of any Origin are let in."""

    allowed = (re.compile(".*"), None)


@MUTANTS.broken("origin-null", "SEC-7", **ONE_ORIGIN)
class OriginNull(ChangedOrigins):
    """The Origin ``null``, a sandboxed frame's, counts as none at all."""

    allowed = (Origin(ORIGIN), Origin("null"), None)


@MUTANTS.broken("origin-prefix", "SEC-7", **ONE_ORIGIN)
class OriginPrefix(ChangedOrigins):
    """An Origin that begins with the allowed one is let in, ``https://chat.example.evil`` say."""

    allowed = (re.compile(re.escape(ORIGIN) + ".*"), None)


@MUTANTS.broken("origin-needed", "SEC-7", **ONE_ORIGIN)
class OriginNeeded(ChangedOrigins):
    """Clients without an Origin, which are no browsers, are refused."""

    allowed = (Origin(ORIGIN),)


@MUTANTS.broken("origin-refused", "SEC-7", **ONE_ORIGIN)
class OriginRefused(ChangedOrigins):
    """Pages of any Origin are refused, of the allowed one too."""

    allowed = (None,)


@MUTANTS.broken("origin-400", "SEC-7", **ONE_ORIGIN)
class OriginStatus(Handshake):
    """An Origin that is not allowed is refused with 400, not 403."""

    def accept(self, protocol: ServerProtocol, request: Request) -> Response:
        response = super().accept(protocol, request)
        if response.status_code == HTTPStatus.FORBIDDEN:
            return protocol.reject(HTTPStatus.BAD_REQUEST, "no\n")
        return response


# SEC-8: what must not get into a header.


@MUTANTS.broken("room-in-header", "SEC-8")
class RoomInHeader(Handshake):
    """The room's name, decoded, stands in a header of the answer, so a CR LF in it makes a header more."""

    def answer(self, protocol: ServerProtocol, request: Request) -> Answer:
        answer = super().answer(protocol, request)
        answer.response.headers.set_insecure("X-Room", unquote(raw_room(request)))
        return answer

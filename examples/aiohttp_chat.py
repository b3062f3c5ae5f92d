"""A Room Chat 1.0 server on aiohttp, in one file, written from PROTOCOL.md alone.

``python examples/aiohttp_chat.py --port 8080``; then ``pytest conformance --url ws://127.0.0.1:8080/``.
"""

import argparse
import asyncio
import binascii
import json
import re
import secrets
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

from aiohttp import HttpVersion11, WSCloseCode, WSMessage, WSMsgType, web
from multidict import CIMultiDict

MAX_NAME = 64
MAX_MESSAGE = 64 * 1024
"""Bytes of the largest message taken (SEC-2); aiohttp's own figure is that of the smallest refused."""
MAX_BACKLOG = 4 * 1024 * 1024
"""Characters that may wait for a member before it is disconnected (BCAST-14)."""
BURST, RATE = 2000, 1000
"""Messages read at once, and per second from then on (SEC-5)."""
USERLIST_DELAY = 0.05
"""Seconds for which changes of a room's members are gathered (PRES-6)."""
HANDSHAKE_TIMEOUT = 10.0
"""Seconds in which a new connection must have sent its first request (SEC-4)."""
CLOSE_TIMEOUT = 1.0
"""Seconds for which a connection that has failed awaits the client's Close; until then it is a member."""

NO_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e\u2066-\u2069\ud800-\udfff]")
NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[-\w.~!$&'()*+,;=%]*)(?::[0-9]*)?", re.ASCII)
KEY = re.compile("[A-Za-z0-9+/]{22}==")
TOKEN = "[-!#$%&'*+.^_`|~0-9A-Za-z]+"
EXTENSION = rf'{TOKEN}(?:[ \t]*;[ \t]*{TOKEN}(?:=(?:{TOKEN}|"{TOKEN}"))?)*'
EXTENSIONS = re.compile(rf"(?:[ \t]*(?:{EXTENSION})?[ \t]*(?:,|\Z))+")
"""A list of extensions (RFC 6455 section 9.1)."""


class RefusedError(Exception):
    """A message or a name that the protocol does not allow: Code and Reason of the Error message."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Member:
    """A connection from its Status on. A task of its own sends, so that no slow reader holds up others."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self.wsid = secrets.token_urlsafe(12)
        self.name = "unknown"
        self._socket = socket
        self._transport = transport
        self._waiting: deque[str] = deque()
        self._backlog = 0
        self._news = asyncio.Event()
        self._told = False
        self._allowance, self._filled_at = float(BURST), asyncio.get_running_loop().time()

    def send(self, text: str) -> None:
        """Queue a message; a member that has too many waiting is disconnected, never skipped (BCAST-9)."""
        self._waiting.append(text)
        self._backlog += len(text)
        self._news.set()
        if self._backlog > MAX_BACKLOG:
            self._transport.abort()

    async def send_all(self) -> None:
        """Send what is queued, in its order, until the connection ends."""
        while not self._socket.closed:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                text = self._waiting.popleft()
                try:
                    await self._socket.send_str(text)
                except ConnectionError:
                    return
                self._backlog -= len(text)

    async def take_turn(self) -> None:
        """Let a member that sends too much wait, what follows in the TCP window, and tell it once (SEC-5)."""
        now = asyncio.get_running_loop().time()
        self._allowance = min(BURST, self._allowance + (now - self._filled_at) * RATE) - 1
        self._filled_at = now
        if self._allowance < 0:
            if not self._told:
                self.send(written(Type="Error", Code="flood", Reason="too many messages; what follows waits"))
            self._told = True
            await asyncio.sleep(-self._allowance / RATE)


class Room:
    """The members of a room; what happens in one call is seen by all members in the same order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: set[Member] = set()
        self._userlist: asyncio.TimerHandle | None = None

    def enter(self, member: Member) -> None:
        """Greet a member (STAT-1), and let all know."""
        self.members.add(member)
        member.send(written(Type="Status", WSID=member.wsid))
        self._list_soon()

    def leave(self, member: Member) -> None:
        """Forget a member, and let all know."""
        self.members.discard(member)
        self._list_soon()

    def publish(self, sender: Member, message: str | None, author: str | None) -> None:
        """Rename, then send out, as far as the message asks for either (NICK-2 to NICK-4)."""
        if author and author != sender.name:
            sender.name = author
            self._list_soon()
        if message is not None:
            sent = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
            self._send(
                Type="Chat", Message=message, Author=sender.name, Room=self.name, WSID=sender.wsid, Sent=sent
            )

    def _list_soon(self) -> None:
        if self._userlist is None:
            self._userlist = asyncio.get_running_loop().call_later(USERLIST_DELAY, self._list)

    def _list(self) -> None:
        self._userlist = None
        self._send(Type="userlist", Users=[{"Name": member.name} for member in self.members])

    def _send(self, **fields: Any) -> None:
        text = written(**fields)
        for member in self.members:
            member.send(text)


# Reading.


def written(**fields: Any) -> str:
    """Return a message as JSON text."""
    return json.dumps(fields, ensure_ascii=False)


def read(text: str) -> tuple[str | None, str | None]:
    """Return Message and Author of a client's message; raises RefusedError for all that BAD lists."""
    try:
        document = json.loads(text, object_pairs_hook=distinct, parse_constant=no_constant)
        json.dumps(document, ensure_ascii=False).encode()  # finds lone surrogates
    except (ValueError, RecursionError) as error:
        raise RefusedError("bad-json", f"{error}"[:200]) from error
    if not isinstance(document, dict):
        raise RefusedError("bad-json", "send one JSON object")
    if document.get("Type", "Chat") != "Chat":
        raise RefusedError("bad-type", "a client's Type is Chat, or absent")
    if not {"Message", "Author"} & set(document):
        raise RefusedError("bad-message", "Message and Author are both missing")
    message, author = document.get("Message", ""), document.get("Author", "")
    if not isinstance(message, str) or not isinstance(author, str):
        raise RefusedError("bad-message", "Message and Author are strings")
    try:
        binascii.a2b_base64(message, strict_mode=True)
    except ValueError as error:
        raise RefusedError("bad-base64", f"Message is not standard base64: {error}") from error
    return message if "Message" in document else None, checked_name(author)


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raises ValueError where a name stands twice."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def no_constant(constant: str) -> NoReturn:
    """Refuse NaN and Infinity."""
    raise ValueError(f"{constant} is not JSON")


def checked_name(name: str) -> str:
    """Return a name of a room or an author; raises RefusedError (ROOM-5, NICK-5)."""
    if len(name) > MAX_NAME or NO_NAME.search(name):
        raise RefusedError("bad-name", f"a name has at most {MAX_NAME} code points and no control characters")
    return name


def room_of(target: str) -> str:
    """Return the room that a request target names; raises RefusedError (ROOM-1 to ROOM-7).

    The raw target, because what frameworks make of a query hides malformed escapes.
    """
    for parameter in target.partition("?")[2].split("&"):
        key, _, value = parameter.replace("+", " ").partition("=")
        if unquote_to_bytes(key) == b"room":
            try:
                name = unquote_to_bytes(value).decode()
            except UnicodeError as error:
                raise RefusedError("bad-name", "the room is not UTF-8") from error
            if NO_ESCAPE.search(value):
                raise RefusedError("bad-name", "the room has a malformed escape")
            return checked_name(name) or "default"
    return "default"


# Serving.


def check_head(headers: Mapping[str, str]) -> None:
    """Check what RFC 9112 and RFC 6455 ask of a handshake's fields; raises RefusedError."""
    fields = CIMultiDict(headers)
    hosts, keys = fields.getall("Host", []), fields.getall("Sec-WebSocket-Key", [])
    if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
        raise RefusedError("bad-host", "send one Host with the server's name")
    if len(keys) != 1 or not KEY.fullmatch(keys[0]):
        raise RefusedError("bad-key", "send one Sec-WebSocket-Key with the base64 of 16 bytes")
    if "Transfer-Encoding" in fields or fields.get("Content-Length", "0") != "0":
        raise RefusedError(
            "bad-body", "a handshake has no body"
        )  # its end, come later, would be read as frames
    if not all(map(EXTENSIONS.fullmatch, fields.getall("Sec-WebSocket-Extensions", []))):
        raise RefusedError("bad-extensions", "the offer of extensions is malformed")


def with_one_line_of_extensions(request: web.BaseRequest) -> web.BaseRequest:
    """Return the request with all its offers in the first line, which is all that aiohttp reads of them."""
    name = "Sec-WebSocket-Extensions"
    lines = request.headers.getall(name, [])
    if len(lines) < 2:
        return request
    headers = CIMultiDict(request.headers)
    headers[name] = ", ".join(lines)
    return request.clone(headers=headers)


def is_too_big(message: WSMessage) -> bool:
    """Tell whether a message is over the limit: aiohttp's own lets a compressed one of a byte more pass."""
    if message.type is WSMsgType.TEXT:
        return len(message.data.encode()) > MAX_MESSAGE
    return message.type is WSMsgType.BINARY and len(message.data) > MAX_MESSAGE


class Chat:
    """All rooms, behind one HTTP handler."""

    def __init__(self, origins: list[str]) -> None:
        self._origins = origins
        self._rooms: dict[str, Room] = {}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request: a chat, a page for other requests, or a refusal."""
        upgrades = "Upgrade" in request.headers or "Sec-WebSocket-Version" in request.headers
        if not upgrades or request.version < HttpVersion11:  # which knows no Upgrade (RFC 9110 section 7.8)
            return web.Response(text="ok\n" if request.path == "/healthz" else "Open a WebSocket here.\n")
        try:
            self._check(request)
            name = room_of(request.raw_path)
        except RefusedError as refusal:
            raise web.HTTPBadRequest(text=f"{refusal}\n", headers={"Connection": "close"}) from refusal
        request = with_one_line_of_extensions(request)
        socket = web.WebSocketResponse(max_msg_size=MAX_MESSAGE + 1, heartbeat=30, timeout=CLOSE_TIMEOUT)
        await socket.prepare(request)
        assert isinstance(request.transport, asyncio.Transport)
        await self._host(socket, Member(socket, request.transport), name)
        return socket

    def _check(self, request: web.BaseRequest) -> None:
        """Check what aiohttp leaves open: it takes every method, versions 7 and 8 too, and any Origin."""
        if request.version > HttpVersion11:
            raise web.HTTPVersionNotSupported
        if request.method != "GET":
            raise web.HTTPMethodNotAllowed(request.method, ["GET"])
        check_head(request.headers)
        if request.headers.getall("Sec-WebSocket-Version", []) != ["13"]:
            raise web.HTTPUpgradeRequired(headers={"Sec-WebSocket-Version": "13"})
        origin = request.headers.get("Origin")
        if self._origins and origin is not None and origin not in self._origins:
            raise web.HTTPForbidden(text="this Origin is not allowed\n")

    async def _host(self, socket: web.WebSocketResponse, member: Member, name: str) -> None:
        room = self._rooms.setdefault(name, Room(name))
        room.enter(member)
        sending = asyncio.create_task(member.send_all())
        try:
            async for message in socket:
                if is_too_big(message):
                    await socket.close(code=WSCloseCode.MESSAGE_TOO_BIG)
                elif message.type is not WSMsgType.ERROR:
                    await member.take_turn()
                    self._take(member, room, message.data, is_text=message.type is WSMsgType.TEXT)
        finally:
            sending.cancel()
            room.leave(member)
            if not room.members:
                del self._rooms[name]

    def _take(self, member: Member, room: Room, data: str, *, is_text: bool) -> None:
        try:
            if not is_text:
                raise RefusedError("binary", "send JSON in text messages")
            room.publish(member, *read(data))
        except RefusedError as refusal:
            member.send(written(Type="Error", Code=refusal.code, Reason=f"{refusal}"))


class Server(web.Server):
    """aiohttp's server, which by itself lets a connection stand for ever without a request (SEC-4)."""

    def __init__(self, chat: Chat) -> None:
        super().__init__(self._handle, access_log=None)
        self._chat = chat
        self._deadlines: dict[web.RequestHandler, asyncio.TimerHandle] = {}

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Give a new connection its time."""
        super().connection_made(handler, transport)
        loop = asyncio.get_running_loop()
        self._deadlines[handler] = loop.call_later(HANDSHAKE_TIMEOUT, transport.abort)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Forget a connection."""
        super().connection_lost(handler, exc)
        self._met_deadline(handler)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._met_deadline(request.protocol)
        return await self._chat.handle(request)

    def _met_deadline(self, handler: web.RequestHandler) -> None:
        if deadline := self._deadlines.pop(handler, None):
            deadline.cancel()


async def serve(port: int, origins: list[str]) -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(Server(Chat(origins)), "127.0.0.1", port, backlog=1024)
    print(f"listening on ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/", flush=True)
    await listening.serve_forever()


def main() -> None:
    """Read the command line, and serve."""
    parser = argparse.ArgumentParser(description="A Room Chat 1.0 server on aiohttp.")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--origin", action="append", default=[], help="allowed Origin, repeatable")
    options = parser.parse_args()
    try:
        asyncio.run(serve(options.port, options.origin))
    except KeyboardInterrupt:
        pass
    except OSError as error:
        parser.exit(1, f"{parser.prog}: port {options.port} cannot be used: {error.strerror}\n")


if __name__ == "__main__":
    main()

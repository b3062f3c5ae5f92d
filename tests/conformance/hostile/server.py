"""A server that means ill: a chat on raw sockets, a thread a connection, which does one of ``MODES``, too.

``python tests/conformance/hostile/server.py MODE`` prints its URL and serves until it is ended.
"""

import base64
import contextlib
import hashlib
import itertools
import json
import os
import re
import socket
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MIB = 1 << 20
TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10

WORDS = "pwned \x1b[31m\x1b]0;title\x07\x9b1m\r::error::%0A\u202e\u2066\x00\x7f\x85\u2028 ##[error]x"
"""What a terminal, a build log or a reader would obey, in what would be one line but for them."""

Flood = Callable[[], Iterator[bytes]]


def frame(opcode: int, payload: bytes = b"", fin: bool = True, rsv: int = 0) -> bytes:
    """Return an unmasked frame."""
    size = len(payload)
    form = 0 if size < 126 else 2 if size < 1 << 16 else 8
    short = {0: size, 2: 126, 8: 127}[form]
    return (
        bytes((fin << 7 | rsv << 4 | opcode, short)) + (size.to_bytes(form, "big") if form else b"") + payload
    )


def text(**fields: Any) -> bytes:
    """Return a text frame of one JSON object."""
    return frame(TEXT, json.dumps(fields).encode())


def without_end(octets: bytes, at_once: int = 64 * 1024) -> Flood:
    """Return a flood of these bytes, over and over."""
    chunk = octets * max(1, at_once // len(octets))
    return lambda: itertools.repeat(chunk)


def different_chats() -> Iterator[bytes]:
    """Chats of nobody, no two of them equal."""
    for number in itertools.count():
        word = base64.b64encode(b"%d" % number).decode()
        yield text(Type="Chat", Message=word, Author="x", Room="x", WSID="x", Sent="2026-01-01 00:00:00")


def fragments_of_one_message() -> Iterator[bytes]:
    """A message of ever more frames."""
    yield frame(TEXT, b"{", fin=False)
    yield from without_end(frame(CONTINUATION, b" ", fin=False))()


def empty_fragments_of_one_message() -> Iterator[bytes]:
    """A message of ever more frames that hold nothing."""
    yield frame(TEXT, b"{", fin=False)
    yield from without_end(frame(CONTINUATION, b"", fin=False))()


def large_fragments_of_one_message() -> Iterator[bytes]:
    """A message of 100 MB, a hundred frames."""
    yield frame(TEXT, b"x" * MIB, fin=False)
    yield from (frame(CONTINUATION, b"x" * MIB, fin=number == 98) for number in range(99))


def one_large_message() -> Iterator[bytes]:
    """A message of 100 MB in one frame."""
    yield frame(TEXT, b"x" * (100 * MIB))


def almost_too_large_messages() -> Iterator[bytes]:
    """Messages of 16 MB, no two of them equal."""
    return (frame(TEXT, b'{"Type": "odd", "x": "%0*d"}' % (16 * MIB, number)) for number in itertools.count())


def names(count: int) -> Flood:
    """Return a userlist of so many names."""
    rows = b",".join(b'{"Name":"n%d"}' % number for number in range(count))
    return lambda: iter([frame(TEXT, b'{"Type":"userlist","Users":[%s]}' % rows)])


def lists_of_many_names() -> Iterator[bytes]:
    """Userlists of 50,000 names, no two of them equal."""
    rows = b",".join(b'{"Name":"n%d"}' % number for number in range(50_000))
    for number in itertools.count():
        yield frame(TEXT, b'{"Type":"userlist","Users":[%s,{"Name":"m%d"}]}' % (rows, number))


def bombs() -> Iterator[bytes]:
    """Compressed messages that inflate to 100 MB, where compression was agreed."""
    packer = zlib.compressobj(9, wbits=-15)
    octets = packer.compress(b" " * (100 * MIB)) + packer.flush(zlib.Z_SYNC_FLUSH)
    return itertools.repeat(frame(TEXT, octets[:-4], rsv=4))


def last_blocks() -> Iterator[bytes]:
    """Compressed messages of a hundred thousand blocks, each of which says it is the last."""
    return itertools.repeat(frame(TEXT, b"\x03\x00" * 100_000, rsv=4))


def words_of_each_kind() -> Iterator[bytes]:
    """Words that would be obeyed, wherever a message may have some."""
    fields = dict.fromkeys(("Message", "Author", "Room", "WSID", "Sent"), WORDS)
    yield text(Type="Chat", **fields)
    yield text(Type="Error", Code=WORDS, Reason=WORDS)
    yield text(Type="userlist", Users=[{"Name": WORDS}, {WORDS: WORDS}])
    yield text(Type=f"\n::error::{WORDS}", **{WORDS: WORDS})
    yield frame(TEXT, f"\n::warning::{WORDS}".encode())
    yield frame(TEXT, b"\x1b[2J\xff\x9b2J")
    yield frame(BINARY, WORDS.encode())
    yield frame(PING, WORDS.encode())
    yield frame(CLOSE, b"\x03\xe8" + WORDS.encode())


def dripping(octets: bytes) -> Iterator[bytes]:
    """Each of these bytes, one every now and then."""
    for octet in octets:
        time.sleep(0.2)
        yield bytes([octet])


FLOODS: dict[str, Flood] = {
    "random-bytes": lambda: iter(lambda: os.urandom(64 * 1024), b""),
    "texts": without_end(frame(TEXT, b"{}")),
    "different-chats": different_chats,
    "binaries": without_end(frame(BINARY, b"x")),
    "continuations": without_end(frame(CONTINUATION, b"x")),
    "pings": without_end(frame(PING)),
    "large-pings": without_end(frame(PING, b"x" * MIB)),
    "pongs": without_end(frame(PONG)),
    "closes": without_end(frame(CLOSE, b"\x03\xe8")),
    "huge-close-reason": lambda: iter([frame(CLOSE, b"\x03\xe8" + b"r" * (16 * MIB))]),
    "fragments": fragments_of_one_message,
    "empty-fragments": empty_fragments_of_one_message,
    "large-fragments": large_fragments_of_one_message,
    "large-message": one_large_message,
    "large-messages": almost_too_large_messages,
    "a-million-names": names(1_000_000),
    "300000-names": names(300_000),
    "lists-of-many-names": lists_of_many_names,
    "bombs": bombs,
    "last-blocks": last_blocks,
    "2-to-the-62-bytes": lambda: iter([bytes((0x81, 127)) + (1 << 62).to_bytes(8, "big")]),
    "nested": without_end(frame(TEXT, b"[" * 100_000)),
    "words": words_of_each_kind,
    "errors": without_end(text(Type="Error", Code="no", Reason="no")),
}
"""What a connection gets, as fast as it goes, beside an ordinary chat."""

ANSWERS: dict[str, Flood] = {
    "endless-headers": lambda: itertools.chain(
        [b"HTTP/1.1 101 Switching Protocols\r\n"], itertools.repeat(b"X-More: and more\r\n" * 1000)
    ),
    "401-with-a-huge-body": lambda: itertools.chain(
        [b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 1000000000000\r\n\r\n"], without_end(b"x")()
    ),
    "503-with-a-huge-body": lambda: itertools.chain(
        [b"HTTP/1.1 503 Service Unavailable\r\n\r\n"], without_end(b"x")()
    ),
    "long-status": lambda: iter([b"HTTP/1.1 " + b"9" * 60_000 + b" Odd\r\n\r\n"]),
    "words-in-a-refusal": lambda: iter([f"HTTP/1.1 404 {WORDS}\r\nServer: {WORDS}\r\n\r\n".encode()]),
    "words-that-are-no-http": lambda: iter([f"::error::{WORDS}".encode()]),
    "no-http": without_end(b"x"),
    "slow-answer": lambda: dripping(b"HTTP/1.1 101 " + b"x" * 1000),
}
"""What answers every handshake."""

MODES = (*FLOODS, *ANSWERS)


class Chat:
    """The rooms, and what each member is sent on."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.rooms: dict[str, dict[str, Member]] = {}
        self.lock = threading.Lock()
        self.count = itertools.count(1)

    def serve(self, link: socket.socket) -> None:
        """Serve one connection to its end."""
        with link, contextlib.suppress(OSError, ValueError):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream = link.makefile("rb")
            head = b"".join(iter(lambda: stream.readline(), b"\r\n"))
            if self.mode in ANSWERS:
                for chunk in ANSWERS[self.mode]():
                    link.sendall(chunk)
                return
            link.sendall(answer(head, WORDS if self.mode == "words" else "Switching Protocols"))
            target = urlsplit(head.split()[1].decode())
            Member(self, link, parse_qs(target.query).get("room", ["default"])[0]).talk(stream)


class Member:
    """One member, who is told what is said, and what the mode has for it."""

    def __init__(self, chat: Chat, link: socket.socket, room: str) -> None:
        self.chat, self.link, self.room = chat, link, room
        self.sending = threading.Lock()
        self.author = "unknown"
        self.wsid = f"w{next(chat.count)}"

    def send(self, octets: bytes) -> None:
        """Send it whole, or give up."""
        with self.sending, contextlib.suppress(OSError):
            self.link.sendall(octets)

    def talk(self, stream: Any) -> None:
        """Greet, flood, and pass on what is said until the connection ends."""
        with self.chat.lock:
            members = self.chat.rooms.setdefault(self.room, {})
            self.send(text(Type="Status", WSID=self.wsid))
            members[self.wsid] = self
            self.tell_names(members)
        threading.Thread(target=self.flood, daemon=True).start()
        try:
            for message in messages(stream):
                self.take(message, members)
        finally:
            with self.chat.lock:
                members.pop(self.wsid)
                self.tell_names(members)

    def tell_names(self, members: "dict[str, Member]") -> None:
        """Send all members who is there."""
        users = [{"Name": member.author} for member in members.values()]
        for member in members.values():
            member.send(text(Type="userlist", Users=users))

    def take(self, message: dict[str, Any], members: "dict[str, Member]") -> None:
        """Pass a message on."""
        self.author = message.get("Author") or self.author
        sent = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        with self.chat.lock:
            for member in members.values() if "Message" in message else ():
                member.send(
                    text(
                        Type="Chat",
                        Message=message["Message"],
                        Author=self.author,
                        Room=self.room,
                        WSID=self.wsid,
                        Sent=sent,
                    )
                )

    def flood(self) -> None:
        """Send what the mode has, as fast as it goes."""
        with contextlib.suppress(OSError):
            for chunk in FLOODS[self.chat.mode]():
                with self.sending:
                    self.link.sendall(chunk)


def answer(head: bytes, words: str) -> bytes:
    """Return the answer to a handshake, which agrees to compression where that is offered."""
    key = re.search(rb"(?im)^sec-websocket-key:\s*(\S+)", head)
    token = base64.b64encode(hashlib.sha1((key[1] if key else b"") + GUID).digest())
    lines = [
        b"HTTP/1.1 101 " + words.encode(),
        b"Server: " + words.encode(),
        b"Upgrade: websocket",
        b"Connection: Upgrade",
    ]
    lines.append(b"Sec-WebSocket-Accept: " + token)
    if b"permessage-deflate" in head:
        lines.append(b"Sec-WebSocket-Extensions: permessage-deflate" + ODD.get(words, b""))
    return b"\r\n".join([*lines, b"", b""])


ODD = {WORDS: f"; {WORDS}".encode()}
"""What else stands behind the extension that is agreed to."""


def messages(stream: Any) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects that a client sends in frames of their own, until it closes."""
    while head := stream.read(2):
        size = head[1] & 0x7F
        if size > 125:
            size = int.from_bytes(stream.read(2 if size == 126 else 8), "big")
        key, payload = stream.read(4), stream.read(size)
        payload = bytes(octet ^ key[place % 4] for place, octet in enumerate(payload))
        if head[0] & 0xF == CLOSE:
            return
        if head[0] & 0xF == TEXT:
            yield json.loads(payload)


def main() -> None:
    """Serve."""
    chat = Chat(sys.argv[1])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"ws://127.0.0.1:{listening.getsockname()[1]}/", flush=True)
        while True:
            link, _ = listening.accept()
            threading.Thread(target=chat.serve, args=(link,), daemon=True).start()


if __name__ == "__main__":
    main()

"""The connection against a server that says, byte for byte, what a script tells it to."""

import base64
import errno
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import gevent
import pytest
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from hubbub.load.config.config import LoadConfig
from hubbub.load.measure.tallies import ConnectionTally
from hubbub.load.timing.arrival import ArrivalClock
from hubbub.load.timing.clock import RunClock
from hubbub.load.websocket.connection import Connection
from hubbub.load.websocket.handshake import HandshakeError
from hubbub.load.websocket.listener import End
from hubbub.load.websocket.progress import Progress
from hubbub.load.websocket.transport import Dialer, reader

PATIENCE = 20.0
Script = Callable[[socket.socket], None]


@dataclass
class Witness:
    """A listener that remembers."""

    heard: list[bytes] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    late: int = 0

    def texts(self, payloads: list[bytes], arrival: int, read: int) -> None:
        assert arrival <= read
        self.heard += payloads

    def end(self, end: End) -> None:
        self.ends.append(end)

    def behind(self) -> None:
        self.late += 1

    def fault(self, error: Exception) -> None:
        self.faults.append(error)


class Stage:
    """Serves one connection by a script, in a thread, and connects to it."""

    def __init__(self, script: Script) -> None:
        self.witness = Witness()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, args=(script,), daemon=True)
        self._thread.start()

    def _serve(self, script: Script) -> None:
        sock, _ = self._listener.accept()
        sock.settimeout(PATIENCE)
        with sock:
            script(sock)

    def connect(self, most: int = 1 << 16) -> Connection:
        """Connect, and from the handshake on read ``most`` bytes at once at most."""
        port = self._listener.getsockname()[1]
        url = f"ws://127.0.0.1:{port}/?room=r"
        clock = RunClock()
        config = LoadConfig(host=url)
        sock = Dialer(config.tls()).dial(config.targets[0], Progress(ConnectionTally(), url))
        read = reader(sock, clock, ArrivalClock(clock))
        few = (lambda _: (sock.recv(most), clock.now(), clock.now())) if most < 1 << 16 else read
        self.connection = Connection(sock, parse_uri(url), few, self.witness)
        self.connection.handshake()
        return self.connection

    def until(self, condition: Callable[[], object]) -> None:
        with gevent.Timeout(PATIENCE):
            while not condition():
                gevent.sleep(0.005)

    def until_end(self) -> End:
        self.until(lambda: self.witness.ends)
        [end] = self.witness.ends
        return end

    def finish(self) -> None:
        self.connection.close(0)
        self._thread.join(PATIENCE)
        self._listener.close()


@pytest.fixture
def stage() -> Iterator[Callable[[Script], Stage]]:
    stages: list[Stage] = []

    def open_stage(script: Script) -> Stage:
        stages.append(Stage(script))
        return stages[-1]

    yield open_stage
    for each in stages:
        if hasattr(each, "connection"):
            each.finish()


OpenStage = Callable[[Script], Stage]


def upgrade(sock: socket.socket, after: bytes = b"") -> None:
    """Answer the handshake; ``after`` goes out in the same breath."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += sock.recv(1000)
    key = next(line[19:] for line in request.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key: "))
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    sock.sendall(head + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + after)


def says(wire: bytes, then: Script | None = None) -> Script:
    """Return a script that upgrades, sends ``wire``, and waits until the client is gone."""

    def script(sock: socket.socket) -> None:
        upgrade(sock)
        sock.sendall(wire)
        if then is not None:
            then(sock)
        drain(sock)

    return script


def drain(sock: socket.socket) -> bytes:
    """Read to the end."""
    seen = b""
    try:
        while data := sock.recv(1 << 16):
            seen += data
    except OSError:
        pass
    return seen


def frame(opcode: Opcode, data: bytes, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=False)


def text(data: bytes) -> bytes:
    return frame(Opcode.TEXT, data)


CLOSE_1001 = frame(Opcode.CLOSE, struct.pack("!H", 1001) + b"going")
FRAGMENTS = (
    frame(Opcode.TEXT, b"a", fin=False)
    + frame(Opcode.PING, b"?")
    + frame(Opcode.CONT, b"", fin=False)
    + frame(Opcode.CONT, b"b")
)


@pytest.mark.parametrize("most", [1 << 16, 1, 3, 7])
def test_texts_and_fragments_are_heard_in_order_however_they_are_cut(stage: OpenStage, most: int) -> None:
    wire = text(b"one") + FRAGMENTS + text(b"x" * 300) + frame(Opcode.PONG, b"") + text(b"") + CLOSE_1001
    on = stage(says(wire))
    on.connect(most)
    assert on.until_end() == End(1001, "going")
    assert on.witness.heard == [b"one", b"ab", b"x" * 300, b""]
    assert on.witness.faults == []


def test_a_text_in_the_same_segment_as_the_handshake_is_heard(stage: OpenStage) -> None:
    def script(sock: socket.socket) -> None:
        upgrade(sock, text(b"early") + text(b"bird")[:3])
        sock.sendall(text(b"bird")[3:])

    on = stage(script)
    on.connect()
    on.until_end()
    assert on.witness.heard == [b"early", b"bird"]


def test_a_close_in_the_same_segment_as_the_handshake_is_an_end_and_no_refusal(stage: OpenStage) -> None:
    on = stage(lambda sock: upgrade(sock, text(b"early") + CLOSE_1001))
    on.connect()
    assert on.until_end() == End(1001, "going")
    assert on.witness.heard == [b"early"]


def test_a_ping_is_answered(stage: OpenStage) -> None:
    answers: list[bytes] = []
    on = stage(says(frame(Opcode.PING, b"you?"), lambda sock: answers.append(sock.recv(100))))
    on.connect()
    on.until(lambda: answers)
    assert answers[0][:2] == b"\x8a\x84"
    mask, data = answers[0][2:6], answers[0][6:]
    assert bytes(byte ^ mask[index % 4] for index, byte in enumerate(data)) == b"you?"


def test_a_binary_message_is_heard_as_none_of_the_protocols(stage: OpenStage) -> None:
    on = stage(says(frame(Opcode.BINARY, b'{"Type":"Status","WSID":"1"}') + CLOSE_1001))
    on.connect()
    on.until_end()
    assert on.witness.heard == [b'(binary) {"Type":"Status","WSID":"1"}']


def test_the_servers_close_is_followed(stage: OpenStage) -> None:
    answers: list[bytes] = []
    on = stage(says(CLOSE_1001, lambda sock: answers.append(sock.recv(100))))
    on.connect()
    assert on.until_end() == End(1001, "going")
    on.until(lambda: answers)
    assert answers[0][0] == 0x88


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1011, 1014, 3000, 4999])
def test_the_servers_close_code_is_told(stage: OpenStage, code: int) -> None:
    on = stage(says(b"\x88\x02" + struct.pack("!H", code)))
    on.connect()
    assert on.until_end() == End(code, "")


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535])
def test_a_close_code_that_must_not_be_sent_breaks_the_protocol(stage: OpenStage, code: int) -> None:
    on = stage(says(b"\x88\x02" + struct.pack("!H", code)))
    on.connect()
    assert on.until_end().reason.startswith("the server broke the protocol")


def test_an_empty_close_has_no_code_on_the_wire(stage: OpenStage) -> None:
    on = stage(says(b"\x88\x00"))
    on.connect()
    assert on.until_end() == End(1005, "")


def test_nothing_counts_after_a_close(stage: OpenStage) -> None:
    on = stage(says(text(b"before") + CLOSE_1001 + text(b"after"), lambda sock: sock.sendall(text(b"later"))))
    on.connect()
    on.until_end()
    on.connection.close(1.0)
    assert on.witness.heard == [b"before"]


def test_one_that_is_ended_while_it_waits_for_the_servers_close_is_gone(stage: OpenStage) -> None:
    heard: list[bytes] = []

    def script(sock: socket.socket) -> None:
        upgrade(sock)
        heard.append(sock.recv(100))
        heard.append(sock.recv(100))

    on = stage(script)
    leaving = gevent.spawn(on.connect().close, PATIENCE)
    on.until(lambda: heard)
    leaving.kill()
    on.until(lambda: len(heard) == 2)
    assert heard[1] == b""


def test_an_end_without_a_close_frame_has_no_code(stage: OpenStage) -> None:
    on = stage(lambda sock: upgrade(sock, text(b"bye")))
    on.connect()
    assert on.until_end().code is None
    assert on.witness.heard == [b"bye"]


def test_a_reset_is_an_end(stage: OpenStage) -> None:
    def script(sock: socket.socket) -> None:
        upgrade(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    on = stage(script)
    on.connect()
    assert on.until_end().code is None


@pytest.mark.parametrize(
    "wire",
    [
        b"\x81\x80\x00\x00\x00\x00",
        b"\xc1\x00",
        b"\x83\x00",
        b"\x80\x00",
        b"\x89\x7e\x00\x7e" + b"p" * 126,
        b"\x88\x01\x03",
        b"\x88\x03\x03\xe8\xff",
        b"\x09\x00",
        b"\x01\x01a\x81\x01b",
        b"\x01\x01a\xc0\x01b",
        b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x81\x7f\x00\x00\x00\x00\x10\x00\x00\x00",
    ],
    ids=[
        "masked",
        "reserved bit",
        "reserved opcode",
        "orphan",
        "long ping",
        "short close",
        "close reason that is not UTF-8",
        "ping in fragments",
        "text inside fragments",
        "reserved bit on a fragment",
        "longest length",
        "256 MiB",
    ],
)
def test_a_server_that_breaks_the_protocol_ends_the_connection(stage: OpenStage, wire: bytes) -> None:
    on = stage(says(text(b"fine") + wire))
    on.connect()
    assert on.until_end().reason.startswith("the server broke the protocol")
    assert on.witness.heard == [b"fine"]
    assert on.witness.faults == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!", "403"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\nno!", "403"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "Accept"),
        (b"HTTP/1.0 404 Not Found\r\n\r\n", "404"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nmore\r\n", "200"),
        (b"220 mail.example ESMTP\r\n", "not in HTTP: '220 mail.example ESMTP'"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "in TLS"),
        (b"", "without an answer"),
        (b"HTTP/1.1 101", "in the middle of its answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, "no end"),
    ],
    ids=[
        "refused",
        "refused without a length",
        "a page",
        "no accept",
        "an old page",
        "a page without end",
        "not HTTP",
        "TLS",
        "nothing",
        "a part",
        "endless",
    ],
)
def test_a_server_that_does_not_shake_hands_is_told_from_one_that_does(
    stage: OpenStage, answer: bytes, reason: str
) -> None:
    def script(sock: socket.socket) -> None:
        sock.recv(1000)
        sock.sendall(answer)

    with pytest.raises(HandshakeError, match=reason), gevent.Timeout(PATIENCE):
        stage(script).connect()


def test_a_message_larger_than_the_kernel_takes_at_once_is_sent_whole(stage: OpenStage) -> None:
    got: list[bytes] = []
    may_read = threading.Event()

    def script(sock: socket.socket) -> None:
        upgrade(sock)
        may_read.wait(PATIENCE)
        got.append(drain(sock))

    on = stage(script)
    connection = on.connect()
    sending = gevent.spawn(connection.send_text, b"y" * 10_000_000)
    gevent.sleep(0.05)
    assert not sending.ready()
    may_read.set()
    assert sending.get(timeout=PATIENCE) is True
    assert connection.send_text(b"next") is True
    on.finish()
    assert len(got[0]) > 10_000_000 + len(b"next")


def test_a_message_that_cannot_go_out_any_more_was_not_sent(stage: OpenStage) -> None:
    on = stage(lambda sock: upgrade(sock))
    connection = on.connect()
    on.until_end()
    assert connection.send_text(b"too late") is False


def test_leaving_sends_a_close_and_waits_for_the_servers(stage: OpenStage) -> None:
    got: list[bytes] = []

    def script(sock: socket.socket) -> None:
        upgrade(sock)
        got.append(sock.recv(100))
        sock.sendall(frame(Opcode.CLOSE, struct.pack("!H", 1000)))

    on = stage(script)
    on.connect().close(PATIENCE)
    assert got[0][:2] == b"\x88\x82"
    assert on.witness.ends == [End(1000, "")]


def test_leaving_does_not_wait_for_ever(stage: OpenStage) -> None:
    on = stage(says(b""))
    with gevent.Timeout(PATIENCE):
        on.connect().close(0.05)
    assert on.witness.ends == []


def test_an_exception_in_a_callback_is_told_and_ends_the_connection(stage: OpenStage) -> None:
    def fail(payloads: list[bytes], arrival: int, read: int) -> None:
        raise ZeroDivisionError(f"{payloads} {arrival} {read}")

    may_speak = threading.Event()

    def script(sock: socket.socket) -> None:
        upgrade(sock)
        may_speak.wait(PATIENCE)
        sock.sendall(text(b"boom"))
        drain(sock)

    on = stage(script)
    on.connect().on_texts = fail
    may_speak.set()
    assert "own fault" in on.until_end().reason
    assert isinstance(on.witness.faults[0], ZeroDivisionError)


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory")], ids=repr)
def test_what_cannot_be_read_for_want_of_memory_is_the_load_generators_own_fault(error: Exception) -> None:
    ours, theirs = socket.socketpair()
    witness = Witness()

    def read(_: int) -> tuple[bytes, int, int]:
        raise error

    connection = Connection(ours, parse_uri("ws://127.0.0.1/"), read, witness)
    connection._in.on_readable()
    theirs.close()
    assert witness.faults == [error]
    [end] = witness.ends
    assert end.reason.startswith("the load generator's own fault: ")


def test_what_comes_without_end_lets_others_have_their_turn_in_between(stage: OpenStage) -> None:
    pings, text = b"\x89\x00" * 3000, b"\x81\x02hi"
    opened = stage(says(pings + text))
    opened.connect()
    opened.until(lambda: opened.witness.heard)
    assert opened.witness.heard == [b"hi"]
    assert opened.witness.late >= 3000 // 64
    assert not opened.witness.faults

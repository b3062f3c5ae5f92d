"""One opening handshake, while it goes on: what is sent, and what the answer comes to (RFC 6455 section 4).

It knows nothing of sockets. A connection forgets it once it is open, since it would be a good part of a
user's memory.
"""

from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import WebSocketURI

from hubbub.load.websocket.answers import SWITCHING, Answer, may_be_http, not_http, read_answer
from hubbub.load.websocket.opening import Opening

_MAX_HEAD = 1 << 16
_END_OF_HEAD = b"\r\n\r\n"


class HandshakeError(Exception):
    """The server did not answer the opening handshake as a WebSocket server does."""

    def __init__(self, reason: str, answer: Answer | None = None) -> None:
        super().__init__(reason)
        self.answer = answer
        """What it answered, where that was HTTP."""


class OpeningHandshake:
    """The handshake that ``opening`` asks for, with the server at ``uri``."""

    def __init__(self, opening: Opening, uri: WebSocketURI) -> None:
        self.protocol: ClientProtocol = opening.protocol(uri)
        self.answer: Answer | None = None
        """The head of the answer, once it is there whole and is HTTP."""
        self.opening = opening
        self._head = b""
        self._is_over = False

    @property
    def has_begun(self) -> bool:
        """Whether a part of the answer's head has come, and its end has not."""
        return bool(self._head)

    def send_request(self) -> None:
        """Let the protocol have the request to send."""
        self.protocol.send_request(self.opening.request(self.protocol))

    def receive(self, data: bytes) -> bytes | None:
        """Take what the server sends; return what follows the answer that opened the connection.

        None is returned while that is still to come. Raises HandshakeError for an answer that opens none.
        """
        if self._is_over:
            self._feed(data)
            return None
        data = self._head + data
        # Told at the first wrong byte: what is no HTTP need not have an end of a head, ever.
        if not may_be_http(data):
            raise HandshakeError(not_http(data))
        end = data.find(_END_OF_HEAD) + len(_END_OF_HEAD)
        if end < len(_END_OF_HEAD):
            self._head = data
            if len(data) > _MAX_HEAD:
                raise HandshakeError("its answer to the handshake had no end")
            return None
        self._head = b""
        return self._judge(data[:end], data[end:])

    def _judge(self, head: bytes, rest: bytes) -> bytes | None:
        """Look at the head, and return ``rest`` where it opens the connection (section 4.1, page 19)."""
        self.answer = read_answer(head)
        if self.answer is not None and self.answer.status != SWITCHING:
            # What follows is a page for people, which need not have an end.
            raise HandshakeError(str(self.answer), self.answer)
        # The other conditions of section 4.1 (Upgrade, Connection, Sec-WebSocket-Accept, no extension and no
        # subprotocol but those offered) are looked at by websockets. It gets the head alone: what it has not
        # been given it cannot hold back.
        self.protocol.receive_data(head)
        refusal = self.opening.refusal(self.protocol)
        if refusal:
            raise HandshakeError(refusal, self.answer)
        if self.protocol.state is not State.OPEN:
            self._is_over = True
            self._feed(rest)
            return None
        # The answer itself is the first of them, and no frame.
        self.protocol.events_received()
        return rest

    def _feed(self, data: bytes) -> None:
        """Give the protocol what it still wants before it says why it does not take the answer."""
        self.protocol.receive_data(data)
        if self.protocol.handshake_exc is not None:
            raise HandshakeError(f"its answer opens no WebSocket: {self.protocol.handshake_exc}", self.answer)

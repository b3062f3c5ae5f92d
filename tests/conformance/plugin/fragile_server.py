"""A chat server of a few lines that does not survive something: run as a script, it prints its port."""

import json
import os
import socket
import sys
import time

from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

FATAL = sys.argv[1]
"""What it does not survive."""


def end() -> None:
    """Die as a process does that crashes."""
    os._exit(1)


def look_at(connection: ServerConnection, request: Request) -> Response | None:
    """Answer the handshake as usual, if it is survived."""
    if FATAL == "handshake" or (FATAL == "offer" and "Sec-WebSocket-Extensions" in request.headers):
        end()
    if FATAL == "handshake-deaf":
        server.socket.close()
        connection.socket.shutdown(socket.SHUT_RDWR)
    if FATAL == "handshake-stuck":
        while True:
            input()
    return None


def talk(connection: ServerConnection) -> None:
    """Greet, and echo."""
    connection.send(json.dumps({"Type": "Status", "WSID": str(id(connection))}))
    if FATAL == "greeting":
        end()
    for text in connection:
        if FATAL == "message":
            end()
        assert connection.request
        chat = {"Type": "Chat", "Author": "unknown", "Room": connection.request.path.partition("room=")[2]}
        sent = {"WSID": str(id(connection)), "Sent": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())}
        connection.send(json.dumps(chat | sent | json.loads(text)))


server = serve(talk, "127.0.0.1", 0, process_request=look_at, compression=None)
print(server.socket.getsockname()[1], flush=True)
server.serve_forever()

"""The classes that a server is made of: what a broken or odd server replaces to be so."""

from collections.abc import Callable
from dataclasses import dataclass

from .config import Config
from .connection import Connection, Shared
from .handshake import Handshake
from .log import Log
from .room import Room, Rooms
from .session import ClientConnection, Session


@dataclass(frozen=True)
class Parts:
    """How each part is made; the defaults are the reference server."""

    handshake: Callable[[Config], Handshake] = Handshake
    connection: Callable[[Shared], Connection] = Connection
    session: Callable[[ClientConnection, Rooms, str, Log], Session] = Session
    rooms: Callable[[Callable[[str], Room]], Rooms] = Rooms
    room: Callable[[str], Room] = Room

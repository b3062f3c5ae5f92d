"""The classes that a server is made of: what a broken or odd server replaces to be so."""

from collections.abc import Callable
from dataclasses import dataclass

from reference_server.config import Config
from reference_server.connection import Connection, Shared
from reference_server.handshake import Handshake
from reference_server.log import Log
from reference_server.room import Room, Rooms
from reference_server.session import Line, Session


@dataclass(frozen=True)
class Parts:
    """How each part is made; the defaults are the reference server."""

    handshake: Callable[[Config], Handshake] = Handshake
    connection: Callable[[Shared], Connection] = Connection
    session: Callable[[Line, Rooms, str, Log], Session] = Session
    rooms: Callable[[Callable[[str], Room]], Rooms] = Rooms
    room: Callable[[str], Room] = Room

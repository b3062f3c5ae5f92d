"""Who is told what becomes of a connection, and how it ended; and whose its ways in and out are."""

from typing import NamedTuple, Protocol

from hubbub.load.timing.moments import Moment


class End(NamedTuple):
    """How a connection ended."""

    code: int | None
    """The code of the server's Close frame; None where it sent none."""
    reason: str


class Listener(Protocol):
    """Who is told of a connection, on the event loop's hub: its methods must neither block nor switch."""

    def texts(self, payloads: list[bytes], arrival: Moment, read: Moment) -> None:
        """Take the text messages of one read, until ``Connection.on_texts`` is set to something else."""

    def end(self, end: End) -> None:
        """Take note, once, that the server ended the connection or followed our Close."""

    def behind(self) -> None:
        """Take note that there was more to take in than is taken in at once."""

    def fault(self, error: Exception) -> None:
        """Take note of an exception that should not have been."""


class Owner(Protocol):
    """The connection, as its ways in and out see it: told on the hub, too."""

    def on_data(self, data: bytes, arrival: Moment, read: Moment) -> None:
        """Take the bytes of one read: the first handler, until another one is set."""

    def on_eof(self) -> None:
        """Take note that the server has ended its side of TCP."""

    def on_broken(self, error: OSError) -> None:
        """Take note that nothing can be read any more."""

    def on_fault(self, error: Exception) -> None:
        """Take note of an exception that should not have been."""

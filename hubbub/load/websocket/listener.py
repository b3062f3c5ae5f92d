"""Who is told what becomes of a connection, and how it ended."""

from typing import NamedTuple, Protocol


class End(NamedTuple):
    """How a connection ended."""

    code: int | None
    """The code of the server's Close frame; None where it sent none."""
    reason: str


class Listener(Protocol):
    """Who is told of a connection, on the event loop's hub: its methods must neither block nor switch."""

    def texts(self, payloads: list[bytes], arrival: int, read: int) -> None:
        """Take the text messages of one read, until ``Connection.on_texts`` is set to something else."""

    def end(self, end: End) -> None:
        """Take note, once, that the server ended the connection or followed our Close."""

    def behind(self) -> None:
        """Take note that there was more to take in than is taken in at once."""

    def fault(self, error: Exception) -> None:
        """Take note of an exception that should not have been."""

"""How a connection ended, and how people say it."""

from collections.abc import Mapping
from dataclasses import dataclass

_IN_WORDS: Mapping[str, str] = {
    "ECONNREFUSED": "connection refused",
    "ETIMEDOUT": "timed out",
    "EHOSTUNREACH": "no route to the host",
    "ENETUNREACH": "no route to the network",
    "FIN": "it ended the connection without an answer",
    "RST": "it reset the connection",
}


@dataclass(frozen=True)
class ConnectionEnd:
    """How a connection ended."""

    how: str
    """``FIN``, ``RST``, ``HTTP 404``, or another word for it."""
    code: int | None
    """The code of the server's Close frame; None without a Close frame, 1005 for one without a code."""
    by_client: bool = False

    @property
    def without_answer(self) -> str:
        """Why there was no answer to the handshake, in words."""
        return _IN_WORDS.get(self.how, self.how)

    def __str__(self) -> str:
        """Return it as people say it."""
        who = " by the client" if self.by_client else ""
        return f"{self.how}{who}" if self.code is None else f"close {self.code}, then {self.how}{who}"

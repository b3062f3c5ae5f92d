"""The URLs of a clustered server, and which of them each user connects to."""

from typing import NamedTuple
from urllib.parse import urlsplit

from hubbub.text.redaction import shown_url


class Target(NamedTuple):
    """One URL of the server."""

    url: str

    @property
    def secure(self) -> bool:
        """Whether it is spoken to over TLS."""
        return urlsplit(self.url).scheme == "wss"

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or (443 if self.secure else 80)

    @property
    def label(self) -> str:
        """The URL as it may be shown: without user name, password and the values of its query."""
        return shown_url(self.url)


def targets(host: str) -> tuple[Target, ...]:
    """Return the targets in ``host``, which names one URL, or several with commas between them."""
    return tuple(Target(url.strip()) for url in host.split(",") if url.strip())


def target_of(user: int, rooms: int, count: int) -> int:
    """Return which of ``count`` targets the user with that number connects to.

    Users of one room take all targets in turn, so that what is said in a room must cross the cluster; and so
    do users of one number after the other, so that all targets have as many. (Where users are put into rooms
    one after the other, ``user`` is member ``user // rooms`` of room ``user % rooms``.)
    """
    return (user % rooms + user // rooms) % count

"""What became of a run's connections, as ``load.json`` holds it: all in all, by URL, and by address."""

import msgspec

from hubbub.results.records import Record


class AddressConnections(Record, frozen=True, kw_only=True):
    """What became of the connections to one of the addresses behind a URL."""

    attempted: int = 0
    opened: int = 0
    failed: int = 0
    """Ended before a Status; the user then tried another address, where there was one."""
    example: str = ""
    """Why the first of them failed."""


class UrlConnections(Record, frozen=True, kw_only=True):
    """What became of the connections to one URL."""

    opened: int = 0
    failed: int = 0
    lost: int = 0
    addresses: dict[str, AddressConnections] = msgspec.field(default_factory=dict)
    """By each address that was tried, with its port."""


class Connections(Record, frozen=True, kw_only=True):
    """What became of the connections."""

    attempted: int
    opened: int
    """Reached their Status."""
    failed: int
    """Never reached their Status."""
    lost: int
    """Ended by the server while the run went on."""
    closes: dict[str, int]
    """By close code; ``none`` is an end without a Close frame."""
    shed: int = 0
    """Of users that put off reading: ended by the server, which is its right; not in ``lost``."""
    urls: dict[str, UrlConnections] = msgspec.field(default_factory=dict)
    """By each URL of the server."""
    joining: int = 0
    """Of those that failed: still opening when the run ended."""
    starved: int = 0
    """Of those that failed: for want of file descriptors or ports of the load generator."""

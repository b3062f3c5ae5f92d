"""What a load-generating process can run out of: how that is recognised, and told as its own failure.

Such connections never reach the server, so they say nothing about it.
"""

import errno
import re
import resource
from collections.abc import Collection
from contextlib import suppress

Address = tuple[str, int]
"""Where connections go: an IP address and a port."""

EXHAUSTED = {
    errno.EMFILE: "out of file descriptors (ulimit -n)",
    errno.ENFILE: "out of file descriptors (fs.file-max)",
    errno.EADDRNOTAVAIL: "out of local ports (net.ipv4.ip_local_port_range)",
    errno.ENOBUFS: "out of socket buffers",
    errno.ENOMEM: "out of memory",
}
"""What a connection fails with where it is the load generator that has run out of something."""

RESERVE = 32
"""File descriptors of each process that no connection takes: it must be able to end the run in good order."""


def starved(what: str) -> str:
    """Return the kind of error of connections that failed for want of one of ``EXHAUSTED``."""
    return f"load generator {what}"


def short_of(kinds: Collection[str]) -> tuple[str, ...]:
    """Return what this process, or several, ran out of, where errors of these ``kinds`` occurred."""
    return tuple(what for what in EXHAUSTED.values() if starved(what) in kinds)


def raise_file_limit() -> None:
    """Let this process have as many file descriptors as it is allowed to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        # Some systems allow less than what they call the limit.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def file_limit() -> int | None:
    """Return how many file descriptors this process may have; None where there is no limit."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def shown_address(address: Address) -> str:
    """Return an address as people write it."""
    host, port = address
    return f"[{host}]:{port}" if re.search(":", host) else f"{host}:{port}"

"""Whether this machine has the file descriptors and the ports that a run's connections take.

Each connection takes a file descriptor of its process, and a local port towards its destination: the kernel
tells connections apart by both ends, so each destination, an address with a port, has all local ports of
``ip_local_port_range`` to itself (tcp(7), ip(7)). What runs out makes connections fail that never reach the
server; so it is better told before the start, and during the run it is the load generator's failure.
"""

import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from hubbub.load.websocket.exhaustion import Address, file_limit, shown_address
from hubbub.load.workload.targets import Target

_MARGIN = 64
"""File descriptors that a process needs beside its connections: result files, name look-ups, pipes."""
_BORDERLINE = 0.9
"""From this share on, what is left is worth a warning: what has been closed keeps its port for a minute."""
_PORT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


class Shortage(NamedTuple):
    """What there is too little of."""

    text: str
    """One line: the numbers, and what to do."""
    fatal: bool
    """Whether some connections are bound to fail."""


class Before(NamedTuple):
    """How many users are there already."""

    all: int = 0
    """On this machine."""
    own: int = 0
    """In this process."""


NOBODY = Before()


class Ports(NamedTuple):
    """The local ports that connections may have."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many there are."""
        return self.last - self.first + 1


def shortages(
    users: int, processes: int, targets: Sequence[Target], before: Before = NOBODY
) -> tuple[Shortage, ...]:
    """Return what this machine has too little of for ``users`` in ``processes``, connected to ``targets``.

    Users are spread evenly. A target that has no address is left to the run to tell. Of the users, those
    ``before`` are there already.
    """
    each = -(-users // processes)
    used = max(0, psutil.Process().num_fds() - before.own)
    found = [file_shortage(each, used, file_limit())]
    ports = local_ports()
    if ports is not None:
        found += _port_shortages(users, targets, ports, before.all)
    return tuple(filter(None, found))


def file_shortage(users: int, used: int, limit: int | None) -> Shortage | None:
    """Return what a process lacks that has ``used`` file descriptors and is to have ``users`` connections."""
    needed = used + users + _MARGIN
    if limit is None or needed <= _BORDERLINE * limit:
        return None
    return Shortage(
        f"{users:,} users in one process take about {needed:,} file descriptors, and it may have {limit:,}: "
        f"raise the limit (ulimit -n {2 * needed}), or spread the users with --processes",
        needed > limit,
    )


def port_shortage(users: int, address: Address, used: int, ports: Ports) -> Shortage | None:
    """Return what is lacking for ``users`` connections from this machine to one address."""
    free = ports.size - used
    if users <= _BORDERLINE * free:
        return None
    return Shortage(
        f"{users:,} users take as many local ports towards {shown_address(address)}, and {free:,} of "
        f"{ports.size:,} are free: give the server more addresses, generate load from more hosts, or widen "
        f'the range (sysctl net.ipv4.ip_local_port_range="1024 65535", now {ports.first} {ports.last})',
        users > free,
    )


def local_ports() -> Ports | None:
    """Return the range of local ports; None where the system does not tell."""
    try:
        first, last = map(int, _PORT_RANGE.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return None
    return Ports(first, last)


def _port_shortages(
    users: int, targets: Sequence[Target], ports: Ports, before: int
) -> Iterator[Shortage | None]:
    there = _spread(before, targets)
    for address, wanted in _spread(users, targets).items():
        # To look at all connections of the machine takes a while where there are many.
        tight = wanted > _BORDERLINE * ports.size / 2
        used = max(0, _in_use(address, ports) - there[address]) if tight else 0
        yield port_shortage(wanted, address, used, ports)


def _spread(users: int, targets: Sequence[Target]) -> Counter[Address]:
    """Return how many users connect to each address, as ``Dialer`` spreads them, at most."""
    found = Counter[Address]()
    for target in targets:
        addresses = _resolve(target)
        for address in addresses:
            found[address] += -(-users // (len(targets) * len(addresses)))
    return found


def _in_use(address: Address, ports: Ports) -> int:
    connections: list[Any] = psutil.net_connections("tcp")
    return sum(
        bool(each.raddr) and tuple(each.raddr) == address and ports.first <= each.laddr.port <= ports.last
        for each in connections
    )


def _resolve(target: Target) -> list[Address]:
    """Return a target's addresses, of the family that is dialled; none where its name is not known."""
    host, port = target.address
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [(str(each[4][0]), port) for each in found if each[0] == found[0][0]]

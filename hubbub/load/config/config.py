"""All that a run is told, as one frozen object that is passed down."""

import ssl
from collections.abc import Iterator, Mapping
from math import inf
from pathlib import Path
from types import MappingProxyType

import msgspec
from websockets.exceptions import InvalidURI
from websockets.uri import parse_uri

from hubbub.load.config import objectives
from hubbub.load.config_error import ConfigError
from hubbub.load.websocket.inflater import Inflater
from hubbub.load.websocket.opening import MAX_MESSAGE, Opening, is_token, parse_header
from hubbub.load.workload.message_texts import read_sizes
from hubbub.load.workload.room_map import RoomSizes, Sizes
from hubbub.load.workload.schedule import Kind
from hubbub.load.workload.targets import Target, targets
from hubbub.text.redaction import Redactor, shown_url

DEFAULT_HOST = "ws://127.0.0.1:8765/"
"""Where ``make serve`` listens."""

_MAX_RATE = 100_000
"""Messages/s of one user; no process can publish so many."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How unwell a load generator may be before its measurement counts as invalid.

    Latency runs from the intended time to the kernel's arrival time, so what a hiccup of the generator delays
    is the sending, and it shows: the lateness of sends is measured. The defaults let a busy two-core machine
    pass that carries the server, too. A quarter of a second at the 99th percentile is where people in a chat
    begin to notice, so where the load that was made is no longer the load that was asked for.
    """

    lag: float = 250.0
    """The event loop's lag, and the queueing from arrival to reading, at the 99th percentile, in ms."""
    lateness: float = 250.0
    """Intended to actual time of sending, at the 99th percentile, in ms."""
    cpu: float = 0.95
    """CPU time over wall time of one process: it has one thread, and at 1.0 nothing more goes."""
    rate: float = 0.98
    """The least share of the scheduled messages that must have been sent."""


class LoadConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of a run. Raises ConfigError where it makes no sense."""

    host: str = DEFAULT_HOST
    """The server's URL, or several with commas between them; see ``targets``."""
    rooms: int = 20
    room_sizes: Sizes = "even"
    zipf_exponent: float = 1.0
    """Of the room sizes ``zipf``: the k-th room has a share proportional to 1/k**exponent."""
    hot_share: float = 0.8
    """Of the room sizes ``hot``: the share of the users that are in the first room."""
    rate: float = 1.0
    """Messages/s published by each user."""
    message_size: int | str = 128
    """Bytes before base64; as a text a range of them, or several ranges, as ``message_texts`` reads it."""
    repeats: float = 0.0
    """The share of the messages that are sent once more, equal to the last character."""
    reused_names: float = 0.5
    """The share of the joinings, after a user's first, under a name that was there before."""
    seed: int = 1
    schedule: Kind = "jitter"
    interval: float = 5.0
    """How long, in s, it is from one of a scenario's own events (a storm, a departure) to the next."""
    share: float = 1.0
    """The share of the users that a scenario's own events happen to."""
    drain: float = 10.0
    """How long, in s, to wait at the end for what is under way."""
    warm_up: float = 0.0
    """Messages of the first so many seconds do not count in the latency distributions."""
    connect_timeout: float = 10.0
    """How long a user waits for its Status, in s."""
    ca: str = ""
    """The file of the certificates to trust in place of the system's, for wss."""
    insecure: bool = False
    """Whether any certificate is taken, for wss."""
    header: tuple[str, ...] = ()
    """Further headers of the opening handshake, each as ``Name: value``."""
    subprotocol: str = ""
    """The WebSocket subprotocol to ask for; empty for none."""
    deflate: bool = False
    """Whether permessage-deflate is asked for."""
    server_pid: int = 0
    """The server's process on the master's machine, whose memory is to be looked at; 0 for none."""
    slos: tuple[str, ...] = ()
    """The service level objectives, as ``hubbub.load.config.objectives`` reads them."""
    own_slos: tuple[str, ...] = ()
    """Those of them that the scenario brought along: nobody asked for them."""
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        for right, advice in (
            *_hosts(self.targets),
            (self.rooms >= 1, "--rooms is at least 1"),
            (0 <= self.zipf_exponent < inf, "--zipf-exponent is at least 0"),
            (0 <= self.hot_share <= 1, "--hot-share is a share from 0 to 1"),
            (0 < self.interval < inf, "--interval is more than 0 s"),
            (0 <= self.share <= 1, "--share is a share from 0 to 1"),
            (0 < self.rate <= _MAX_RATE, f"--rate is more than 0 and at most {_MAX_RATE:,} messages/s"),
            (0 <= self.repeats <= 1, "--repeats is a share from 0 to 1"),
            (0 <= self.reused_names <= 1, "--reused-names is a share from 0 to 1"),
            (0 <= self.drain < inf, "--drain is at least 0 s"),
            (0 <= self.warm_up < inf, "--warm-up is at least 0 s"),
            (0 < self.connect_timeout < inf, "--connect-timeout is more than 0 s"),
            (self.server_pid >= 0, "--server-pid is the number of a process"),
            (not self.subprotocol or is_token(self.subprotocol), "--subprotocol is one word"),
            (not self.ca or Path(self.ca).is_file(), f"--ca {self.ca} is not a file"),
            (self.limits.lag > 0, "--max-lag is more than 0 ms"),
            (self.limits.lateness > 0, "--max-lateness is more than 0 ms"),
            (self.limits.cpu > 0, "--max-cpu is more than 0 cores"),
            (0 <= self.limits.rate <= 1, "--min-rate is a share from 0 to 1"),
        ):
            if not right:
                raise ConfigError(advice)
        try:
            read_sizes(self.message_size)
        except ValueError as error:
            raise ConfigError(str(error)) from error
        for line in self.header:
            try:
                parse_header(line)
            except ValueError as error:
                raise ConfigError(f"--header {error}") from error
        for text in self.slos:
            try:
                objectives.read(text)
            except objectives.ObjectiveError as error:
                raise ConfigError(f"--slo {error}") from error

    @property
    def targets(self) -> tuple[Target, ...]:
        """The URLs to connect to."""
        return targets(self.host)

    @property
    def opening(self) -> Opening:
        """What every connection asks for in its opening handshake."""
        headers = tuple(parse_header(line) for line in self.header)
        return Opening(headers, self.subprotocol, Inflater(MAX_MESSAGE) if self.deflate else None)

    def redact(self, text: str) -> str:
        """Return ``text`` without what is secret: the values of headers, and secrets in URLs."""
        return Redactor((target.url for target in self.targets), map(parse_header, self.header))(text)

    def tls(self) -> ssl.SSLContext | None:
        """Return how to connect where a target asks for TLS, else None.

        Raises ConfigError for a file of certificates that cannot be used.
        """
        if not any(target.secure for target in self.targets):
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca or None)
        except OSError as error:
            raise ConfigError(f"--ca {self.ca} cannot be used: {error}") from error
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    @property
    def sizes(self) -> RoomSizes:
        """How the users are spread over the rooms."""
        return RoomSizes(self.room_sizes, self.rooms, self.zipf_exponent, self.hot_share)


def settings(**values: object) -> Mapping[str, object]:
    """Return ``values`` for some of ``LoadConfig``'s fields; raises TypeError for one that it has not."""
    unknown = values.keys() - set(LoadConfig.__struct_fields__)
    if unknown:
        raise TypeError(f"no such setting: {', '.join(sorted(unknown))}")
    return MappingProxyType(values)


def _hosts(found: tuple[Target, ...]) -> Iterator[tuple[bool, str]]:
    yield bool(found), "--host names no URL"
    for url, *_ in found:
        yield url.startswith(("ws://", "wss://")), f"--host is ws://… or wss://…, not {shown_url(url)}"
        yield _is_uri(url), f"--host {shown_url(url)} is not a URL that can be connected to"


def _is_uri(host: str) -> bool:
    try:
        return bool(parse_uri(host))
    except (InvalidURI, ValueError):
        return False

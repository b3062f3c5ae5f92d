"""The configuration of a run: one frozen object that is passed down."""

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
from hubbub.load.workload.room_map import RoomSizeKind, RoomSizes
from hubbub.load.workload.schedule import Kind
from hubbub.load.workload.targets import Target, targets
from hubbub.text.redaction import Redactor, shown_url

DEFAULT_HOST = "ws://127.0.0.1:8765/"
"""Where ``make serve`` listens."""

_MAX_RATE = 100_000
"""The highest rate of one user, in messages/s; no process can publish so many."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How overloaded the load generator may be before its measurement counts as invalid.

    Latency runs from the intended time of sending to the kernel's arrival time. If the generator stalls, it
    sends late, so this lateness is measured and limited. People in a chat begin to notice delays of a quarter
    of a second; with such delays at the 99th percentile the load is not the one that was asked for. A busy
    machine with two cores that runs the server, too, stays within the defaults.
    """

    lag: float = 250.0
    """Event loop lag, and queueing from the arrival of bytes to their reading, at p99, in ms."""
    lateness: float = 250.0
    """From the intended to the actual time of sending, at p99, in ms."""
    cpu: float = 0.95
    """CPU time over wall time of one process. It has one thread, so at 1.0 it is saturated."""
    rate: float = 0.98
    """The share of the scheduled messages that must have been sent at least."""


class LoadConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a run. Raises ConfigError for a value that makes no sense."""

    host: str = DEFAULT_HOST
    """The server's URL, or several with commas between them; see ``targets``."""
    rooms: int = 20
    room_sizes: RoomSizeKind = "even"
    zipf_exponent: float = 1.0
    """For the room sizes ``zipf``: room k has a size proportional to 1/k**exponent."""
    hot_share: float = 0.8
    """For the room sizes ``hot``: the share of the users that are in the first room."""
    rate: float = 1.0
    """Messages/s published by each user."""
    message_size: int | str = 128
    """Bytes before base64; or a text with a range or several, as ``message_texts`` reads it."""
    repeats: float = 0.0
    """The share of the messages that are sent twice, equal in every character."""
    reused_names: float = 0.5
    """The share of the joins after a user's first whose name was used before."""
    seed: int = 1
    schedule: Kind = "jitter"
    interval: float = 5.0
    """The seconds between a scenario's own events (reconnect storms, departures)."""
    share: float = 1.0
    """The share of the users that a scenario's own events affect."""
    drain: float = 10.0
    """How long to wait at the end for outstanding deliveries, in s."""
    warm_up: float = 0.0
    """Messages of the first seconds, this many, are left out of the latency distributions."""
    connect_timeout: float = 10.0
    """How long a joining user waits for its Status, in s."""
    ca: str = ""
    """For wss: a file of CA certificates to trust in place of the system's."""
    insecure: bool = False
    """For wss: whether any certificate is accepted."""
    header: tuple[str, ...] = ()
    """Additional headers of the opening handshake, each as ``Name: value``."""
    subprotocol: str = ""
    """The WebSocket subprotocol to request; empty for none."""
    deflate: bool = False
    """Whether permessage-deflate is requested."""
    server_pid: int = 0
    """The process id of the server on the master's machine, to record its memory; 0 for none."""
    slos: tuple[str, ...] = ()
    """The service level objectives, as ``hubbub.load.config.objectives`` reads them."""
    own_slos: tuple[str, ...] = ()
    """The objectives among them that are the scenario's own, not the user's."""
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        """Raise ConfigError for a value that makes no sense."""
        for right, advice in (
            *_hosts(self.targets),
            (self.rooms >= 1, "--rooms must be at least 1"),
            (0 <= self.zipf_exponent < inf, "--zipf-exponent must be at least 0"),
            (0 <= self.hot_share <= 1, "--hot-share must be from 0 to 1"),
            (0 < self.interval < inf, "--interval must be more than 0 s"),
            (0 <= self.share <= 1, "--share must be from 0 to 1"),
            (0 < self.rate <= _MAX_RATE, f"--rate must be more than 0 and at most {_MAX_RATE:,} messages/s"),
            (0 <= self.repeats <= 1, "--repeats must be from 0 to 1"),
            (0 <= self.reused_names <= 1, "--reused-names must be from 0 to 1"),
            (0 <= self.drain < inf, "--drain must be at least 0 s"),
            (0 <= self.warm_up < inf, "--warm-up must be at least 0 s"),
            (0 < self.connect_timeout < inf, "--connect-timeout must be more than 0 s"),
            (self.server_pid >= 0, "--server-pid must be the id of a process"),
            (not self.subprotocol or is_token(self.subprotocol), "--subprotocol must be one word"),
            (not self.ca or Path(self.ca).is_file(), f"--ca {self.ca} is not a file"),
            (self.limits.lag > 0, "--max-lag must be more than 0 ms"),
            (self.limits.lateness > 0, "--max-lateness must be more than 0 ms"),
            (self.limits.cpu > 0, "--max-cpu must be more than 0 cores"),
            (0 <= self.limits.rate <= 1, "--min-rate must be from 0 to 1"),
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
        """What every connection requests in its opening handshake."""
        headers = tuple(parse_header(line) for line in self.header)
        return Opening(headers, self.subprotocol, Inflater(MAX_MESSAGE) if self.deflate else None)

    def redact(self, text: str) -> str:
        """Return ``text`` without secrets: without values of headers, and without those in URLs."""
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
    """Return a scenario's own defaults, for its ``defaults``.

    The settings are those of the command line (docs/load.md, *Options*), with ``_`` for ``-``: ``rooms``,
    ``room_sizes``, ``rate`` (messages per second and user), ``message_size`` (bytes), ``interval`` (seconds),
    ``share`` (0 to 1), ``connect_timeout`` (seconds), and so on; ``LoadConfig`` has all of them with their
    units. What the user asks for goes before a scenario's defaults.

    Args:
        **values: Settings by their names. They are checked when a run starts.

    Raises:
        TypeError: There is no setting of that name.

    Example:
        ``defaults = settings(rooms=20, rate=0.5, schedule="poisson")``
    """
    unknown = values.keys() - set(LoadConfig.__struct_fields__)
    if unknown:
        raise TypeError(f"no such setting: {', '.join(sorted(unknown))}")
    return MappingProxyType(values)


def _hosts(found: tuple[Target, ...]) -> Iterator[tuple[bool, str]]:
    yield bool(found), "--host has no URL"
    for url, *_ in found:
        yield url.startswith(("ws://", "wss://")), f"--host must be ws://… or wss://…, not {shown_url(url)}"
        yield _is_uri(url), f"--host {shown_url(url)} is not a valid URL"


def _is_uri(host: str) -> bool:
    try:
        return bool(parse_uri(host))
    except (InvalidURI, ValueError):
        return False

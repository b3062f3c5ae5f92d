"""The settings of a server. They are fixed when it starts; every module gets the same frozen ``Config``."""

import argparse
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from hubbub.text.one_line_parser import OneLineParser
from hubbub.text.spelling import word_of

from .log import LEVELS

PROG = f"python -m {__package__}"


@dataclass(frozen=True)
class Config:
    """The settings of one server: times in seconds, sizes in bytes."""

    host: str = "127.0.0.1"
    port: int = 8765
    """0 takes a free port; the ``listening`` log line says which."""
    max_message: int = 64 * 1024
    """The largest message read from a client; a larger one is answered with close 1009 (SEC-2)."""
    max_backlog: int = 4 * 1024 * 1024
    """The most that may be unread by a slow member; with more it is disconnected (BCAST-9, BCAST-14)."""
    max_rate: float = 1000.0
    """Messages per second read from one connection in the long run; twice as many at once (SEC-5)."""
    handshake_timeout: float = 10.0
    """How long a client may take to finish its opening handshake (SEC-4)."""
    close_timeout: float = 5.0
    """How long a client may take to end its connection after the closing handshake."""
    ping_interval: float = 30.0
    """The time between Pings to each client; one that sends nothing until the next Ping is disconnected."""
    origin: tuple[str, ...] = ()
    """The allowed values of the Origin header; if empty, every value is allowed (SEC-7)."""
    cert: str | None = None
    """A file with the certificate chain in PEM form; turns TLS on."""
    key: str | None = None
    """A file with the private key in PEM form, if ``cert`` does not hold it."""
    log_level: str = "info"

    @property
    def scheme(self) -> str:
        """``wss`` with TLS, else ``ws``."""
        return "wss" if self.cert else "ws"

    def tls(self) -> ssl.SSLContext | None:
        """Return the TLS context, or None without a certificate; raises OSError for unusable files."""
        if self.cert is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.cert, self.key)
        return context


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for each field of Config to ``parser``."""
    listening = parser.add_argument_group("listening")
    _add(listening, "host", "ADDRESS", "address to listen on; 0.0.0.0 for all")
    _add(listening, "port", "N", "port to listen on; 0 takes a free one and logs which", _port)
    _add(listening, "cert", "FILE", "certificate chain in PEM form; turns TLS on")
    _add(listening, "key", "FILE", "private key in PEM form, if --cert does not hold it")
    help_origin = "allowed value of the Origin header; may be repeated (default: any)"
    listening.add_argument("--origin", metavar="ORIGIN", action="append", default=[], help=help_origin)
    limits = parser.add_argument_group("limits")
    _add(limits, "max_message", "BYTES", "size of the largest message that a client may send", whole_number)
    _add(limits, "max_backlog", "BYTES", "unread bytes at which a slow client is disconnected", whole_number)
    _add(limits, "max_rate", "N", "messages per second read from each client on average", _above_zero)
    _add(limits, "handshake_timeout", "SECONDS", "time limit for the opening handshake", _above_zero)
    _add(limits, "close_timeout", "SECONDS", "time limit for a client to end TCP after closing", _above_zero)
    _add(limits, "ping_interval", "SECONDS", "time between Pings; ends silent connections", _above_zero)
    levels = parser.add_argument_group("logging")
    help_level = f"log this level and above: {', '.join(LEVELS)} (default: %(default)s)"
    levels.add_argument(
        "--log-level", type=word_of(LEVELS), metavar="LEVEL", default=Config.log_level, help=help_level
    )


def config_of(options: argparse.Namespace) -> Config:
    """Return the Config of the parsed ``options``."""
    settings = {field.name: getattr(options, field.name) for field in fields(Config)}
    return Config(**settings | {"origin": tuple(options.origin)})


def parse_arguments(arguments: Sequence[str] | None = None, prog: str = PROG) -> Config:
    """Read the command line of the command ``prog``; a bad option is one line on stderr and exit 2."""
    parser = OneLineParser(prog=prog, description="The reference chat server.")
    add_options(parser)
    options = parser.parse_args(arguments)
    if options.key and not options.cert:
        parser.error("--key needs --cert")
    return config_of(options)


def whole_number(text: str) -> int:
    """Read a whole number of 1 or more; raises ArgumentTypeError for anything else."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _above_zero(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def _add(
    group: argparse._ArgumentGroup,
    name: str,
    metavar: str,
    help_text: str,
    kind: Callable[[str], object] = str,
) -> None:
    default = getattr(Config, name)
    shown = "none" if default is None else "%(default)s"
    help_text = f"{help_text} (default: {shown})"
    group.add_argument(
        "--" + name.replace("_", "-"), metavar=metavar, type=kind, default=default, help=help_text
    )

"""The engine's options, to be set wherever Locust's are: command line, environment, files, web form."""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import msgspec
from locust import User
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from hubbub.load.config.config import DEFAULT_HOST, Limits, LoadConfig
from hubbub.load.config.hosts import asked_host
from hubbub.load.config.objectives import ObjectiveError, kept, merge
from hubbub.load.config_error import ConfigError
from hubbub.load.workload.room_map import Sizes
from hubbub.load.workload.schedule import Kind
from hubbub.results.folder import RESULTS
from hubbub.text.spelling import unknown, word_of

_OWN_FIELDS = {"host", "slos", "own_slos", "limits"}
"""The fields of ``LoadConfig`` that do not come from one option of the same name."""

_NO_DEFAULTS: Mapping[str, Any] = MappingProxyType({})

_LIMITS = {"lag": "max_lag", "lateness": "max_lateness", "cpu": "max_cpu", "rate": "min_rate"}


def add_options(parser: LocustArgumentParser) -> None:
    """Add the engine's options to Locust's.

    Their help tells the defaults, which are ``LoadConfig``'s. Locust itself is told none, so that what the
    user asked for can be told from what nobody did: there a scenario's own default counts.
    """
    for action in parser._actions:
        if action.dest == "user_classes":
            action.type = _user_class
    load = partial(_add, parser.add_argument_group("Chat load"))
    default, limits = LoadConfig(), Limits()
    load("--rooms", int, default.rooms, "rooms that the users are spread over")
    load("--room-sizes", str, default.room_sizes, _SIZES_HELP, choices=get_args(Sizes))
    load("--zipf-exponent", float, default.zipf_exponent, "of zipf: the k-th room's share goes as 1/k**N")
    load("--hot-share", float, default.hot_share, "of hot: the share of the users in the first room")
    load("--rate", float, default.rate, "messages per second that each user publishes")
    load("--message-size", str, default.message_size, _SIZE_HELP, metavar="SIZE")
    load("--repeats", float, default.repeats, "share of the messages that are sent again at once, unchanged")
    load("--reused-names", float, default.reused_names, "share of the rejoinings under a name used before")
    load("--seed", int, default.seed, "seed of the schedules and of the rooms' members")
    load("--schedule", str, default.schedule, _SCHEDULE_HELP, choices=get_args(Kind))
    load("--interval", float, default.interval, "seconds between a scenario's own events, such as storms")
    load("--share", float, default.share, "share of the users that a scenario's own events happen to")
    load("--drain", float, default.drain, "seconds to wait at the end for what is under way")
    load("--warm-up", float, default.warm_up, "seconds at the start that do not count in the latency")
    load("--connect-timeout", float, default.connect_timeout, "seconds that a user waits for its Status")
    load("--slo", str, "", _SLO_HELP, metavar="TEXT", action=_Collect)
    load("--max-lag", float, limits.lag, "limit of validity: event loop lag and queueing at p99, in ms")
    load("--max-lateness", float, limits.lateness, "limit of validity: lateness of sends at p99, in ms")
    load("--max-cpu", float, limits.cpu, "limit of validity: cores that one process uses")
    load("--min-rate", float, limits.rate, "limit of validity: share of the scheduled messages sent")
    load("--ca", str, "", "for wss: file of the certificates to trust", metavar="FILE")
    load("--insecure", None, False, "for wss: take any certificate", action="store_true")
    load("--header", str, "", _HEADER_HELP, metavar="'NAME: VALUE'", action="append")
    load("--subprotocol", str, "", "WebSocket subprotocol to ask for", metavar="NAME")
    load("--deflate", None, False, "ask for permessage-deflate", action="store_true")
    load("--server-pid", int, None, "the server's process on this machine, to look at its memory")
    load("--result", str, "", "where to write the result (default: results/load-<UTC time>)", metavar="DIR")


_SCHEDULE_HELP = (
    "jitter: one message at a random moment of each period; fixed: exactly one period apart; "
    "poisson: independent arrivals; burst: all members of a room at the same moment"
)
_SLO_HELP = (
    "objective, such as p99<200ms, connect.max<1s or loss=0; several: again, or with commas between; "
    "none: without those of the scenario"
)
_HEADER_HELP = "header of the opening handshake, such as 'Authorization: Bearer …' or Origin; may be repeated"
_SIZES_HELP = "even: rooms of one size; zipf: few large and many small ones; hot: one room holds most users"
_SIZE_HELP = (
    "bytes of each message, before base64: 128; 64..4096, all as likely; zipf:64..4096 or zipf:64..4096:1.5, "
    "mostly small; or several of these with commas between"
)
_UNSET = "default"
"""The choice, in the web form too, that leaves an option to the scenario."""


def load_config(
    environment: Environment, defaults: Mapping[str, Any] = _NO_DEFAULTS, slos: Sequence[str] = ()
) -> LoadConfig:
    """Return the configuration of the next run: what the user gave, else ``defaults``, else ``LoadConfig``'s.

    Of the scenario's objectives, ``slos``, those count on whose metric the user gave none, and none at all
    where the user gave ``none``. Raises ConfigError where it makes no sense.
    """
    try:
        asked = _settings(environment, {**defaults, **_asked(environment)}, slos)
        return msgspec.convert(asked, LoadConfig, strict=False)
    except (msgspec.ValidationError, ObjectiveError) as error:
        raise ConfigError(str(error)) from error


def given(environment: Environment) -> dict[str, Any]:
    """Return those of the engine's options that were given, by any of Locust's ways to give them."""
    ours = {*LoadConfig.__struct_fields__, *_LIMITS.values(), "slo"} - _OWN_FIELDS
    return {name: value for name, value in _asked(environment).items() if name in ours}


def _asked(environment: Environment) -> dict[str, Any]:
    options = vars(environment.parsed_options)
    return {name: value for name, value in options.items() if value not in (None, "", _UNSET)}


def _settings(environment: Environment, given: Mapping[str, Any], slos: Sequence[str]) -> dict[str, Any]:
    names = set(LoadConfig.__struct_fields__) - _OWN_FIELDS
    size = str(given.get("message_size", ""))
    if size.isdecimal():
        given = {**given, "message_size": int(size)}
    asked = str(given.get("slo", "")).replace(",", " ").split()
    return {
        "host": asked_host(environment) or DEFAULT_HOST,
        "slos": merge(slos, asked),
        "own_slos": kept(slos, asked),
        "limits": {name: given[option] for name, option in _LIMITS.items() if option in given},
        **{name: given[name] for name in names & given.keys()},
    }


def result_folder(environment: Environment) -> Path | None:
    """Return the folder that was asked for, if any."""
    asked = vars(environment.parsed_options)["result"]
    return Path(asked) if asked else None


def check_result_folder(environment: Environment) -> None:
    """Raise ConfigError where a result cannot be written: better now than when the run is over."""
    folder = result_folder(environment) or RESULTS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b" ")
    except OSError as error:
        raise ConfigError(f"--result: {folder} cannot be written to: {error.strerror}") from error


def _user_class(name: str) -> str:
    """Return the name of a scenario; raises ArgumentTypeError where no class of users can have it."""
    known = {each.__name__: each for each in _below(User)}
    # What begins small is rather the value of an option whose name is unknown, and told so after this.
    if name not in known and name[:1].isupper():
        own = sorted(each for each, kind in known.items() if not kind.abstract)
        raise argparse.ArgumentTypeError(f"there is no scenario {unknown(name, own)}")
    return name


def _below(kind: type[User]) -> Iterator[type[User]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


class _Collect(argparse._AppendAction):
    """Puts what is given several times into one text, such as a configuration file and the web form hold.

    It is an append action since configuration files may give lists to those only.
    """

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        _option: str | None = None,
    ) -> None:
        before = getattr(namespace, self.dest, None)
        setattr(namespace, self.dest, f"{before}, {values}" if before else str(values))


def environment_variable(flag: str) -> str:
    """Return the name of the environment variable that sets an option, as Locust names its own."""
    return "LOCUST_" + flag.removeprefix("--").replace("-", "_").upper()


def _add(
    group: Any, flag: str, kind: Callable[[str], Any] | None, default: Any, text: str, **more: Any
) -> None:
    if "choices" in more:
        more |= {"choices": (_UNSET, *more["choices"])}
        kind = word_of(more["choices"])
    if kind is not None:
        more |= {"type": kind, "metavar": more.get("metavar", None if "choices" in more else "N")}
        if default not in (None, ""):
            text += f" (default: {default})"
    unset = None if kind is not None else default
    action = group.add_argument(
        flag, default=unset, help=text.replace("%", "%%"), env_var=environment_variable(flag), **more
    )
    # What Locust's own parser notes of an option; a group of it does not, and the web form wants to know.
    action.include_in_web_ui = flag not in ("--result", "--header")
    action.is_secret = action.is_required = action.is_multiple = False

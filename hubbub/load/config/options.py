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
from hubbub.load.workload.room_map import RoomSizeKind
from hubbub.load.workload.schedule import Kind
from hubbub.results.folder import RESULTS
from hubbub.text.spelling import unknown, word_of

_OWN_FIELDS = {"host", "slos", "own_slos", "limits"}
"""The fields of ``LoadConfig`` that have no option of the same name."""

_NO_DEFAULTS: Mapping[str, Any] = MappingProxyType({})

_LIMITS = {"lag": "max_lag", "lateness": "max_lateness", "cpu": "max_cpu", "rate": "min_rate"}


def add_options(parser: LocustArgumentParser) -> None:
    """Add the engine's options to Locust's.

    Their help shows the defaults of ``LoadConfig``. Locust itself gets no defaults, so an option that the
    user did not give has no value, and the scenario's own default applies.
    """
    for action in parser._actions:
        if action.dest == "user_classes":
            action.type = _user_class
    load = partial(_add, parser.add_argument_group("Chat load"))
    default, limits = LoadConfig(), Limits()
    load("--rooms", int, default.rooms, "number of rooms; the users are spread over them")
    load("--room-sizes", str, default.room_sizes, _SIZES_HELP, choices=get_args(RoomSizeKind))
    load("--zipf-exponent", float, default.zipf_exponent, "zipf only: the k-th room's size goes as 1/k**N")
    load("--hot-share", float, default.hot_share, "hot only: share of the users in the first room")
    load("--rate", float, default.rate, "messages that each user publishes per second")
    load("--message-size", str, default.message_size, _SIZE_HELP, metavar="SIZE")
    load("--repeats", float, default.repeats, "share of the messages that are sent twice, unchanged")
    load("--reused-names", float, default.reused_names, "share of rejoining users with a name used before")
    load("--seed", int, default.seed, "random seed of the schedules and of the rooms' members")
    load("--schedule", str, default.schedule, _SCHEDULE_HELP, choices=get_args(Kind))
    load("--interval", float, default.interval, "seconds between a scenario's own events, such as storms")
    load("--share", float, default.share, "share of the users that a scenario's own events affect")
    load("--drain", float, default.drain, "seconds to wait at the end for outstanding deliveries")
    load("--warm-up", float, default.warm_up, "seconds at the start that are left out of the latency")
    load("--connect-timeout", float, default.connect_timeout, "seconds that a user waits for its Status")
    load("--slo", str, "", _SLO_HELP, metavar="TEXT", action=_Collect)
    load("--max-lag", float, limits.lag, "run is invalid above this event loop lag or queueing (p99, ms)")
    load("--max-lateness", float, limits.lateness, "run is invalid above this lateness of sends (p99, ms)")
    load("--max-cpu", float, limits.cpu, "run is invalid if a process uses more cores than this")
    load("--min-rate", float, limits.rate, "run is invalid if a smaller share of the messages was sent")
    load("--ca", str, "", "wss only: file of CA certificates to trust", metavar="FILE")
    load("--insecure", None, False, "wss only: accept any certificate", action="store_true")
    load("--header", str, "", _HEADER_HELP, metavar="'NAME: VALUE'", action="append")
    load("--subprotocol", str, "", "WebSocket subprotocol to request", metavar="NAME")
    load("--deflate", None, False, "request compression (permessage-deflate)", action="store_true")
    load("--server-pid", int, None, "process id of a server on this machine, to record its memory")
    load("--result", str, "", "folder for the result (default: results/load-<UTC time>)", metavar="DIR")


_SCHEDULE_HELP = (
    "jitter: one message at a random moment of each period; fixed: exactly one period apart; "
    "poisson: independent random arrivals; burst: all members of a room at the same moment"
)
_SLO_HELP = (
    "objective, such as p99<200ms, connect.max<1s or loss=0; several: repeat the option, or separate them by "
    "commas; none: leave out the scenario's own objectives"
)
_HEADER_HELP = "header of the opening handshake, such as 'Authorization: Bearer …' or Origin; may be repeated"
_SIZES_HELP = "even: rooms of equal size; zipf: few large, many small rooms; hot: one room holds most users"
_SIZE_HELP = (
    "bytes of each message before base64: one size (128); a range, all sizes equally likely (64..4096); a "
    "range, mostly small sizes (zipf:64..4096 or zipf:64..4096:1.5); or several of these, separated by commas"
)
_UNSET = "default"
"""The choice that leaves an option to the scenario; the web form has it, too."""


def load_config(
    environment: Environment, defaults: Mapping[str, Any] = _NO_DEFAULTS, slos: Sequence[str] = ()
) -> LoadConfig:
    """Return the configuration of the next run.

    A setting is the user's; else the scenario's, from ``defaults``; else ``LoadConfig``'s. An objective that
    the user gives replaces that of the scenario's ``slos`` on the same metric; ``none`` drops all of these.
    Raises ConfigError for a value that makes no sense.
    """
    try:
        asked = _settings(environment, {**defaults, **_asked(environment)}, slos)
        return msgspec.convert(asked, LoadConfig, strict=False)
    except (msgspec.ValidationError, ObjectiveError) as error:
        raise ConfigError(str(error)) from error


def given(environment: Environment) -> dict[str, Any]:
    """Return the engine's options that the user set, in whichever of Locust's ways."""
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
    """Return the folder that ``--result`` names, if any."""
    asked = vars(environment.parsed_options)["result"]
    return Path(asked) if asked else None


def check_result_folder(environment: Environment) -> None:
    """Raise ConfigError if a result cannot be written, before the run and not after it."""
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
    # A word in lower case is rather the value of a misspelt option, and Locust names that option later.
    if name not in known and name[:1].isupper():
        own = sorted(each for each, kind in known.items() if not kind.abstract)
        raise argparse.ArgumentTypeError(f"there is no scenario {unknown(name, own)}")
    return name


def _below(kind: type[User]) -> Iterator[type[User]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


class _Collect(argparse._AppendAction):
    """Joins the values of a repeated option into one text, like that of a configuration file or the web form.

    It is an append action, because in configuration files only these may have lists.
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
    # Locust's own parser sets these attributes, but its groups do not; the web form needs them.
    action.include_in_web_ui = flag not in ("--result", "--header")
    action.is_secret = action.is_required = action.is_multiple = False

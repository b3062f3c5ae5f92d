"""``hubbub load``: Locust, run with our scenarios, and with defaults that give a run without any option.

The defaults are the weakest of all settings: each is overruled on the command line, by an environment
variable and in a configuration file, as Locust's own are.
"""

import importlib
import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from hubbub.cli.addresses import with_option
from hubbub.cli.parts import folder_of, hand_over

RUN: Mapping[str, object] = MappingProxyType({"num_users": 200, "spawn_rate": 50.0, "run_time": "30s"})
"""Users, users started a second, and how long."""
RATE = 2.5
"""Messages a second of each user where no scenario is named: in 30 s enough for a verdict on the p99."""
ON_SCREEN: Mapping[str, object] = MappingProxyType({"headless": True, "only_summary": True})
_LOCUSTFILE = "LOCUST_LOCUSTFILE"


def load(words: Sequence[str]) -> int:
    """Load the server whose URL is among ``words``, all others being Locust's; return Locust's exit code."""
    os.environ[_LOCUSTFILE] = os.environ.get(_LOCUSTFILE) or str(folder_of("loadtests"))
    hand_over("load", words, with_option(words, "--host", ("-H",)))
    # Here, since the import patches the standard library.
    locust_main, parsing = (importlib.import_module(f"locust.{name}") for name in ("main", "argument_parser"))
    hooks: Any = importlib.import_module("locust").events
    if {"-h", "--help"} & set(words):
        importlib.import_module("hubbub.scenario")  # so that the help lists its options, too
    hooks.init_command_line_parser.add_listener(add_web)
    if not parsing.parse_locustfile_option().worker:  # a worker does what its master says
        hooks.init_command_line_parser.add_listener(set_defaults)
        hooks.init.add_listener(set_rate)  # before the engine's own, which reads what is set
    locust_main.main()
    return 0


def add_web(parser: Any, **_: Any) -> None:
    """Add ``--web``, and let the help speak of ``hubbub load``."""
    parser.prog = "hubbub load"
    parser.description = "Usage: hubbub load [URL] [SCENARIO] [options]"
    parser.epilog = "Without options: 200 users, 50 more a second, for 30 s, without the web page."
    says = "Open Locust's web page, and start nothing before that is asked for there"
    parser.add_argument("--web", action="store_true", dest="headful", help=says)


def set_defaults(parser: Any, **_: Any) -> None:
    """Set our defaults; where a shape says how many users there are and how long, only the screen's."""
    parser.set_defaults(**ON_SCREEN)
    if not _has_shape():
        parser.set_defaults(**RUN)


def set_rate(environment: Any, **_: Any) -> None:
    """Set the rate of the run that nothing was said about: other scenarios have rates of their own."""
    options = environment.parsed_options
    is_ours = options.locustfile == str(folder_of("loadtests"))
    if is_ours and options.headless and not options.user_classes and options.rate is None:
        options.rate = RATE


def _has_shape() -> bool:
    return bool(importlib.import_module("locust").LoadTestShape.__subclasses__())

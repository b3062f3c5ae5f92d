"""Spares the event loop what takes long, and need not be done while users are there.

What that is, and how long it takes, stands in docs/locust-findings.md.
"""

import functools

import numpy.ma  # noqa: F401  # np.unique imports it when it is called for the first time, which takes 60 ms
from locust import argument_parser

_ALWAYS_THE_SAME = ("default_args_dict", "ui_extra_args_dict")
"""What a worker asks for once an option at every step of a ramp, and the web page whenever it is loaded.

Both build parsers of all of Locust's options, which takes 2 ms and 30 ms of a core.
"""


def spare_the_loop() -> None:
    """Let Locust work out but once in a process what never changes; to be called before users start."""
    for name in _ALWAYS_THE_SAME:
        work_out = getattr(argument_parser, name)
        if not hasattr(work_out, "cache_info"):
            setattr(argument_parser, name, functools.cache(work_out))
        getattr(argument_parser, name)()

"""Ctrl-C, and the end of the terminal, in their turn.

Python raises KeyboardInterrupt wherever it happens to be: in the middle of the books, or of taking in what
another process told. What was being done is then half done, and the greenlet that did it has ended.
"""

import signal
from collections.abc import Callable
from time import monotonic
from typing import Any

import gevent
from gevent.event import Event

_ENOUGH = 30.0
"""Who asks again so many seconds after the first time is taken at their word."""


class Interrupts:
    """Lets the first of them interrupt the main greenlet, where it waits, between two callbacks of the loop.

    Each calls ``hurry``. A second one would interrupt the ending itself, in which the result is written: it
    only hurries. While ``held`` says so, all are left alone. SIGHUP is taken for Ctrl-C. A process that was
    started with one of them ignored goes on ignoring it.
    """

    def __init__(
        self, hurry: Callable[[], None] = lambda: None, held: Callable[[], bool] = lambda: False
    ) -> None:
        self._hurry = hurry
        self._held = held
        self._asked: float | None = None
        self._ending: object = None

    def install(self) -> None:
        """Take them from now on."""
        loop = gevent.get_hub().loop
        for number, untouched in (
            (signal.SIGINT, signal.default_int_handler),
            (signal.SIGHUP, signal.SIG_DFL),
        ):
            if signal.getsignal(number) == untouched:
                loop.signal(number).start(self._note)

    def let_one_end(self, **_: Any) -> None:
        """Let the first greenlet that ends this process go on, and park all others (for Locust to call).

        With each SIGTERM Locust begins the ending anew, in a greenlet of its own, that interrupts the others.
        """
        if self._ending is None:
            self._ending = gevent.getcurrent()
        elif self._ending is not gevent.getcurrent():
            Event().wait()

    def _note(self) -> None:
        if self._held():
            return
        self._hurry()
        if self._asked is None or monotonic() - self._asked > _ENOUGH:
            self._asked = monotonic()
            gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())

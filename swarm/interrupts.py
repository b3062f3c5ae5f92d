"""Ctrl-C in its turn.

Python raises KeyboardInterrupt wherever it happens to be: in the middle of the books, or of taking in what
another process told. What was being done is then half done, and the greenlet that did it has ended.
"""

import signal

import gevent


def take_in_turn() -> None:
    """Let Ctrl-C interrupt the main greenlet only, where it waits, between two callbacks of the event loop.

    A process that was started with Ctrl-C ignored goes on ignoring it.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    hub = gevent.get_hub()
    hub.loop.signal(signal.SIGINT).start(
        lambda: hub.handle_system_error(KeyboardInterrupt, KeyboardInterrupt())
    )

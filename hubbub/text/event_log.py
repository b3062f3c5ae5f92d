"""Debug logging: what happens to one user, one room or one check, an event a line.

All loggers stand below ``hubbub`` and write at DEBUG alone, so nothing is logged until somebody asks for it.
A line is an event's name and ``key=value`` fields, so ``grep -w user=17`` follows one user.
"""

import logging

from hubbub.text.logfmt import logfmt


class EventLog:
    """The log of one part of hubbub; ``name`` is its logger's, such as ``hubbub.load.users``.

    Example::

        log = EventLog("hubbub.load.users")
        log.debug("joined", "user=17 room=tea", took_ms=1.5)   # logs: joined user=17 room=tea took_ms=1.5
    """

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    @property
    def enabled(self) -> bool:
        """Whether anything is logged: to be asked before something costly is worked out for a line."""
        return self._logger.isEnabledFor(logging.DEBUG)

    def debug(self, event: str, whose: object = "", /, **fields: object) -> None:
        """Log an event; ``whose`` says in fields to whom it happened, and is asked only if it is logged."""
        if self.enabled:
            line = " ".join(filter(None, (event, str(whose), logfmt(fields))))
            self._logger.debug("%s", line, stacklevel=2)

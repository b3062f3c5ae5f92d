"""Structured log lines on stderr: logfmt, one event a line, nothing in them that a client could forge.

Lines are written by a thread of their own: a log that nobody reads (a full pipe) never stalls the chat.
Messages and Authors are never logged.
"""

import logging
import queue
import sys
import threading
from datetime import UTC, datetime
from typing import TextIO

from hubbub.text.logfmt import logfmt

LEVELS = ("debug", "info", "warning", "error")

_NUMBERS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_MOST_WAITING = 10_000
_PATIENCE_AT_THE_END = 1.0

_logger = logging.getLogger("hubbub.reference_server")
# The stream has the lines already: without this, Python itself would print warnings once more.
_logger.addHandler(logging.NullHandler())


class Log:
    """Writes events of at least ``level`` to ``stream``; never blocks its caller.

    Where the reader falls more than 10,000 lines behind, lines are dropped and their number is told. Programs
    that hold the server within themselves have the same events from the logger ``hubbub.reference_server``.
    """

    def __init__(self, level: str, stream: TextIO = sys.stderr) -> None:
        self._threshold = LEVELS.index(level)
        self.debugs = level == "debug" or _logger.isEnabledFor(logging.DEBUG)
        """Whether ``debug`` logs anything: to be asked for each message, since most servers log none."""
        self._stream = stream
        self._dropped = 0
        self._lines: queue.Queue[str | None] = queue.Queue(_MOST_WAITING)
        self.writer = threading.Thread(target=self._write_lines, name="log", daemon=True)
        self.writer.start()

    def debug(self, event: str, **fields: object) -> None:
        """Log what happens for each message."""
        self._log("debug", event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Log what happens for each connection."""
        self._log("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Log what the server's keeper may have to look at."""
        self._log("warning", event, fields)

    def announce(self, event: str, **fields: object) -> None:
        """Log ``event`` whatever the level: others wait for this line."""
        self._put("info", event, fields)

    def close(self) -> None:
        """Write what is waiting, for a second at most."""
        try:
            self._lines.put(None, timeout=_PATIENCE_AT_THE_END)
        except queue.Full:
            return
        self.writer.join(_PATIENCE_AT_THE_END)

    def _log(self, level: str, event: str, fields: dict[str, object]) -> None:
        if LEVELS.index(level) >= self._threshold:
            self._put(level, event, fields)
        if _logger.isEnabledFor(_NUMBERS[level]):
            _logger.log(_NUMBERS[level], "%s %s", event, logfmt(fields))

    def _put(self, level: str, event: str, fields: dict[str, object]) -> None:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        heads = {"time": time, "level": level, "event": event}
        if self._dropped:
            fields = fields | {"lines_dropped": self._dropped}
        try:
            self._lines.put_nowait(logfmt(heads | fields))
        except queue.Full:
            self._dropped += 1
        else:
            self._dropped = 0

    def _write_lines(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                return  # nobody reads stderr any more; the chat goes on

"""Structured log lines on stderr: logfmt, one event a line, nothing in them that a client could forge.

Lines are written by a thread of their own: a log that nobody reads (a full pipe) never stalls the chat.
Messages and Authors are never logged.
"""

import json
import queue
import re
import sys
import threading
from datetime import UTC, datetime
from typing import TextIO

LEVELS = ("debug", "info", "warning", "error")

_BARE = re.compile(r"[\w./:@+\-\[\]?&%,]+", re.ASCII)
_MOST_WAITING = 10_000
_PATIENCE_AT_THE_END = 1.0


def logfmt(fields: dict[str, object]) -> str:
    """Return ``key=value`` pairs, values quoted as JSON where they are not bare words (SEC-8)."""
    return " ".join(f"{key}={_value(str(value))}" for key, value in fields.items())


def _value(text: str) -> str:
    if _BARE.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


class Log:
    """Writes events of at least ``level`` to ``stream``; never blocks its caller.

    Where the reader falls more than 10,000 lines behind, lines are dropped and their number is told.
    """

    def __init__(self, level: str, stream: TextIO = sys.stderr) -> None:
        self._threshold = LEVELS.index(level)
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

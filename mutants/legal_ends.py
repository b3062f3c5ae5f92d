"""Odd but legal servers: other manners at the end of a connection."""

import asyncio

from mutants.ends import Loitering
from mutants.leaving import left_by_close
from mutants.zoo import Zoo
from reference_server.connection import Connection

ZOO = Zoo()

CLOSE_TIMEOUT = 1.0
"""Seconds."""


@ZOO.legal("legal-late-off-the-list")
class LateOffTheList(Loitering):
    """Who was closed or failed leaves the list a second later, or when its client hangs up."""

    def loiters(self, why: str) -> bool:
        if not left_by_close(why):
            return False
        asyncio.get_running_loop().call_later(CLOSE_TIMEOUT, self.end, "closing-timeout")
        return True


@ZOO.legal("legal-hanging-up")
class HangingUp(Connection):
    """TCP is ended both ways right behind the server's Close, without a wait for the client's."""

    def _half_close(self) -> None:
        if not self._transport.is_closing():
            self._transport.close()

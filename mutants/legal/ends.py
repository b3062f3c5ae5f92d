"""Odd but legal servers: other manners at the end of a connection."""

import asyncio

from mutants.broken.members.ends import Loitering
from mutants.broken.members.leaving import left_by_close
from mutants.machinery.registration import Registry
from reference_server.connection import Connection

MUTANTS = Registry()

CLOSE_TIMEOUT = 1.0
"""Seconds."""


@MUTANTS.legal("legal-late-off-the-list")
class LateOffTheList(Loitering):
    """Who was closed or failed leaves the list a second later, or when its client hangs up."""

    def loiters(self, why: str) -> bool:
        if not left_by_close(why):
            return False
        asyncio.get_running_loop().call_later(CLOSE_TIMEOUT, self.end, "closing-timeout")
        return True


@MUTANTS.legal("legal-hanging-up")
class HangingUp(Connection):
    """TCP is ended both ways right behind the server's Close, without a wait for the client's."""

    def _half_close(self) -> None:
        if not self._transport.is_closing():
            self._transport.close()

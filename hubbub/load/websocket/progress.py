"""How far one joining has come, and which of the server's addresses it tried."""

from enum import StrEnum

from hubbub.load.measure.tallies import ConnectionTally


class Step(StrEnum):
    """What a joining waits for, in the order in which it comes."""

    CONNECTION = "the TCP connection"
    TLS = "the TLS handshake"
    ANSWER = "the answer to the opening handshake"
    STATUS = "the Status"


class Progress:
    """One joining by way of ``url``; ``tally`` counts those of all, by step and by address."""

    __slots__ = ("_address", "_over", "_tally", "_url", "step")

    def __init__(self, tally: ConnectionTally, url: str) -> None:
        self.step: Step | None = None
        self._tally = tally
        self._url = url
        self._address = ""
        self._over = False

    def reach(self, step: Step) -> None:
        """Wait for the next thing, unless all has come: a Status may come with the answer."""
        if not self._over:
            self._leave_step()
            self.step = step
            self._tally.steps[step] += 1

    def try_address(self, address: str) -> None:
        """Begin with one address of the server."""
        self._address = address
        self._tally.note_address(self._url, address, "attempted")

    def fail_address(self, why: str) -> None:
        """Give up the address that is being tried."""
        if self._address:
            self._tally.note_address(self._url, self._address, "failed", why)
            self._address = ""

    def forget_address(self) -> None:
        """Take back the address that is being tried: the attempt never left this machine."""
        if self._address:
            self._tally.forget_address(self._url, self._address)
            self._address = ""

    def finish(self) -> None:
        """Have become a member."""
        self._over = True
        self._leave_step()
        if self._address:
            self._tally.note_address(self._url, self._address, "opened")

    def give_up(self, why: str) -> None:
        """End without having become a member."""
        self._over = True
        self._leave_step()
        self.fail_address(why)

    def _leave_step(self) -> None:
        if self.step is not None:
            self._tally.steps[self.step] -= 1
            self.step = None

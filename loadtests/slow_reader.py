"""Slow reader: some users stop reading for a while, again and again; the others must not feel it.

    locust -f loadtests/ SlowReader --headless -u 100 -r 50 -t 60s --share 0.1 --interval 10

What a slow user does not read piles up in the server. It must not lose a message of what it sends to that
user, but it may end the connection (BCAST-9, BCAST-14 in PROTOCOL.md); that is told as ``shed`` and is no
failure. Slow users' deliveries are in the ledger, but their times are not in the latency, which is that of
all others.
"""

from hubbub import ChatUser, settings
from hubbub.load.config.config import LoadConfig


class SlowReader(ChatUser):
    """A user who talks; or, of the share ``--share``, one who says nothing and at times reads nothing."""

    defaults = settings(rooms=4, message_size=4000, share=0.1, interval=10)
    slos = ("loss=0", "p99<1s")

    @classmethod
    def publishing_share(cls, config: LoadConfig) -> float:
        """Return the share of those who read all the time."""
        return 1 - config.share

    def chat(self) -> None:
        """Join and talk, or be slow, and join again where the server has lost patience."""
        self.join()
        if not self.selected:
            self.talk()
        while True:
            self.pause(until=self.jittered())
            self.listen(until=self.jittered())
            if not self.member:
                self.join()

"""Reconnect storm: again and again all users lose their connections at once, and are back at once.

    locust -f loadtests/ ReconnectStorm --headless -u 300 -r 50 -t 60s --interval 10

A proxy is restarted, a mobile network hiccups. Every ``--interval`` seconds the share ``--share`` of the
users, everybody unless told otherwise, is dropped by a TCP reset and joins again without waiting. Each user's
messages stay one numbered sequence, so that nothing that was owed before or after a drop can be lost unseen.
Half of them come back under a name that was there before (``--reused-names``): mostly their own.
"""

from hubbub import ChatUser, settings


class ReconnectStorm(ChatUser):
    """A user whose connection breaks with everybody else's, and who comes back at once."""

    defaults = settings(rooms=20, interval=10, connect_timeout=30)
    slos = ("loss=0", "connect.max<5s", "p99<2s")

    def chat(self) -> None:
        """Talk, and in each round drop and join again."""
        self.join()
        for storm in self.rounds():
            self.talk(until=storm)
            if self.selected:
                self.drop()
                self.join()

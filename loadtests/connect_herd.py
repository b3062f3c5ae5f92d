"""Connect herd: all users connect at the same moment, and then chat.

    locust -f loadtests/ ConnectHerd --headless -u 1000 -r 100 -t 30s

The doors open; the push notification has gone out. Users wait for one another, and then join all at once:
TCP's queue of connections, handshakes, and n userlists to n members of each room within a moment. Look at
`connect`.
"""

from hubbub import ChatUser, settings


class ConnectHerd(ChatUser):
    """A user who waits for all others before it joins."""

    defaults = settings(rooms=20, rate=0.2, connect_timeout=30)
    slos = ("loss=0", "connect.max<10s", "p99<2s")

    def chat(self) -> None:
        """Join at one moment with everybody, and talk."""
        self.barrier()
        self.join()
        self.talk()

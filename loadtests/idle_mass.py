"""Idle mass: very many connections, held open, and a trickle of messages.

    locust -f loadtests/ IdleMass --headless -u 5000 -r 100 -t 2m

What a connection costs that does nothing: memory, timers, keep-alives. The trickle shows that all of them are
members still, and how long a server takes to wake up for them.
"""

from hubbub import ChatUser, settings


class IdleMass(ChatUser):
    """A user who is there, and says something once in several minutes."""

    defaults = settings(rooms=500, rate=0.005, schedule="poisson", connect_timeout=30)
    slos = ("loss=0", "p99<1s")

    def chat(self) -> None:
        """Join, and hardly ever speak."""
        self.join()
        self.talk()

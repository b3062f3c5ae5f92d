"""Burst: all members of a room speak at the same moment, again and again.

    locust -f loadtests/ Burst --headless -u 200 -r 50 -t 30s --rate 0.2

A goal is scored, and everybody has something to say. On average this is little; at its moment a room of n
members makes n messages for n members each at once. Each room has its moment, once every 1/rate seconds,
fixed before the run. Latency counts from that moment, so who is served last has waited longest.
"""

from hubbub import ChatUser, settings


class Burst(ChatUser):
    """A user who speaks when all others in its room do."""

    defaults = settings(rooms=4, schedule="burst", rate=0.2)
    slos = ("loss=0", "p99<1s")

    def chat(self) -> None:
        """Join, and speak at the room's moments."""
        self.join()
        self.talk()

"""Steady chat: users spread evenly over rooms, each publishing at a steady rate.

    locust -f loadtests/ --headless -u 200 -r 50 -t 30s --rooms 20 --rate 1

Each user joins one room and publishes on a schedule that was fixed before the run (``--rate``,
``--schedule``, ``--seed``), whatever the server does: an open workload. All members of a room receive each of
its messages.
"""

from hubbub import ChatUser


class SteadyChat(ChatUser):
    """A user who says something every now and then, and hears everything that is said."""

    is_default = True
    slos = ("loss=0", "p99<1s")

    def chat(self) -> None:
        """Join, and publish each message when its time has come."""
        self.join()
        self.talk()

"""Churn: users come, talk, take another name, talk, and go, all the time.

    locust -f loadtests/ Churn --headless -u 200 -r 50 -t 60s --interval 5

Every coming, going and renaming changes the room's userlist, which every member must learn. How long that
takes is the distribution ``userlist``; and at the end each member's last list must be the truth. Half of
those who go say so with a Close frame, and half are dropped by a TCP reset.
"""

from itertools import cycle

from swarm.scenario import ChatUser, settings


class Churn(ChatUser):
    """A user who never stays for long; or, beyond the share ``--share``, one who does."""

    defaults = settings(rooms=10, rate=0.5, share=0.8)
    slos = ("loss=0", "p99<1s", "userlist.p99<2s")

    def chat(self) -> None:
        """Come and go, by turns politely and abruptly."""
        self.join()
        if not self.chosen:
            self.talk()
        for go in cycle((self.leave, self.drop)):
            self.talk(until=self.sometime())
            self.rename()
            self.talk(until=self.sometime())
            go()
            self.listen(until=self.sometime(0.2))
            self.join()
            self.greet()

"""Churn: users come, talk, take another name, talk, and go, all the time.

    locust -f loadtests/ Churn --headless -u 200 -r 50 -t 60s --interval 8

Every coming, going and renaming changes the room's userlist, which every member must learn. How long that
takes is the distribution ``userlist``; and at the end each member's last list must be right. Half of
those who go say so with a Close frame, and half are dropped by a TCP reset. They are back at once, after a
moment, or later; half of them under a name that was there before.

Every ``--interval`` seconds all leave at the same moment, and are back one after the other: so each room
falls empty, is joined while its last member leaves, and joined again a moment later. All who then are in it
must hear one another. Who comes says two things at once; what is said is of all sizes, so that the short must
not overtake the long; and now and then somebody says the same thing twice.
"""

from collections.abc import Callable
from itertools import cycle

from hubbub import ChatUser, settings


class Churn(ChatUser):
    """A user who never stays for long; or, beyond the share ``--share``, one who mostly does."""

    defaults = settings(
        rooms=50,
        room_sizes="zipf",
        rate=0.5,
        share=0.8,
        interval=8,
        message_size="zipf:64..20000",
        repeats=0.05,
    )
    slos = ("loss=0", "p99<1s", "userlist.p90<2s")

    def chat(self) -> None:
        """Come and go, by turns politely and abruptly; and leave when all do."""
        goings = cycle((self.leave, self.drop))
        absences = cycle((0.0, 0.01, 0.03, 0.0, 0.1))
        self.join()
        for closing in self.rounds():
            while self.selected and (end := self.jittered(0.15)) < closing:
                self.talk(until=end)
                self.rename()
                self.talk(until=min(closing, self.jittered(0.15)))
                self._go_out(next(goings), next(absences))
            self.talk(until=closing)
            self._go_out(next(goings), next(absences))

    def _go_out(self, going: Callable[[], None], absence: float) -> None:
        going()
        self.listen(until=self.jittered(absence))
        self.join()
        self.greet()
        self.greet()

"""Soak: a modest load for hours; what counts is whether anything grows.

    locust -f loadtests/ Soak --headless -u 200 -r 50 -t 8h --server-pid PID --slo 'memory.slope<1MiB/h'

A leak of memory, a list that is never cleared, a timer that is never cancelled: none of them shows in a
minute. The result has the slope of the median latency over the run, and of the memory of each load-generating
process and, where ``--server-pid`` names it on this machine, of the server. Some users come and go, for leaks
like company.
"""

from hubbub import ChatUser, settings


class Soak(ChatUser):
    """A user who talks for hours; or, of the share ``--share``, one who goes out now and then."""

    defaults = settings(rooms=20, rate=0.2, share=0.1, interval=60)
    slos = ("loss=0", "p99<1s")

    def chat(self) -> None:
        """Talk, and now and then go out for a while."""
        self.join()
        if not self.selected:
            self.talk()
        while True:
            self.talk(until=self.jittered())
            self.leave()
            self.listen(until=self.jittered(0.1))
            self.join()

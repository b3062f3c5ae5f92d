"""Hot room: one room holds most users, and its messages are most of the deliveries.

    locust -f loadtests/ HotRoom --headless -u 300 -r 50 -t 30s --hot-share 0.8

Fan-out grows with the square of a room's size, so one large room asks for far more than many small ones of as
many users. What a server does room by room, this puts on one core, one lock, or one queue.
"""

from hubbub import ChatUser, settings


class HotRoom(ChatUser):
    """A user who says something now and then, most likely where everybody is."""

    defaults = settings(rooms=11, room_sizes="hot", hot_share=0.8, rate=0.2)
    slos = ("loss=0", "p99<1s")

    def chat(self) -> None:
        """Join the room that the user's number falls to, and talk."""
        self.join()
        self.talk()

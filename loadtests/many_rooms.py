"""Many rooms: users spread over hundreds of rooms, a few large and most small, as Zipf's law has it.

    locust -f loadtests/ ManyRooms --headless -u 500 -r 50 -t 30s --rooms 200 --zipf-exponent 1

What a server keeps for each room, and how it finds a room among many, shows here. Nothing said in one room
may be heard in another, and with so many of them a mix-up does not stay hidden.
"""

from hubbub import ChatUser, settings


class ManyRooms(ChatUser):
    """A user in one of many rooms, which may be empty but for itself."""

    defaults = settings(rooms=200, room_sizes="zipf")
    slos = ("loss=0", "p99<1s")

    def chat(self) -> None:
        """Join the room that the user's number falls to, and talk."""
        self.join()
        self.talk()

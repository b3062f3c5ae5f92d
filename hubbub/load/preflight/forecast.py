"""What a run will ask of the server, worked out before it starts."""

from typing import NamedTuple

from hubbub.load.config.config import LoadConfig
from hubbub.load.workload.message_texts import mean_copies
from hubbub.load.workload.room_map import RoomMap


class Forecast(NamedTuple):
    """A run's load once all users are members, if the server keeps up; rates are averages, per second."""

    users: int
    rooms: int
    """Rooms that have members."""
    largest: int
    """Members of the largest room."""
    published: float
    delivered: float
    """Each message of a room goes to each of its members, the sender included."""

    def __str__(self) -> str:
        """Return it as one line for the terminal."""
        users, rooms = _counted(self.users, "user"), _counted(self.rooms, "room")
        return (
            f"{users} in {rooms}, the largest of {self.largest:,}; "
            f"{_rounded(self.published)} messages/s, {_rounded(self.delivered)} deliveries/s"
        )


def forecast(config: LoadConfig, users: int, publishing_share: float = 1.0) -> Forecast:
    """Return what so many users will ask of the server, of whom the share ``publishing_share`` publishes."""
    sizes = RoomMap(config.sizes, config.seed).sizes(users)
    rate = config.rate * publishing_share * mean_copies(config.repeats)
    return Forecast(
        users=users,
        rooms=sum(size > 0 for size in sizes),
        largest=max(sizes),
        published=rate * users,
        delivered=rate * sum(size * size for size in sizes),
    )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _rounded(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"

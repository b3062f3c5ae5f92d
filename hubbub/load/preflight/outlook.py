"""What a run is foretold to ask of the server: all its stages where they are known, else each as it comes."""

from collections.abc import Callable, Iterator
from itertools import islice

from locust import LoadTestShape

from hubbub.load.preflight.forecast import Forecast
from hubbub.load.preflight.stages import Plateau, ahead, plateaus

_TOLD = 12
"""So many plateaus are told one by one."""


class Outlook:
    """The forecast of a run; ``forecast`` tells what a number of users will ask."""

    def __init__(self, shape: LoadTestShape | None, users: int, forecast: Callable[[int], Forecast]) -> None:
        self._forecast = forecast
        self._stages = ahead(shape)
        self._unknown = shape is not None and self._stages is None
        self._told = {users, *(stage.users for stage in (self._stages.stages if self._stages else ()))}
        self.users = max(self._told)
        """The most users that are known of."""
        self._asked = users

    @property
    def seconds(self) -> float | None:
        """How long a shape lets the run last; None where that is not known."""
        return self._stages.known if self._stages is not None and self._stages.ends else None

    @property
    def most(self) -> Forecast:
        """What the most users that are known of will ask."""
        return self._forecast(self.users)

    def lines(self) -> Iterator[str]:
        """Yield what is known before the start."""
        if self._unknown:
            yield f"{self.most}; the load test shape tells more as it goes on"
            return
        found = list(plateaus(self._stages)) if self._stages is not None else []
        if len(found) < 2:
            yield str(self.most)
            return
        yield f"at most {self.most}"
        yield from (_line(each, self._forecast(each.users)) for each in islice(found, _TOLD))
        if len(found) > _TOLD:
            yield f"and so on: {len(found):,} plateaus in all"

    def news(self, users: int) -> Forecast | None:
        """Return what is to be told now that so many users are asked for; None where nothing is.

        It is to be called now and then: a number of users is told once, when it has stood still from one call
        to the next, and was not foretold.
        """
        still, self._asked = users == self._asked, users
        if not still or users in self._told:
            return None
        self._told.add(users)
        self.users = max(self.users, users)
        return self._forecast(users)


def _line(plateau: Plateau, forecast: Forecast) -> str:
    asked = str(forecast) if plateau.users else "nobody"
    return f"  {_clock(plateau.begin)} to {_clock(plateau.end)}: {asked}"


def _clock(seconds: float) -> str:
    """Return a time as minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"

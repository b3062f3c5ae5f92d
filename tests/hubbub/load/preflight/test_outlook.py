from collections.abc import Sequence
from typing import ClassVar

from locust import LoadTestShape

from hubbub.load.config.config import LoadConfig
from hubbub.load.preflight.forecast import Forecast, forecast
from hubbub.load.preflight.outlook import Outlook


class Stairs(LoadTestShape):
    steps: ClassVar[Sequence[tuple[int, int]]] = ((20, 10), (40, 50), (70, 20))

    def tick(self) -> tuple[int, float] | None:
        seconds = self.get_run_time()
        return next(((users, 100) for until, users in self.steps if seconds < until), None)


class Unforeseen(LoadTestShape):
    def tick(self) -> tuple[int, float] | None:
        return self.get_current_user_count() + 1, 1


def asked(users: int) -> Forecast:
    return forecast(LoadConfig(rooms=5), users)


def test_without_a_shape_the_forecast_is_one_line() -> None:
    outlook = Outlook(None, 50, asked)
    assert list(outlook.lines()) == [str(asked(50))]
    assert (outlook.users, outlook.seconds) == (50, None)


def test_all_stages_of_a_shape_are_foretold_and_its_most_users_count() -> None:
    outlook = Outlook(Stairs(), 10, asked)
    assert list(outlook.lines()) == [
        f"at most {asked(50)}",
        f"  0:00 to 0:20: {asked(10)}",
        f"  0:20 to 0:40: {asked(50)}",
        f"  0:40 to 1:10: {asked(20)}",
    ]
    assert (outlook.users, outlook.seconds, outlook.most) == (50, 70, asked(50))
    assert outlook.news(50) is outlook.news(50) is None


def test_of_many_plateaus_some_are_told() -> None:
    class Many(Stairs):
        steps = tuple((10 * number, number) for number in range(1, 31))

    lines = list(Outlook(Many(), 1, asked).lines())
    assert len(lines) == 14
    assert lines[-1] == "and so on: 30 plateaus in all"


def test_what_nobody_could_foretell_is_told_once_when_it_has_stood_still() -> None:
    outlook = Outlook(Unforeseen(), 10, asked)
    assert list(outlook.lines()) == [f"{asked(10)}; the load test shape tells more as it goes on"]
    assert [outlook.news(users) for users in (10, 20, 30, 30, 30, 10, 10)] == [
        None,
        None,
        None,
        asked(30),
        None,
        None,
        None,
    ]
    assert (outlook.users, outlook.seconds) == (30, None)


def test_a_change_from_the_web_page_is_told_too() -> None:
    outlook = Outlook(None, 10, asked)
    assert [outlook.news(users) for users in (10, 25, 25)] == [None, None, asked(25)]

import pytest

from hubbub.load.config.config import LoadConfig
from hubbub.load.preflight.forecast import forecast


def test_each_message_goes_to_every_member_of_its_room() -> None:
    told = forecast(LoadConfig(rooms=10, rate=2.0), users=500)
    assert (told.users, told.rooms, told.largest) == (500, 10, 50)
    assert (told.published, told.delivered) == (1_000, 50_000)


def test_a_large_room_weighs_by_its_square() -> None:
    told = forecast(LoadConfig(rooms=2, room_sizes="hot", hot_share=0.9), users=100)
    assert told.delivered == pytest.approx(90 * 90 + 10 * 10, rel=0.05)


def test_only_those_who_talk_count_as_publishers() -> None:
    told = forecast(LoadConfig(rooms=1), users=10, publishing_share=0.5)
    assert (told.published, told.delivered) == (5, 50)


def test_what_is_sent_again_comes_on_top() -> None:
    told = forecast(LoadConfig(rooms=1, repeats=0.2), users=10)
    assert told.published == pytest.approx(12.5, abs=0.01)
    assert told.delivered == pytest.approx(125, abs=0.1)


def test_rooms_without_members_do_not_count() -> None:
    assert forecast(LoadConfig(rooms=20), users=3).rooms == 3


def test_a_forecast_is_one_line() -> None:
    assert str(forecast(LoadConfig(rooms=1, rate=0.005), users=10)) == (
        "10 users in 1 room, the largest of 10; 0.05 messages/s, 0.5 deliveries/s"
    )

import logging

import pytest

from hubbub.text.event_log import EventLog

NAME = "hubbub.load.example"


class Whose:
    def __init__(self) -> None:
        self.asked = 0

    def __str__(self) -> str:
        self.asked += 1
        return "user=17 room=tea"


def test_an_event_is_a_line_of_its_name_whose_it_is_and_its_fields(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, NAME)
    EventLog(NAME).debug("joined", Whose(), why="two words", sequence=3)
    EventLog(NAME).debug("round")
    assert caplog.messages == ['joined user=17 room=tea why="two words" sequence=3', "round"]
    assert {record.name for record in caplog.records} == {NAME}


def test_nothing_is_logged_or_even_put_into_words_unless_debug_is_asked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    log, whose = EventLog(NAME), Whose()
    log.debug("joined", whose)
    assert not log.enabled
    assert (caplog.messages, whose.asked) == ([], 0)

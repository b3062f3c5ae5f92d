"""What a word could have been that is none of the valid ones."""

import pytest

from hubbub.text.spelling import meant, unknown

MANY = [f"word-{number}" for number in range(100)]


@pytest.mark.parametrize(
    ("word", "known", "told"),
    [
        ("presense", ("presence", "nick"), "'presense'; did you mean 'presence'? valid: presence, nick"),
        ("NICK", ("presence", "nick"), "'NICK'; did you mean 'nick'? valid: presence, nick"),
        ("chat", ("presence", "origin"), "'chat'; valid: presence, origin"),
        ("wort-17", MANY, "'wort-17'; did you mean 'word-17'?"),
        ("another", MANY, "'another'; there is no such word"),
        ("\x1b[2J", ("nick",), "'\\x1b[2J'; valid: nick"),
    ],
)
def test_the_nearest_word_is_named_and_all_where_they_are_few(word: str, known: list[str], told: str) -> None:
    assert unknown(word, known) == told


def test_nothing_is_meant_that_is_not_near() -> None:
    assert meant("presence", ("origin", "limits")) == ""

"""The URL of a server among the words of a command."""

import pytest

from hubbub.cli.addresses import with_option

WORDS = {
    "": "",
    "-u 5": "-u 5",
    "ws://h/": "--host ws://h/",
    "ws://h/ HotRoom -u 5": "--host ws://h/ HotRoom -u 5",
    "HotRoom -u 5 wss://h/,wss://i/": "--host wss://h/,wss://i/ HotRoom -u 5",
    "-u 5 --host ws://h/": "-u 5 --host ws://h/",
    "-H ws://h/ -u 5": "-H ws://h/ -u 5",
    "--host=ws://h/": "--host=ws://h/",
    "HotRoom": "HotRoom",
    "http://h/": "--host http://h/",
    "localhost:80 -u 5": "--host localhost:80 -u 5",
    "--header Origin:x": "--header Origin:x",
    "--header=a:b ws://h/": "--host ws://h/ --header=a:b",
}


@pytest.mark.parametrize(("words", "told"), WORDS.items())
def test_the_url_is_told_by_its_option_wherever_it_stands(words: str, told: str) -> None:
    assert with_option(words.split(), "--host", ("-H",)) == told.split()

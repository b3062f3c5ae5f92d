import re
from dataclasses import fields

import pytest

from reference_server.config import Config, parse_arguments


def test_the_defaults_of_the_options_are_those_of_the_config() -> None:
    assert parse_arguments([]) == Config()


def test_each_option_sets_its_field() -> None:
    arguments = ["--port", "0", "--max-message", "9", "--origin", "a", "--origin", "b", "--max-rate", "2.5"]
    expected = Config(port=0, max_message=9, origin=("a", "b"), max_rate=2.5)
    assert parse_arguments(arguments) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "x"],
        ["--port", "65536"],
        ["--max-message", "0"],
        ["--handshake-timeout", "nan"],
        ["--close-timeout", "inf"],
        ["--log-level", "loud"],
        ["--key", "key.pem"],
        ["--nonsense"],
    ],
)
def test_a_bad_option_is_one_line_and_exit_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse_arguments(arguments)
    assert exit_.value.code == 2
    complaint = capsys.readouterr().err
    assert len(complaint.splitlines()) == 1
    assert arguments[0] in complaint


def test_help_tells_every_option_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments(["--help"])
    text = capsys.readouterr().out
    options = re.findall(r"^  --[a-z-]+", text, re.MULTILINE)
    assert len(options) == len(fields(Config))
    assert text.count("(default:") == len(options)

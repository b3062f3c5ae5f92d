"""The defaults of ``hubbub load``, and what overrules them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from locust.argument_parser import get_parser

from hubbub.cli import load, parts


@pytest.fixture(autouse=True)
def no_shapes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever shapes other tests have made; and a home and a folder without configuration files."""
    monkeypatch.setattr(load, "_has_shape", lambda: False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def parsed(*words: str) -> dict[str, Any]:
    parser = get_parser()
    load.add_web(parser)
    load.set_defaults(parser)
    options = vars(parser.parse_args(list(words)))
    return {name: options[name] for name in ("num_users", "spawn_rate", "run_time", "headless", "headful")}


DEFAULTS = {"num_users": 200, "spawn_rate": 50.0, "run_time": 30, "headless": True, "headful": False}


def test_without_options_a_run_has_users_and_an_end_and_no_page() -> None:
    assert parsed() == DEFAULTS


def test_the_command_line_overrules_each_default() -> None:
    asked = parsed("-u5", "--spawn-rate=7", "--run-time", "1m", "HotRoom")
    assert asked == DEFAULTS | {"num_users": 5, "spawn_rate": 7.0, "run_time": 60}


def test_web_opens_the_page_instead() -> None:
    assert parsed("--web")["headful"]


def test_the_environment_and_a_file_overrule_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "locust.conf").write_text("users = 8\nspawn-rate = 9\n", encoding="utf-8")
    monkeypatch.setenv("LOCUST_USERS", "6")
    assert parsed() == DEFAULTS | {"num_users": 6, "spawn_rate": 9.0}


def test_a_shape_says_itself_how_many_users_there_are_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "_has_shape", lambda: True)
    assert parsed() == DEFAULTS | {"num_users": None, "spawn_rate": None, "run_time": None}


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ({}, load.RATE),
        ({"rate": 7.0}, 7.0),
        ({"user_classes": ["HotRoom"]}, None),
        ({"headless": False}, None),
        ({"locustfile": "mine.py"}, None),
    ],
)
def test_only_the_run_that_nothing_is_said_about_has_a_rate_of_ours(
    said: dict[str, Any], rate: float | None
) -> None:
    ours = str(parts.folder_of("loadtests"))
    unsaid = {"locustfile": ours, "headless": True, "user_classes": [], "rate": None}
    options = SimpleNamespace(**unsaid | said)
    load.set_rate(SimpleNamespace(parsed_options=options))
    assert options.rate == rate

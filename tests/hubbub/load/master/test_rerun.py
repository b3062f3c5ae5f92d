"""The command that runs a load test again."""

import sys
from argparse import Namespace
from types import SimpleNamespace
from typing import Any

import pytest

from hubbub.load.master.rerun import command
from hubbub.text.shell import python_module

LOCUST = tuple(python_module("locust"))
OF_LOCUST: dict[str, Any] = {
    "locustfile": "loadtests/",
    "spawn_rate": 50.0,
    "run_time": None,
    "processes": None,
    "master": False,
    "expect_workers": 1,
    "web_host": "127.0.0.1",
}


def environment(*, web: bool, **options: Any) -> Any:
    return SimpleNamespace(
        web_ui=object() if web else None,
        host="ws://a/",
        user_classes_by_name={"HotRoom": None},
        parsed_options=Namespace(**{**OF_LOCUST, **options}),
    )


def test_a_run_without_the_page_is_run_again_by_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    given = ["locust", "-f", "loadtests/", "--headless", "--result", "there", "--slo", "p99<1s"]
    monkeypatch.setattr(sys, "argv", given)
    again = command(environment(web=False), 5, 9.0)
    assert again == (*LOCUST, "-f", "loadtests/", "--headless", "--slo", "p99<1s")


def test_a_run_of_the_page_is_run_again_without_it_by_what_its_form_asked_for() -> None:
    asked = {"rooms": "3", "schedule": "default", "repeats": "", "deflate": True, "insecure": False}
    asked |= {"slo": "p99<1s, loss=0", "header": ["A: 1", "B: 2"], "max_lag": "5", "result": "there"}
    again = command(environment(web=True, **asked), 5, 9.4)
    assert again[: len(LOCUST)] == LOCUST
    assert " ".join(again[len(LOCUST) :]) == (
        "-f loadtests/ HotRoom --headless -u 5 -r 50 -t 9s --host ws://a/ "
        "--rooms 3 --deflate --slo p99<1s, loss=0 --header A: 1 --header B: 2 --max-lag 5"
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"run_time": 30}, "-t 30s"),
        ({"processes": 2, "master": True}, "--processes 2"),
        ({"master": True, "expect_workers": 4}, "--master --expect-workers 4"),
        ({"spawn_rate": None}, "-r 1 "),
    ],
)
def test_how_long_and_by_how_many_processes_is_told(options: dict[str, Any], words: str) -> None:
    told = " ".join(command(environment(web=True, **options), 5, 9.4))
    assert words in told
    assert ("--master" in told) is ("--master" in words)

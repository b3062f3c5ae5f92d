"""Servers that do not survive the suite's first words: a finding, told with what was said to them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

SERVER = Path(__file__).with_name("fragile_server.py")


@pytest.fixture
def fragile() -> Iterator[Callable[[str], str]]:
    """Start a server that does not survive something; return its URL."""
    with ExitStack() as servers:

        def start(fatal: str) -> str:
            command = [sys.executable, str(SERVER), fatal]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            servers.enter_context(process)
            servers.callback(process.kill)
            assert process.stdout
            return f"ws://127.0.0.1:{int(process.stdout.readline())}/"

        yield start


@pytest.mark.parametrize(
    ("fatal", "check", "words"),
    [
        ("handshake", "WS-1[first-knock]", "was sent the opening handshake '/'"),
        ("handshake-deaf", "WS-1[first-knock]", "to a second client connection refused"),
        ("greeting", "BCAST-2[first-knock]", "it had been sent a first Chat"),
        ("message", "BCAST-2[first-knock]", "it had been sent a first Chat"),
        ("offer", "WS-17[first-knock]", "a handshake with Sec-WebSocket-Extensions: permessage-deflate"),
    ],
)
def test_a_server_that_dies_of_the_first_words_is_down(
    fatal: str, check: str, words: str, fragile: Any, run_suite: Any
) -> None:
    run = run_suite("--url", fragile(fatal))

    assert run.code == 2, run.out + run.err
    assert "Traceback" not in run.out + run.err
    assert run.result.run.outcome == "server down"
    assert run.verdicts == {check: "SERVER DOWN"}
    assert words in run.checks[check].message
    assert f"SERVER DOWN  {check}" in run.out
    assert (run.folder / run.checks[check].transcript).exists()
    error = ET.parse(run.folder / "junit.xml").getroot().find(".//testcase/error")
    assert error is not None
    assert words in str(error.get("message"))


def test_parallel_workers_do_not_begin_on_a_server_that_is_down(fragile: Any, run_suite: Any) -> None:
    run = run_suite("--url", fragile("handshake"), "-n", "2")

    assert run.code == 2, run.out + run.err
    assert run.verdicts == {"WS-1[first-knock]": "SERVER DOWN"}


def test_a_server_that_takes_connections_and_answers_none_is_told_as_that(
    fragile: Any, run_suite: Any
) -> None:
    run = run_suite("--url", fragile("handshake-stuck"))

    assert run.code == 2, run.out + run.err
    assert "did not answer within 10 s" in run.checks["WS-1[first-knock]"].message


def test_a_server_that_survives_is_judged(fragile: Any, run_suite: Any) -> None:
    run = run_suite("--url", fragile("nothing"), "-k", "BCAST-1[1-member]")

    assert run.verdicts == {"BCAST-1[1-member]": "PASS"}

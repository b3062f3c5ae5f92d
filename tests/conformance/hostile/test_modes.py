"""The suite comes to an end, a verdict and a saved result on a server that means ill, in bounded memory."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(900)

StartHostile = Callable[[str], str]

MOST_MIB = 400
CHECKS = "STAT-1 or BCAST-1[1-member] or BCAST-1[2-members]"
COMPRESSED = "WS-17"
AT_ONCE = [
    "2-to-the-62-bytes",
    "random-bytes",
    "a-million-names",
    "endless-headers",
    "401-with-a-huge-body",
    "503-with-a-huge-body",
    "long-status",
    "no-http",
]
"""What is over in no time."""
FLOODS = [
    "texts",
    "different-chats",
    "binaries",
    "continuations",
    "pings",
    "large-pings",
    "pongs",
    "closes",
    "huge-close-reason",
    "fragments",
    "empty-fragments",
    "large-fragments",
    "large-message",
    "large-messages",
    "300000-names",
    "lists-of-many-names",
    "nested",
    "errors",
    "slow-answer",
]


def assert_survived(run: Any, peak: float) -> None:
    assert run.code in (1, 2, 4), run.out
    assert run.result.run.outcome in ("failed", "server down", "error"), run.out
    assert "HARNESS ERROR" not in run.verdicts.values(), run.out
    assert "Traceback" not in run.out + run.err
    assert (run.folder / "junit.xml").is_file()
    assert peak < MOST_MIB


def on(url: str, checks: str) -> tuple[str, ...]:
    return "--url", url, "-k", checks, "--deadline", "1"


LATER = [pytest.param(mode, marks=pytest.mark.proof) for mode in FLOODS]


@pytest.mark.parametrize("mode", [*AT_ONCE, *LATER])
def test_it_ends_with_a_finding(mode: str, run_measured: Any, start_hostile: StartHostile) -> None:
    assert_survived(*run_measured(*on(start_hostile(mode), CHECKS)))


@pytest.mark.proof
@pytest.mark.parametrize("mode", ["bombs", "last-blocks"])
def test_it_ends_where_what_is_compressed_has_no_end(
    mode: str, run_measured: Any, start_hostile: StartHostile
) -> None:
    assert_survived(*run_measured(*on(start_hostile(mode), COMPRESSED)))


def test_what_is_announced_and_too_long_is_told_at_once(run_suite: Any, start_hostile: StartHostile) -> None:
    run = run_suite(*on(start_hostile("2-to-the-62-bytes"), CHECKS))

    assert run.verdicts["STAT-1"] == "FAIL"
    words = "the head of a frame of 4,611,686,018,427,387,904 bytes came, over the 17 MiB"
    assert words in run.checks["STAT-1"].message
    assert words in run.checks["STAT-1"].lanes.replace("\n", " ")

"""Lines for a terminal of 80 columns."""

import logging
from argparse import Namespace

import pytest

from hubbub.load.master.terminal import COLUMNS, fit, show_line


def test_long_lines_are_wrapped_below_what_they_say() -> None:
    text = f"verdict      {'word ' * 40}\nresult       short"
    lines = fit(text, 13).split("\n")
    assert max(map(len, lines)) <= COLUMNS
    assert all(line.startswith(" " * 13 + "word") for line in lines[1:-1])
    assert lines[-1] == "result       short"
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())


def test_a_figure_stays_with_its_unit_and_with_what_is_said_of_it() -> None:
    text = "x" * 70 + " p99 4.85 ms (few), 0 wrong"
    assert fit(text, 4) == "x" * 70 + " p99\n    4.85 ms (few), 0 wrong"


def test_a_path_stays_in_one_piece() -> None:
    path = "/a-long/" + "way-" * 40
    assert path in fit(f"result       {path}", 13).split()


@pytest.mark.parametrize(("logfile", "logger"), [(None, "locust.stats_logger"), ("x.log", "hubbub")])
def test_a_line_stands_alone_unless_there_is_a_log_file(
    logfile: str | None, logger: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("hubbub", "locust.stats_logger"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    caplog.set_level(logging.INFO)
    show_line("9 s", Namespace(logfile=logfile))
    assert [(record.name, record.message) for record in caplog.records] == [(logger, "9 s")]


def test_who_wants_warnings_only_gets_no_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    show_line("9 s", None)
    assert not caplog.records

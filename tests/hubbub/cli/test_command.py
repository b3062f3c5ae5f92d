"""The command ``hubbub``: its help, its verbs, and what it says of a wrong one."""

from collections.abc import Sequence
from importlib.metadata import version

import pytest

from hubbub.cli import command, main, parts, reports


def test_the_help_fits_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["-h"], ["help"]):
        assert main(words) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 80


def test_the_help_names_every_verb() -> None:
    verbs = [line.split()[0] for line in command.HELP.splitlines() if line[:2] == "  " and line[2] != " "]
    assert [word for word in verbs if word != "hubbub"] == list(command.VERBS)


def test_the_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"hubbub {version('hubbub')}\n"


def test_a_verb_that_is_none_is_one_line_with_the_nearest_and_exit_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["laod", "ws://h/"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("hubbub: there is no verb 'laod'; did you mean 'load'? valid: serve, ")
    assert told.err.count("\n") == 1


def test_a_part_that_is_not_installed_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert main(["serve"]) == 2
    told = "hubbub: hubbub.reference_server is not installed; in a checkout run: make setup\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["serve", "--port", "x"], "hubbub serve: argument --port: 'x' is not a port"),
        (["compare"], "hubbub compare: the following arguments are required: FILE"),
        (["report", "a", "b"], "hubbub report: unrecognized arguments: b"),
        (["scenarios", "HotRoom"], "hubbub scenarios: unrecognized arguments: HotRoom"),
    ],
)
def test_wrong_arguments_are_one_line_and_exit_2(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith(says)
    assert told.count("\n") == 1


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the reports are asked for, each of which fails if it is about the folder ``bad``."""
    calls: list[list[str]] = []

    def main_of_reports(words: Sequence[str], prog: str) -> int:
        assert prog == "hubbub"
        calls.append(list(words))
        return 2 if "bad" in words else 0

    monkeypatch.setattr(reports, "main_of", lambda _: main_of_reports)
    return calls


@pytest.mark.parametrize(
    ("words", "verbs"),
    [
        ([], [["render", "results/latest"], ["show", "results/latest"]]),
        (["x"], [["render", "x"], ["show", "x"]]),
        (["--badge", "x"], [["badge", "x"]]),
        (["x", "--markdown", "--badge"], [["markdown", "x"], ["badge", "x"]]),
    ],
)
def test_a_report_is_written_and_shown_or_what_is_asked_for(
    words: list[str], verbs: list[list[str]], asked: list[list[str]]
) -> None:
    assert main(["report", *words]) == 0
    assert asked == verbs


def test_what_cannot_be_written_is_not_shown_either(asked: list[list[str]]) -> None:
    assert main(["report", "bad"]) == 2
    assert asked == [["render", "bad"]]


def test_results_are_compared_with_the_options_of_the_reports(asked: list[list[str]]) -> None:
    assert main(["compare", "a", "b", "--html", "c"]) == 0
    assert asked == [["compare", "a", "b", "--html", "c"]]


def test_a_part_is_found_where_it_lies() -> None:
    folder = parts.folder_of("conformance")
    assert (folder / "conftest.py").is_file()

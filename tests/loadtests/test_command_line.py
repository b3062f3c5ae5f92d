"""Options that make no sense, and places where no result can be written: one line, the right exit code."""

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]
ROOT = Path(__file__).parents[2]
SHORT = ["--headless", "-u", "2", "-r", "100", "-t", "2s", "--rooms", "1", "--rate", "5"]

STANDARD_OUTPUT_ONLY = ["bash", "-c", 'exec "$@" 2>/dev/null', "bash"]
SMALL_DISK = ["bash", "-c", 'unset COVERAGE_PROCESS_CONFIG; ulimit -f 1 && exec "$@"', "bash"]
"""Runs a command that can write no file of over a kilobyte: nor that of its coverage, if measured."""

WRONG = {
    "rooms": ("--rooms 0", "--rooms must be at least 1"),
    "rate": ("--rate nan", "--rate must be more than 0"),
    "size": ("--message-size 5", "--message-size is 48"),
    "host": ("--host http://127.0.0.1/", "--host must be ws://… or wss://…, not http://127.0.0.1/"),
    "port": ("--host ws://127.0.0.1:99999/", "is not a valid URL"),
    "server": ("--server-pid 999999999", "--server-pid 999999999 is no process on this machine"),
    "certificates": ("--ca /no/such/file", "--ca /no/such/file is not a file"),
    "one host of two": ("--host ws://127.0.0.1/,http://127.0.0.1/", "must be ws://… or wss://…, not http:"),
    "header": ("--header nothing", "--header is 'Name: value', in ASCII, not 'nothing'"),
    "secret": ("--host http://ann:secret@127.0.0.1/?token=secret", "not http://127.0.0.1/?token=..."),
    "tags": ("--tags nothing", "--tags nothing leaves SteadyChat no task, so its users would do nothing"),
    "number": ("--rooms many", "argument --rooms: invalid int value: 'many'"),
    "choice": (
        "--schedule jiter",
        "argument --schedule: there is no 'jiter'; did you mean 'jitter'",
    ),
    "objective": ("--slo losses=0", "there is no metric 'losses'; did you mean 'loss'? valid: p50, "),
    "scenario": ("SteadyChta", "there is no scenario 'SteadyChta'; did you mean 'SteadyChat'? valid: Burst"),
    "result": ("", "--result: /dev/null/there cannot be written to: Not a directory"),
}


@pytest.fixture(scope="module")
def refused(start_load: Start) -> dict[str, Any]:
    """All at once, for they end at once."""
    folders = {"result": Path("/dev/null/there")}
    return {
        name: start_load(*SHORT, *options.split(), folder=folders.get(name))
        for name, (options, _) in WRONG.items()
    }


@pytest.mark.parametrize("option", WRONG)
def test_a_wrong_option_is_one_line_and_exit_code_2(refused: dict[str, Any], option: str) -> None:
    check_refusal(refused[option], WRONG[option][1])


def test_a_wrong_option_ends_all_processes(start_load: Start, two_processes: list[str]) -> None:
    check_refusal(start_load(*SHORT, *two_processes, "--rooms", "0"), "--rooms must be at least 1")


def test_workers_that_do_not_come_are_told_with_how_to_start_them(
    start_load: Start, free_port: Callable[[], str]
) -> None:
    port = free_port()
    waiting = ("--master", "--master-bind-port", port, "--expect-workers", "2")
    load = start_load(*SHORT, *waiting, "--expect-workers-max-wait", "2")
    assert load.finish() == 1, load.output
    assert "No run: 0 of 2 workers came within 2 s (--expect-workers-max-wait)" in load.output
    assert f"--worker --master-port {port}" in load.output


def test_no_secret_is_shown_or_saved(chat_server: Any, start_load: Start, tmp_path: Path) -> None:
    secret = "very-secret-token"
    host = chat_server.url.replace("://", f"://ann:{secret}@") + f"?token={secret}"
    header = ("--header", f"Authorization: Bearer {secret}")
    load = start_load(*SHORT, *own_files(tmp_path), *header, "--host", host, "--loglevel", "DEBUG")
    load.finish()
    result = load.result
    assert (result.connections.opened, result.run.host) == (2, f"{chat_server.url}?token=..."), load.output
    files = [path for path in (*tmp_path.iterdir(), *load.folder.iterdir()) if path.is_file()]
    assert len(files) >= 5
    assert [path for path in files if secret in path.read_text(encoding="utf-8")] == []
    assert secret not in load.output
    assert "hubbub.load.users: joined user=1 " in load.output, "the log is on"


def check_refusal(load: Any, words: str) -> None:
    assert load.finish() == 2, load.output
    told = [line for line in load.output.splitlines() if "/INFO/" not in line and "/WARNING/" not in line]
    assert len(told) == 1, load.output
    assert told[0].startswith("locust: error: ")
    assert words in told[0]


@pytest.mark.proof
def test_the_command_of_a_run_works_as_it_stands(chat_server: Any, start_load: Start, tmp_path: Path) -> None:
    odd = [
        "--slo",
        "loss=0, p99<600s",
        "--header",
        "X-Of: it's; $HOME",
    ]
    load = start_load(*SHORT, *odd, "--host", chat_server.url)
    code = load.finish()
    assert code in (0, 4), load.output
    told = load.result.run
    assert "--result" not in told.command
    assert "it's" not in told.command, "values of headers may be secrets"
    done = subprocess.run(
        ["sh", "-c", f"{told.command} --result {tmp_path}/again"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode in (0, 4), done.stderr


def test_locusts_json_on_the_standard_output_stays_json(chat_server: Any, start_load: Start) -> None:
    load = start_load(*SHORT, "--json", "--host", chat_server.url, before=STANDARD_OUTPUT_ONLY)
    code = load.finish()
    rows = {row["name"]: row["num_requests"] for row in json.loads(load.output)}
    assert code == load.result.verdict.exit_code
    assert rows == {
        "join": 2,
        "chat published": load.result.ledger.published,
        "chat delivered": load.result.latency.intended.count,
    }


def test_locusts_own_files_have_the_deliveries_as_a_row(
    chat_server: Any, start_load: Start, tmp_path: Path
) -> None:
    load = start_load(*SHORT, *own_files(tmp_path), "--host", chat_server.url)
    load.finish()
    table = csv_counts(tmp_path)
    assert table["join"] == 2
    assert table["chat delivered"] == load.result.latency.intended.count > 0
    assert table == json_counts(tmp_path)
    assert "chat delivered" in (tmp_path / "own.html").read_text(encoding="utf-8")
    total = csv_counts(tmp_path, total=True)["Aggregated"]
    assert total == table["chat delivered"], "joins are not in the row of all, nor in Locust's charts"


def test_locusts_own_files_agree_when_workers_tell_their_figures_last(
    chat_server: Any, start_load: Start, two_processes: list[str], tmp_path: Path
) -> None:
    longer = (*SHORT, "-t", "3s", *two_processes)
    load = start_load(*longer, *own_files(tmp_path), "--host", chat_server.url)
    load.finish()
    assert csv_counts(tmp_path) == json_counts(tmp_path)
    assert csv_counts(tmp_path).get("chat delivered", 0) > 0, load.output


def own_files(folder: Path) -> tuple[str, ...]:
    """Return options for files of Locust's own; its CSV it writes as the run starts, and when it is over."""
    seldom = folder / "seldom.py"
    seldom.write_text("import locust.stats\nlocust.stats.CSV_STATS_INTERVAL_SEC = 6\n", encoding="utf-8")
    own = str(folder / "own")
    return ("-f", f"loadtests/,{seldom}", "--csv", own, "--html", f"{own}.html", "--json-file", own)


def csv_counts(folder: Path, *, total: bool = False) -> dict[str, int]:
    """Return the rows of Locust's table by name, the one of all only if asked for."""
    with (folder / "own_stats.csv").open(encoding="utf-8") as file:
        rows = {row["Name"]: int(row["Request Count"]) for row in csv.DictReader(file)}
    return {name: count for name, count in rows.items() if total or name != "Aggregated"}


def json_counts(folder: Path) -> dict[str, int]:
    """Return the same as ``csv_counts`` from the other file."""
    rows = json.loads((folder / "own.json").read_text(encoding="utf-8"))
    return {row["name"]: row["num_requests"] for row in rows}


def test_a_disk_that_fills_up_does_not_cost_the_result(chat_server: Any, start_load: Start) -> None:
    """A limit of 1 kB a file stands for the full disk: the result, which is longer, cannot be written."""
    load = start_load(*SHORT, "--host", chat_server.url, before=SMALL_DISK)
    assert load.finish() == 1, load.output
    assert "not where it was asked for" in load.output
    assert "File too large" in load.output
    assert "delivered" in load.output
    assert not list(load.folder.iterdir())
    assert "Traceback" not in load.output


def test_a_full_disk_for_locusts_own_files_does_not_hide_the_verdict(
    chat_server: Any, start_load: Start, tmp_path: Path
) -> None:
    (tmp_path / "own.json").symlink_to("/dev/full")
    for name in ("stats", "failures", "exceptions", "stats_history"):
        (tmp_path / f"own_{name}.csv").symlink_to("/dev/full")
    own = str(tmp_path / "own")
    files = ("--html", "/dev/full", "--json-file", own, "--csv", own)
    load = start_load(*SHORT, *files, "--host", chat_server.url)
    assert load.finish() == 1, load.output
    assert load.result.ledger.delivered > 0
    assert "verdict      " in load.output
    for option in ("--html", "--json-file", "--csv"):
        assert f"{option}: Locust's file cannot be written: No space left on device" in load.output

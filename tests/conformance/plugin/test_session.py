"""Reaching the server before the first check, and what is left behind when that, or the disk, fails."""

import http.server
import shlex
import socket
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

Miniature = Callable[[str], Path]

ONE_CHECK = """
    @requirement("BCAST-1")
    def test_echoes(wire):
        wire.expect_chat((ann := wire.join()).say(), ann)
"""
FAILS = """
    @requirement("BCAST-1")
    def test_fails(wire):
        ann = wire.join()
        wire.expect_all(ann, *[ann.say() for _ in range(20)])
        raise Broken("this", "that")
"""


@contextmanager
def serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    """Serve with ``handler`` on a free port; yield the ws:// URL."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


class Quiet(http.server.BaseHTTPRequestHandler):
    """A web server that knows nothing of WebSocket."""

    status = 404

    def do_GET(self) -> None:
        self.send_error(self.status)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Unauthorised(Quiet):
    status = 401


class HangsUp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(10)


class SpeaksAnother(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.request.recv(10)


def only_line(run: Any) -> Any:
    """Return the one line that a run which could not begin has to say."""
    assert run.code == 4
    assert "Traceback" not in run.out + run.err
    (line,) = [line for line in run.err.splitlines() if line]
    return line.removeprefix("ERROR: ")


def assert_saved_as_an_error(run: Any, reason: str) -> None:
    assert (run.result.run.outcome, run.result.run.reason) == ("error", reason)
    error = ET.parse(run.folder / "junit.xml").getroot().find(".//testcase/error")
    assert error is not None
    assert error.get("message") == reason


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (Quiet, "answers the WebSocket handshake with HTTP 404 Not Found: check the path in --url"),
        (Unauthorised, "HTTP 401 Unauthorized: give what it asks for, as --header 'Authorization: ...' say"),
        (SpeaksAnother, "does not answer in HTTP ("),
    ],
)
def test_what_is_no_chat_server_is_one_line(
    handler: type[socketserver.BaseRequestHandler], words: str, run_suite: Any
) -> None:
    with serving(handler) as url:
        run = run_suite("--url", url)

    line = only_line(run)
    assert line.startswith(url)
    assert words in line
    assert_saved_as_an_error(run, line)


def test_a_port_that_nobody_listens_on_is_one_line(run_suite: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"ws://127.0.0.1:{taken.getsockname()[1]}/chat"
    run = run_suite("--url", url)

    assert only_line(run) == f"{url} cannot be reached (connection refused): is it running?"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--url", "http://127.0.0.1/"), "http://127.0.0.1/ is not a ws:// or wss:// URL"),
        (("--profile", "missing.toml"), "the profile missing.toml cannot be read: No such file"),
        (("--header", "no colon"), "--header 'no colon' is not a header; write it as 'Name: value'"),
        (("--deadline", "0"), "--deadline must be more than 0 seconds, not 0"),
    ],
)
def test_an_option_that_cannot_be_is_one_line(options: tuple[str, ...], words: str, run_suite: Any) -> None:
    assert words in only_line(run_suite(*options))


def test_a_result_folder_that_cannot_be_made_is_one_line(
    run_suite: Any, chat_server: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    run = run_suite("--url", chat_server.url, folder=tmp_path / "file" / "result")

    assert only_line(run).endswith(
        "/file/result cannot be made: Not a directory; choose another --result DIR"
    )


def test_a_full_disk_is_one_line_and_no_stack_trace(
    run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    full = ("bash", "-c", 'ulimit -f 1; exec "$0" "$@"')
    # Coverage, where it is measured, could not write its file either.
    unmeasured = {"COVERAGE_PROCESS_CONFIG": ""}
    run = run_suite("--url", chat_server.url, where=miniature(FAILS), prefix=full, **unmeasured)

    assert run.code == 3
    assert "Traceback" not in run.out + run.err
    (line,) = [line for line in run.out.splitlines() if "choose another --result DIR" in line]
    assert line.startswith(f"{run.folder}/conformance.json cannot be written: File too large")
    assert not list(run.folder.rglob("*.*"))
    assert "FAIL  BCAST-1" in run.out, "what was found is told, even if it cannot be kept"
    assert "the transcript is lost: " in " ".join(run.out.split())
    assert "FAIL  BCAST-1   1 of 1 check: that (allowed: this)" in run.out


def certificate(folder: Path) -> Path:
    """Return a certificate for 127.0.0.1 that signed itself, with its key, in one file."""
    path = folder / "server.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {path} -out {folder / 'cert.pem'}"
    subprocess.run(shlex.split(command), check=True, capture_output=True)
    with path.open("a") as both:
        both.write((folder / "cert.pem").read_text())
    return path


def test_wss_takes_a_certificate_that_is_trusted_or_any_where_told_so(
    run_suite: Any, miniature: Miniature, start_server: Any, tmp_path: Path
) -> None:
    pem = certificate(tmp_path)
    server = start_server("--cert", str(pem))
    where = miniature(ONE_CHECK)

    untrusted = run_suite("--url", server.url, where=where)
    ca = str(tmp_path / "cert.pem")
    trusted = run_suite("--url", server.url, "--ca", ca, where=where, folder=tmp_path / "trusted")
    unseen = run_suite("--url", server.url, "--insecure", where=where, folder=tmp_path / "unseen")

    words = "(the certificate is not trusted: self-signed certificate): give --ca FILE or --insecure"
    assert only_line(untrusted) == f"{server.url} cannot be reached {words}"
    assert trusted.verdicts == unseen.verdicts == {"BCAST-1": "PASS"}
    assert trusted.result.run.command.endswith(f"--ca {ca}")


SAYS_ITS_HEADERS = """
    @requirement("BCAST-1")
    def test_echoes(wire, profile):
        assert dict(wire.target.headers) == {"Authorization": "Bearer abc", "X-Of-The-Profile": "1"}
        assert profile.message_limit == 65536
        assert profile.origin == "https://chat.example"
        assert wire.deadlines.wait == 7
        assert 7 <= wire.deadlines.presence < 8
        assert wire.deadlines.idle == 1.5
        assert wire.transcript.head.clock_tolerance == 60
        assert "origin" not in wire.transcript.head.lacks
"""
PROFILE = """\
origin = "https://chat.example"
deadline = 3
idle = 1.5
clock_tolerance = 60

[limits]
message = 65536

[headers]
X-Of-The-Profile = "1"
"""


def test_profile_and_options_reach_the_checks_and_the_command_keeps_secrets(
    run_suite: Any, miniature: Miniature, chat_server: Any, tmp_path: Path
) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(PROFILE)
    options = ("--profile", str(profile), "--header", "Authorization: Bearer abc", "--deadline", "7")
    run = run_suite("--url", chat_server.url, *options, where=miniature(SAYS_ITS_HEADERS))

    assert run.verdicts == {"BCAST-1": "PASS"}, run.out
    assert run.result.profile["deadline"] == 3
    assert run.result.run.command.endswith("--header 'Authorization: ...' --deadline 7")
    assert "--deadline 7 --header 'Authorization: ...' -k BCAST-1" in run.checks["BCAST-1"].command
    assert "Bearer abc" not in (run.folder / "conformance.json").read_text()


def test_a_summary_goes_to_where_github_shows_it(
    run_suite: Any, miniature: Miniature, chat_server: Any, tmp_path: Path
) -> None:
    page = tmp_path / "summary.md"
    page.write_text("what another step wrote\n")
    run_suite("--url", chat_server.url, where=miniature(FAILS), GITHUB_STEP_SUMMARY=str(page))

    text = page.read_text()
    assert text.startswith("what another step wrote\n")
    assert "BCAST-1" in text
    assert "FAIL" in text
    assert "seen: that" in text


def test_a_summary_that_cannot_be_written_does_not_spoil_the_run(
    run_suite: Any, miniature: Miniature, chat_server: Any, tmp_path: Path
) -> None:
    where = str(tmp_path / "missing" / "summary.md")
    run = run_suite("--url", chat_server.url, where=miniature(ONE_CHECK), GITHUB_STEP_SUMMARY=where)

    assert run.code == 0
    assert run.verdicts == {"BCAST-1": "PASS"}
    assert f"{where} cannot be written" in run.out


def test_no_secret_of_the_url_or_of_a_header_is_shown_or_saved(
    run_suite: Any, miniature: Miniature, chat_server: Any
) -> None:
    secret = "very-secret-token"
    header = ("--header", f"Authorization: Bearer {secret}")
    run = run_suite("--url", f"{chat_server.url}?token={secret}", *header, where=miniature(FAILS))

    assert run.code == 1
    saved = [path.read_text(encoding="utf-8") for path in run.folder.rglob("*") if path.is_file()]
    assert len(saved) >= 3
    assert [secret in text for text in (run.out, run.err, *saved)] == [False] * (2 + len(saved))
    assert f"{chat_server.url}?token=..." in run.out


def test_a_url_that_is_refused_is_told_without_its_secrets(run_suite: Any) -> None:
    run = run_suite("--url", "http://ann:very-secret@127.0.0.1/?token=very-secret")

    assert only_line(run).startswith("http://127.0.0.1/?token=... is not a ws:// or wss:// URL")
    assert "very-secret" not in (run.folder / "conformance.json").read_text(encoding="utf-8")

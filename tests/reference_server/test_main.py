"""The server as a process."""

from __future__ import annotations

import re
import signal
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import StartServer
    from tests.reference_server.conftest import Network


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reference_server", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for localhost, with its key, in one file."""
    file = tmp_path / "localhost.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    subject = [
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout",
        str(file),
        "-out",
        str(tmp_path / "c"),
    ]
    subprocess.run([*command.split(), *subject], check=True, capture_output=True)
    file.write_text(file.read_text() + (tmp_path / "c").read_text())
    return file


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_members_with_1001_and_ends_with_0(
    start_server: StartServer, number: signal.Signals
) -> None:
    server = start_server()
    with connect(server.url) as member:
        assert member.recv()
        server.process.send_signal(number)
        for _ in member:
            pass
        assert member.close_code == 1001
    assert server.process.wait(30) == 0


def test_a_member_that_does_not_answer_does_not_hold_up_the_end(network_of: Callable[..., Network]) -> None:
    network = network_of("--close-timeout", "3600")
    member = network.join()
    network.server.process.terminate()
    assert network.server.process.wait(30) == 0
    assert member.close_code() == 1001


def peak_memory(process: int) -> int:
    """Return the most bytes that a process ever had resident."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)[1]) << 10  # type: ignore[index]  # Linux has it


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's peak memory")
def test_a_message_that_inflates_over_the_limit_is_not_inflated_whole(start_server: StartServer) -> None:
    server = start_server("--max-message", str(1 << 20))
    with connect(server.url, compression="deflate") as member:
        member.recv()
        before = peak_memory(server.process.pid)
        with pytest.raises(ConnectionClosedError) as closed:
            member.send("A" * (256 << 20))  # about a thousandth of it on the wire
            while True:
                member.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert peak_memory(server.process.pid) - before < 64 << 20


def test_a_port_in_use_is_one_line_and_exit_2(chat_server: Any) -> None:
    result = serve("--port", str(chat_server.port))
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "in use" in line
    assert "--port" in line


def test_a_certificate_that_is_not_there_is_one_line_and_exit_2() -> None:
    result = serve("--port", "0", "--cert", "/nonexistent.pem")
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "/nonexistent.pem" in line


def test_a_file_that_is_no_certificate_is_one_line_and_exit_2() -> None:
    result = serve("--port", "0", "--cert", __file__)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_name_that_is_no_host_is_one_line_and_exit_2() -> None:
    result = serve("--port", "0", "--host", "a..b")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1


def test_it_listens_on_ipv6(start_server: StartServer) -> None:
    server = start_server("--host", "::1")
    assert server.url.startswith("ws://[::1]:")
    with connect(server.url) as member:
        assert '"Status"' in str(member.recv())


@pytest.mark.parametrize(
    ("options", "page"),
    [
        ([], r"http://127\.0\.0\.1:\d+/"),
        (["--host", "0.0.0.0"], r"http://127\.0\.0\.1:\d+/"),
        (["--host", "::1"], r"http://\[::1\]:\d+/"),
    ],
)
def test_it_prints_where_the_chat_page_is(options: list[str], page: str) -> None:
    command = [sys.executable, "-m", "reference_server", "--port", "0", "--log-level", "error", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        found = re.fullmatch(f"Chat page: ({page})\n", line)
        assert found, line
        with urllib.request.urlopen(found[1], timeout=30) as answer:
            assert answer.status == 200
        process.terminate()
        assert process.stdout.read() == ""


def test_an_address_that_is_not_this_machines_is_one_line_and_exit_2() -> None:
    result = serve("--port", "0", "--host", "192.0.2.1")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1


def test_with_a_certificate_it_speaks_tls(start_server: StartServer, certificate: Path) -> None:
    server = start_server("--cert", str(certificate))
    assert server.url.startswith("wss://")
    with connect(server.url, ssl=ssl.create_default_context(cafile=certificate)) as member:
        member.send('{"Message":"aGk="}')
        assert any('"Chat"' in str(text) for text in (member.recv() for _ in range(3)))
    assert server.stop() == 0


def test_the_log_tells_who_came_and_went_and_never_what_was_said() -> None:
    command = [sys.executable, "-m", "reference_server", "--port", "0", "--log-level", "debug"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        url = process.stderr.readline().split("url=")[1].strip()
        with connect(f"{url}?room=caf%C3%A9") as member:
            member.send('{"Message":"c2VjcmV0","Author":"Ann"}')
            member.send('{"Message":"???","Author":"Ann"}')
            while '"Error"' not in str(member.recv()):
                pass
        process.terminate()
        lines = process.stderr.read().splitlines()
    events = [line.split("event=")[1].split()[0] for line in lines]
    assert events == ["join", "rename", "message", "message-refused", "leave", "stopped"]
    assert all('room="café"' in line for line in lines[:5])
    assert not [line for line in lines if "Ann" in line or "c2VjcmV0" in line or "???" in line]

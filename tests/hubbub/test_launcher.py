import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hubbub.launcher import LaunchError, listening_url, reference_server


def test_a_launched_server_listens_where_it_says_and_ends_with_the_context(tmp_path: Path) -> None:
    with reference_server(tmp_path / "server.log", "--log-level", "warning") as server:
        address = urlsplit(server.url)
        with socket.create_connection((address.hostname, address.port), 20):
            assert server.process.poll() is None
    assert server.process.poll() is not None


def test_a_server_that_ends_at_once_is_told_with_its_last_line(tmp_path: Path) -> None:
    with (
        pytest.raises(LaunchError, match=r"^the server ended at once: .*--no-such-option"),
        reference_server(tmp_path / "server.log", "--no-such-option"),
    ):
        pass


def test_where_a_server_listens_is_read_from_its_log(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("level=info event=starting\nlevel=info event=listening url=ws://127.0.0.1:9/ tls=no\n")
    assert listening_url(log, lambda: False) == "ws://127.0.0.1:9/"

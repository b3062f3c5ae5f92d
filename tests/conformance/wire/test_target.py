"""A URL taken apart; one that cannot be tested is one line that says what to do."""

from pathlib import Path

import pytest

from conformance.wire.target import TargetError, resolve


def test_the_urls_own_parameters_stay_and_the_room_comes_behind_them() -> None:
    target = resolve("ws://127.0.0.1:1/chat?token=x%20y", {"A": "1"})
    assert target.of_room("a b/ü&?") == "/chat?token=x%20y&room=a%20b%2F%C3%BC%26%3F"
    assert target.with_query("room=b", path="/other") == "/other?token=x%20y&room=b"
    assert target.host == "127.0.0.1:1"
    assert target.headers == (("A", "1"),)
    assert target.tls is None


def test_a_url_without_a_path_means_the_root() -> None:
    assert resolve("ws://127.0.0.1:1", {}).of_room("den") == "/?room=den"


def test_wss_means_tls_with_the_hosts_name() -> None:
    target = resolve("wss://user@localhost:1/", {}, insecure=True)
    assert target.tls is not None
    assert (target.server_name, target.host) == ("localhost", "localhost:1")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1/", "is not a ws:// or wss:// URL; give --url ws://host:port/path"),
        ("127.0.0.1:8765", "is not a ws:// or wss:// URL"),
        ("ws:///path", "is not a ws:// or wss:// URL"),
        ("ws://127.0.0.1:99999/", "is not a URL"),
        ("ws://127.0.0.1:port/", "is not a URL"),
        ("ws://[::1/", "is not a URL"),
        ("ws://127.0.0.1/?room=", "names a room; leave it out, each check makes its own"),
        ("ws://no-such-host.invalid/", "no-such-host.invalid has no address"),
    ],
)
def test_a_url_that_cannot_be_tested_says_why(url: str, words: str) -> None:
    with pytest.raises(TargetError) as caught:
        resolve(url, {})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_holds_no_certificates_says_so() -> None:
    with pytest.raises(TargetError, match=r"is not a file of CA certificates .*; give another --ca"):
        resolve("wss://127.0.0.1:1/", {}, ca=Path(__file__))

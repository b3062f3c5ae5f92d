from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reference_server.conftest import Network


def get(network: Network, target: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    return network.status(f"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/", "text/html"),
        ("/?room=a", "text/html"),
        ("/chat.js", "text/javascript"),
        ("/chat.css", "text/css"),
    ],
)
def test_the_page_comes_with_its_types(network: Network, target: str, kind: str) -> None:
    status, headers, body = get(network, target)
    assert (status, headers["content-type"]) == (200, f"{kind}; charset=utf-8")
    assert int(headers["content-length"]) == len(body) > 0


def test_the_page_may_run_nothing_from_elsewhere(network: Network) -> None:
    _, headers, _ = get(network, "/")
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in headers["content-security-policy"]


def test_the_page_is_told_what_its_server_reads_at_most(network_of: Callable[..., Network]) -> None:
    _, _, body = get(network_of("--max-message", "12345"), "/")
    assert b'<meta name="max-message" content="12345">' in body


def test_the_health_check_answers_ok(network: Network) -> None:
    status, _, body = get(network, "/healthz")
    assert (status, body) == (200, b"ok\n")


@pytest.mark.parametrize(
    "target", ["/nothing", "/page/index.html", "/../server.py", "/chat.py", "/.js", "//["]
)
def test_nothing_else_is_served(network: Network, target: str) -> None:
    assert get(network, target)[0] == 404


def test_a_target_that_is_for_options_alone_is_refused(network: Network) -> None:
    # RFC 9112 section 3.2.4: the asterisk-form is for OPTIONS.
    assert get(network, "*")[0] == 400


def test_head_is_get_without_the_body(network: Network) -> None:
    status, headers, body = get(network, "/healthz", "HEAD")
    assert (status, headers["content-length"], body) == (200, "3", b"")


def test_other_methods_are_told_which_are_allowed(network: Network) -> None:
    status, headers, _ = get(network, "/", "DELETE")
    assert (status, headers["allow"]) == (405, "GET, HEAD")

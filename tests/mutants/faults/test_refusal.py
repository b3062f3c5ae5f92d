from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect


def test_refuse_answers_every_handshake_with_503(start_mutant: Callable[..., Any]) -> None:
    mutant = start_mutant("refuse")
    with pytest.raises(InvalidStatus, match="503"):
        mutant.join("a")


def test_never_greet_sends_no_status(start_mutant: Callable[..., Any]) -> None:
    mutant = start_mutant("never-greet")
    with connect(mutant.server.url) as client:
        client.send('{"Message":"AAAA"}')
        received = [client.recv(timeout=30) for _ in range(2)]
    assert sorted('"Status"' in str(text) for text in received) == [False, False]

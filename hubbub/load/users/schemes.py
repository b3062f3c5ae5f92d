"""Whether a server speaks the other of ``ws`` and ``wss``: a wrong scheme fails in many ways.

It is looked for where joining failed so that it may be the cause, once for each URL.
"""

import gevent
from gevent.event import AsyncResult
from websockets.uri import parse_uri

from hubbub.load.websocket.opening import Opening
from hubbub.load.websocket.transport import Dialer
from hubbub.load.workload.targets import Target
from hubbub.text.redaction import shown_url

_PATIENCE = 2.0
"""How long, in s, the server has for its answer."""


class Schemes:
    """What is known of the server's URLs."""

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._hints: dict[Target, AsyncResult] = {}

    def hint(self, target: Target) -> str:
        """Return which URL to give instead, in words; empty where the scheme is right, or nobody knows."""
        if target not in self._hints:
            self._hints[target] = AsyncResult()
            self._hints[target].set(self._look(target))
        hint: str = self._hints[target].get()
        return hint

    def _look(self, target: Target) -> str:
        try:
            with gevent.Timeout(_PATIENCE):
                wrong = self._speaks_plainly(target) if target.secure else self._dialer.speaks_tls(target)
        except (OSError, gevent.Timeout):
            return ""
        if not wrong:
            return ""
        scheme, rest = ("ws", target.url[6:]) if target.secure else ("wss", target.url[5:])
        does = "does not speak" if target.secure else "speaks"
        return f"the server {does} TLS at this port; give --host {shown_url(f'{scheme}://{rest}')}"

    def _speaks_plainly(self, target: Target) -> bool:
        """Ask without what is secret, which is not to be sent in the clear."""
        uri = parse_uri("ws://" + shown_url(target.url)[6:].partition("?")[0])
        opening = Opening()
        return self._dialer.speaks_http(target, opening.request(opening.protocol(uri)).serialize())

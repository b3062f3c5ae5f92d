"""Why a user could not join: what is known of it, and what to do, in one line."""

import errno
import socket
import ssl

from hubbub.load.websocket.answers import SWITCHING, advice
from hubbub.load.websocket.handshake import HandshakeError
from hubbub.load.websocket.listener import End
from hubbub.load.websocket.progress import Step
from hubbub.load.workload.targets import Target

_LATE: dict[Step, tuple[str, str]] = {
    Step.CONNECTION: (
        "no connection",
        "nothing answers at that address; check host and port, and whether a firewall is in between",
    ),
    Step.TLS: ("no TLS handshake", "the server took the TCP connection and says nothing; does it speak TLS?"),
    Step.ANSWER: (
        "no answer to the handshake",
        "the server took the TCP connection and says nothing; is it a WebSocket server, and not too busy?",
    ),
    Step.STATUS: (
        "no Status",
        "the server opened the WebSocket, but did not greet; does it speak Room Chat 1.0 (PROTOCOL.md)?",
    ),
}
_NETWORK = {
    errno.ECONNREFUSED: "nothing listens there; is the server running, and at this port?",
    errno.EHOSTUNREACH: "there is no way to that host; check the host, and the network",
    errno.ENETUNREACH: "there is no way to that network; check the host, and the network",
    errno.ETIMEDOUT: _LATE[Step.CONNECTION][1],
    errno.ECONNRESET: "something took the connection and ended it; check the port",
}


def awaited(step: str) -> str:
    """Return what is known of a server whose connections have come to that step, and no further."""
    return _LATE[Step(step)][1]


class JoinError(Exception):
    """A user did not become a member; ``kind`` is the same for all that failed in the same way."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


def late(step: Step, seconds: float, hint: str, said: str = "") -> JoinError:
    """Return why a joining took longer than ``seconds``; ``said`` is the first message before a Status."""
    kind, known = _LATE[step]
    if said:
        known = f"the server said {said} instead; does it speak Room Chat 1.0 (PROTOCOL.md)?"
    return JoinError(kind, f"{kind} within {seconds:g} s: {hint or known}")


def unreached(error: OSError, target: Target) -> JoinError:
    """Return why there was no TCP connection."""
    why = error.strerror or str(error)
    if isinstance(error, socket.gaierror):
        what = "the name server does not answer" if error.errno == socket.EAI_AGAIN else "check --host"
        return JoinError(f"no address: {why}", f"{target.address[0]!r} has no address ({why}); {what}")
    known = _NETWORK.get(error.errno or 0, "check host and port")
    return JoinError(f"no connection: {why}", f"{why}: {known}")


def no_tls(error: OSError, hint: str) -> JoinError:
    """Return why the TLS handshake failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return JoinError(
            f"TLS failed: {error.verify_message} (give --ca FILE, or --insecure)",
            f"{error}; give --ca FILE, or --insecure",
        )
    reason = (error.reason if isinstance(error, ssl.SSLError) else error.strerror) or str(error)
    known = hint or "the server ended the TLS handshake; does it speak TLS at this port?"
    return JoinError(f"TLS failed: {reason}", f"TLS failed ({reason}): {known}")


def refused(error: HandshakeError, target: Target, hint: str) -> JoinError:
    """Return why the opening handshake was not answered as a WebSocket server does."""
    answer = error.answer
    if answer is None or answer.status == SWITCHING:
        return JoinError("handshake refused", f"{error}{f': {hint}' if hint else ''}")
    return JoinError(
        f"handshake refused: HTTP {answer.status}",
        f"the server answered {answer}: {hint or advice(answer, target.url)}",
    )


def ended(end: End) -> JoinError:
    """Return why a WebSocket that was open ended without a Status."""
    closed = f"closed with {end.code}" if end.code is not None else ""
    how = ": ".join(filter(None, (closed, end.reason)))
    return JoinError(
        "ended before its Status",
        f"the server opened the WebSocket and ended it before its Status ({how}); see its own log",
    )

"""What a server answered to the opening handshake instead of opening a WebSocket, and what to do then."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from hubbub.text.redaction import shown_url

SWITCHING = 101
"""The status by which a WebSocket begins."""
_LONGEST_SHOWN = 40
_TLS_RECORDS = (b"\x15\x03", b"\x16\x03")
"""What an alert and a handshake message of TLS begin with."""
_OF_HTTP = {"http": "ws", "https": "wss"}
_ADVICE = {
    400: "it holds the request for a bad one; check path and port of --host, --subprotocol and --header",
    403: "it lets this client not in; give what it wants, say --header 'Origin: ...' or 'Authorization: ...'",
    404: "there is nothing at this path; check the path of --host",
    405: "no WebSocket is served at this path; check the path of --host",
    410: "there is nothing at this path any more; check the path of --host",
    426: "it wants another protocol or version of it than WebSocket 13",
    429: "it limits how fast clients may come; start fewer users a second (-r), or raise its limit",
    500: "it failed; see its own log",
    501: "no WebSocket is served there; check the path of --host",
    502: "a proxy answered for a server that it could not reach; is that running?",
    503: "it is not ready, or takes no more connections; see its own log",
    504: "a proxy answered for a server that did not; see that server's log",
}


class Answer(NamedTuple):
    """The head of an answer in HTTP."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        """Return the first value of a header, empty where it is not there."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    def __str__(self) -> str:
        """Return it as people say it."""
        return f"HTTP {self.status} {self.reason}".strip()


def may_be_http(data: bytes) -> bool:
    """Whether an answer that begins like that may be HTTP."""
    return data[:5] == b"HTTP/"[: len(data)]


def not_http(data: bytes) -> str:
    """Return in words what an answer is that is not HTTP."""
    if data.startswith(_TLS_RECORDS):
        return "it answered the opening handshake in TLS, not in HTTP"
    begin = data[:_LONGEST_SHOWN].decode("ascii", "backslashreplace").splitlines()[0]
    return f"it answered the opening handshake, but not in HTTP: {begin!r}"


def read_answer(head: bytes) -> Answer | None:
    """Return the answer with that head, its empty line included; None where it is none of HTTP/1."""
    status_line, *lines = head.decode("iso-8859-1").split("\r\n")
    version, _, rest = status_line.partition(" ")
    status, _, reason = rest.partition(" ")
    if not version.startswith("HTTP/1.") or not (status.isascii() and status.isdecimal()):
        return None
    pairs = [line.partition(":") for line in lines if ":" in line]
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    return Answer(int(status), reason.strip(), headers)


def advice(answer: Answer, url: str) -> str:
    """Return what to do about an answer other than 101 to the handshake with ``url``."""
    status = answer.status
    if 300 <= status < 400 and answer.header("Location"):
        return f"it redirects; give --host {_redirected(answer.header('Location'), url)}"
    if status == 401:
        scheme = answer.header("WWW-Authenticate").partition(" ")[0] + " "
        return f"it wants to know who you are; give --header 'Authorization: {scheme.lstrip()}...'"
    if 200 <= status < 300:
        return "a web page is there, and no WebSocket; check the path of --host"
    return _ADVICE.get(status, _ADVICE[500] if status >= 500 else "check --host")


def _redirected(location: str, url: str) -> str:
    """Return where a redirection leads, as a URL for --host, which names no room."""
    asked = url.replace("ws", "http", 1)
    found = urlsplit(urljoin(asked, location))
    query = urlencode([pair for pair in parse_qsl(found.query, keep_blank_values=True) if pair[0] != "room"])
    return shown_url(urlunsplit(found._replace(scheme=_OF_HTTP.get(found.scheme, found.scheme), query=query)))

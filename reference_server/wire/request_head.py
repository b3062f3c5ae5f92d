"""What HTTP asks of a request's head, and websockets' parser does not look at (RFC 9112, RFC 9110).

The parser refuses white space before a colon, folded lines, control characters in a value and every body
(RFC 9112 sections 5 and 6); what is left is the line ends, the request line, and Host.
"""

import re
from http import HTTPStatus

_BARE = re.compile(rb"\r[^\n]|(?<!\r)\n")
_BEGINNING = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]|\Z")
_REQUEST_LINE = re.compile(rb"(\S+) ([!-~]+) HTTP/([0-9])\.([0-9])")
_RESOURCE = re.compile(rb"(?:(?i:https?|wss?)://([^/?#@]+))?(/[^#]*|\?[^#]*|)")
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[-A-Za-z0-9._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?")

_SAY_HOST = "send one Host with the server's name"


class HeadError(Exception):
    """A head that is refused, and with which status; the text says what to do instead."""

    def __init__(self, status: HTTPStatus, what_to_do: str) -> None:
        super().__init__(what_to_do)
        self.status = status


def cannot_be(beginning: bytes) -> bool:
    """Tell whether no good head begins like this, so that there is no use in waiting for its end.

    A line feed alone may end a line (RFC 9112 section 2.2: MAY); here it does not, since what one reader
    takes for the end of a line and another does not is how requests are smuggled.
    """
    return not _BEGINNING.match(beginning) or _BARE.search(beginning) is not None


def checked(head: bytes) -> bytes:
    """Return a request's head with its target in origin-form and its version as HTTP/1.0 or HTTP/1.1.

    Raises HeadError where HTTP asks for a refusal.
    """
    if _BARE.search(head):
        raise HeadError(HTTPStatus.BAD_REQUEST, "end each line with CR LF, and use neither inside of one")
    line, end, fields = head.partition(b"\r\n")
    parts = _REQUEST_LINE.fullmatch(line)
    if parts is None:
        raise HeadError(HTTPStatus.BAD_REQUEST, "begin with a request line: GET /path HTTP/1.1")
    method, target, major, minor = parts.groups()
    if major != b"1":
        raise HeadError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "send HTTP/1.1")
    # RFC 9110 section 2.5: a higher minor version is processed as the highest one that is known.
    version = b"HTTP/1.0" if minor == b"0" else b"HTTP/1.1"
    _check_host(fields, must_be=version == b"HTTP/1.1")
    return b" ".join((method, _origin_form(target), version)) + end + fields


def _origin_form(target: bytes) -> bytes:
    """Return the path and the query of a target in origin-form or absolute-form (RFC 9112 section 3.2).

    The host of an absolute-form goes before the Host header's; here one is as good as the other.
    """
    resource = _RESOURCE.fullmatch(target)
    if resource is None or not (resource[1] or target.startswith(b"/")):
        raise HeadError(HTTPStatus.BAD_REQUEST, "ask for /path?query, without a fragment")
    path: bytes = resource[2]
    return path if path.startswith(b"/") else b"/" + path


def _check_host(fields: bytes, must_be: bool) -> None:
    """Raise HeadError unless there is one Host that can be (RFC 9112 section 3.2); none before HTTP/1.1."""
    pairs = (field.partition(b":") for field in fields.split(b"\r\n"))
    hosts = [value.strip(b" \t") for name, _, value in pairs if name.lower() == b"host"]
    if len(hosts) > 1 or (must_be and not hosts) or not all(map(_HOST.fullmatch, hosts)):
        raise HeadError(HTTPStatus.BAD_REQUEST, _SAY_HOST)

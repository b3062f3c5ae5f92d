"""Plain HTTP on the chat's port: the chat page and the health check."""

import re
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from importlib.resources import files

from websockets.datastructures import Headers
from websockets.http11 import Response

_FOLDER = files(__package__).joinpath("page")
_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}
_FILE_NAME = re.compile(rf"/([a-z]+\.({'|'.join(_TYPES)}))")
_MAX_MESSAGE = b"{max_message}"
"""What stands in the page for the largest message that this server reads."""
_SAFE = {
    "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True)
class Page:
    """One HTTP answer."""

    status: HTTPStatus
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


def page(method: str, target: str, max_message: int) -> Page:
    """Return what a plain request for ``target`` gets; never raises.

    The chat page is told ``max_message``, in bytes, so that it sends nothing larger.
    """
    if method not in ("GET", "HEAD"):
        return Page(HTTPStatus.METHOD_NOT_ALLOWED, b"send GET\n")
    path = target.partition("?")[0]
    if path == "/healthz":
        return Page(HTTPStatus.OK, b"ok\n")
    if file := _FILE_NAME.fullmatch("/index.html" if path == "/" else path):
        name, kind = file.groups()
        if _FOLDER.joinpath(name).is_file():
            body = _FOLDER.joinpath(name).read_bytes().replace(_MAX_MESSAGE, str(max_message).encode())
            return Page(HTTPStatus.OK, body, _TYPES[kind])
    return Page(HTTPStatus.NOT_FOUND, b"not found; the chat page is at /, the chat on any path\n")


def response(page: Page, *, with_body: bool = True) -> Response:
    """Return ``page`` as an HTTP response with headers that keep a browser from running anything foreign."""
    headers = Headers(Date=formatdate(usegmt=True), Connection="close")
    headers["Content-Type"] = page.content_type
    headers["Content-Length"] = str(len(page.body))
    headers.update(_SAFE)
    if page.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = "GET, HEAD"
    return Response(page.status.value, page.status.phrase, headers, page.body if with_body else b"")

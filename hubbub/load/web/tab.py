"""The tab *Deliveries* of Locust's web page: how a run stands while it is on, and its report afterwards.

Locust takes tabs of others from its page's template arguments, and makes of each an element of the name that
stands there as its ``component``. What the element is, ``page/tab.js`` tells the browser. Locust puts its own
tabs first, so ``page/tab.css`` moves ours before them; and the script opens the page with it.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from locust.web import WebUI

from hubbub.load.web import form as web_form
from hubbub.load.web.live_view import View
from hubbub.text import shell

_KEY = "deliveries"
_PAGE = Path(__file__).with_name("page")
_TAB = {"title": "Deliveries", "key": _KEY, "component": "hubbub-deliveries"}
_HEAD = f'<link rel="stylesheet" href="./{_KEY}/tab.css"><script src="./{_KEY}/tab.js"></script></head>'
_REPORT = "report.html"


def add_tab(
    web_ui: WebUI, base_path: str | None, view: Callable[[], View], folder: Callable[[], Path | None]
) -> None:
    """Put the tab into the page, below whose ``base_path`` it lies.

    ``view`` is asked for whenever the page wants it; ``folder`` has the result of the run that has ended.
    """
    assert web_ui.app is not None
    routes = Blueprint("hubbub", __name__, url_prefix=f"{base_path or ''}/{_KEY}", static_folder=None)

    def now() -> Response:
        return Response(msgspec.json.encode(view()), mimetype="application/json")

    @routes.route("/<any('tab.js', 'tab.css'):name>")
    def asset(name: str) -> Response:
        text = (_PAGE / name).read_text(encoding="utf-8")
        if name.endswith(".js"):
            return Response(text, mimetype="text/javascript")
        return Response(text + web_form.stylesheet(), mimetype="text/css")

    def report() -> Response:
        where = folder()
        if where is None:
            return Response("No run has ended yet.", 404, mimetype="text/plain")
        return _report(where)

    def extend(response: Response) -> Response:
        if request.endpoint == "locust.index" and response.mimetype == "text/html":
            response.set_data(response.get_data(as_text=True).replace("</head>", _HEAD, 1))
        return response

    behind_login: Any = web_ui.auth_required_if_enabled
    for name, answer in (("now", now), ("report", report)):
        routes.add_url_rule(f"/{name}", name, behind_login(answer))
    web_ui.template_args["extended_tabs"] = [_TAB]
    web_ui.app.register_blueprint(routes)
    web_ui.app.after_request(extend)


def _report(folder: Path) -> Response:
    """Draw the report, unless it is there, in a process of its own: this one may have users to serve."""
    page = folder / _REPORT
    if not page.is_file():
        done = subprocess.run(
            [sys.executable, "-m", "hubbub.reports", "render", str(folder)], capture_output=True, text=True
        )
        if done.returncode or not page.is_file():
            again = shell.line([*shell.python_module("hubbub.reports"), "render", shell.place(folder)])
            words = f"The report could not be drawn: {done.stderr}\nTry it by hand: {again}\n"
            return Response(words, 500, mimetype="text/plain")
    return Response(page.read_bytes(), mimetype="text/html")

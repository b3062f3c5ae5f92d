"""What Locust's web page asks for is looked at before Locust does it, for it answers at once that it has."""

from collections.abc import Callable

from flask import Response, jsonify, request
from locust.web import WebUI
from werkzeug.datastructures import MultiDict

Form = MultiDict[str, str]
Refusal = Callable[[Form], str | None]
"""Returns one line, which says why what the form asks for is not to be done; None where it is."""


def guard(web_ui: WebUI, refusal: Refusal) -> None:
    """Let the page be told where ``refusal`` says so, and nothing be done."""
    assert web_ui.app is not None

    def look() -> Response | None:
        if request.method != "POST" or not request.path.endswith("/swarm"):
            return None
        why = refusal(request.form)
        if why is None:
            return None
        return jsonify({"success": False, "message": why, "host": web_ui.environment.host})

    web_ui.app.before_request(look)

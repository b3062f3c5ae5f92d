"""The tab that Locust's web page has for a run of ours: ledger, latency and validity, while the run is on.

Locust's page asks for ``/stats/requests`` every two seconds, and shows in further tabs what it finds there
under ``extended_stats``: flat rows of a table whose columns stand in the page's template arguments. It sorts
rows by their ``name``; ours have none, and keep their order.
"""

import json
from collections.abc import Callable, Sequence

from flask import Response, request
from locust.web import WebUI

from swarm.live import Row

_KEY = "deliveries"
_TITLES = {"figure": "Figure", "now": "Last second", "run": "Whole run", "limit": "Not valid over"}


def add_tab(web_ui: WebUI, rows: Callable[[], Sequence[Row]]) -> None:
    """Put the tab into the page; ``rows`` are asked for whenever the page wants them."""
    assert web_ui.app is not None
    columns = [{"key": key, "title": title} for key, title in _TITLES.items()]
    web_ui.template_args["extended_tabs"] = [{"title": "Deliveries", "key": _KEY}]
    web_ui.template_args["extended_tables"] = [{"key": _KEY, "structure": columns}]

    def extend(response: Response) -> Response:
        if request.path == "/stats/requests":
            table = {"key": _KEY, "data": [row._asdict() for row in rows()]}
            response.set_data(json.dumps({**response.get_json(), "extended_stats": [table]}))
        return response

    web_ui.app.after_request(extend)

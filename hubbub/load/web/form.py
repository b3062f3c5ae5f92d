"""The engine's options in the form of Locust's web page: in groups, with short labels, in an order of use.

Locust lists all options of others under *Custom parameters*, sorted by name, each with its help in brackets.
What it lets be changed is what it is told of each (the arguments of its page's template) and how it looks (a
stylesheet); so the groups' titles stand in one.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import Flask, before_render_template
from locust.web import WebUI

from hubbub.load.config.config import Limits, LoadConfig


class Group(NamedTuple):
    """Options that stand together; the first of them is no tick box, for the title stands over it."""

    title: str
    labels: Mapping[str, str]
    """What stands in brackets after each option's name; ``{}`` is its default."""


GROUPS = (
    Group("Objectives", {"slo": "such as p99<200ms, loss=0"}),
    Group(
        "Rooms",
        {"rooms": "{}", "room_sizes": "{}", "hot_share": "{} of the users", "zipf_exponent": "{}"},
    ),
    Group(
        "Messages",
        {
            "rate": "{} a second, each user",
            "schedule": "{}",
            "message_size": "{} bytes",
            "repeats": "{} of the messages",
        },
    ),
    Group(
        "What the scenario does",
        {"interval": "{} s", "share": "{} of the users", "reused_names": "{} of who come back"},
    ),
    Group("Time", {"warm_up": "{} s", "drain": "{} s", "connect_timeout": "{} s", "seed": "{}"}),
    Group(
        "Connections",
        {
            "subprotocol": "",
            "ca": "file, for wss",
            "server_pid": "to watch its memory",
            "deflate": "compress",
            "insecure": "take any certificate",
        },
    ),
    Group(
        "Limits of a valid measurement",
        {
            "max_lag": "{} ms",
            "max_lateness": "{} ms",
            "max_cpu": "{} cores",
            "min_rate": "{} of the messages",
        },
    ),
)
_LIMITS = {"max_lag": "lag", "max_lateness": "lateness", "max_cpu": "cpu", "min_rate": "rate"}


def arrange(web_ui: WebUI, defaults: Callable[[], Mapping[str, Any]]) -> None:
    """Arrange the form; ``defaults`` are the scenario's own, asked for whenever the page is opened."""
    app = web_ui.app
    assert app is not None
    app.jinja_env.policies["json.dumps_kwargs"] = {"sort_keys": False}

    def shorten(_: Flask, context: dict[str, Any], **__: Any) -> None:
        told = context.get("template_args", {})
        if "extra_options" in told:
            context["template_args"] = {**told, "extra_options": arranged(told["extra_options"], defaults())}

    before_render_template.connect(shorten, app, weak=False)


def arranged(options: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's fields: ours by groups, with short labels; others' after them, as they are."""
    labels = {name: label for group in GROUPS for name, label in group.labels.items()}
    ours = {
        name: {**options[name], "help_text": label.format(_default(name, defaults))}
        for name, label in labels.items()
        if name in options
    }
    return {**ours, **{name: told for name, told in options.items() if name not in ours}}


def stylesheet() -> str:
    """Return what puts each group's title over its first field."""
    return "\n".join(_titled(group.title, next(iter(group.labels))) for group in GROUPS)


def _titled(title: str, name: str) -> str:
    first, *others = name.split("_")
    in_page = first + "".join(word.title() for word in others)
    field = f'.MuiFormControl-root:has(> * > [name="{in_page}"])'
    return (
        f"{field} {{ margin-top: 2rem; }}\n"
        f'{field}::before {{ content: "{title}"; position: absolute; top: -2.25rem; font-weight: 500; }}'
    )


def _default(name: str, defaults: Mapping[str, Any]) -> str:
    if name in _LIMITS:
        default = getattr(Limits(), _LIMITS[name])
    else:
        default = defaults.get(name, getattr(LoadConfig(), name, ""))
    return f"{default:g}" if isinstance(default, float) else str(default)

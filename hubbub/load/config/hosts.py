"""The server's URL as Locust is told it: without secrets, since Locust shows it wherever it reports."""

from locust.env import Environment

from hubbub.text.redaction import shown_text

_HIDDEN = "hubbub_hosts"
"""The attribute of the environment with the URLs that were asked for, by how they are shown."""


def hide_secrets(environment: Environment) -> None:
    """Let Locust show the URL that it was given without its secrets, in its page, reports and file names.

    The page's form then has the URL as it is shown; given back like that, it means the same.
    """
    asked = environment.host or ""
    shown = shown_text(asked)
    if shown != asked:
        vars(environment).setdefault(_HIDDEN, {})[shown] = asked
        environment.host = shown


def asked_host(environment: Environment) -> str | None:
    """Return the URL that was asked for, secrets included."""
    hidden: dict[str, str] = vars(environment).get(_HIDDEN, {})
    return hidden.get(environment.host or "", environment.host)

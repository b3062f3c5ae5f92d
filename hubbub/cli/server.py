"""``hubbub serve``: the reference server."""

from collections.abc import Sequence

from hubbub.cli.parts import main_of


def serve(words: Sequence[str]) -> int:
    """Serve until Ctrl-C or SIGTERM, as ``python -m reference_server`` does with the same options."""
    return main_of("reference_server")(words, prog="hubbub serve")

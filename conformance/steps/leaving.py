"""The ways in which a member leaves."""

from collections.abc import Callable

from ..wire.client import Client

Leave = Callable[[Client], None]


def close(client: Client) -> None:
    """Leave by a clean Close."""
    client.send_close()


def fin(client: Client) -> None:
    """Leave by TCP FIN, without a Close frame."""
    client.finish()


def reset(client: Client) -> None:
    """Leave by TCP reset."""
    client.reset()


def fin_in_a_frame(client: Client) -> None:
    """Leave by TCP FIN in the middle of a frame."""
    client.break_off()
    client.finish()


def reset_in_a_frame(client: Client) -> None:
    """Leave by TCP reset in the middle of a frame."""
    client.break_off()
    client.reset()


LEAVES: dict[str, Leave] = {
    "Close": close,
    "FIN": fin,
    "reset": reset,
    "FIN-in-a-frame": fin_in_a_frame,
    "reset-in-a-frame": reset_in_a_frame,
}


def close_going_away(client: Client) -> None:
    """Leave by a Close that says that it goes away, as browsers do."""
    client.send_close(1001)


def close_without_code(client: Client) -> None:
    """Leave by a Close without a code."""
    client.send_close(None)


def close_and_finish(client: Client) -> None:
    """Leave by a Close of an application's own code, and end TCP right behind it."""
    client.send_close(4000, b"bye")
    client.finish()


ALL_LEAVES: dict[str, Leave] = {
    **LEAVES,
    "Close-going-away": close_going_away,
    "Close-without-code": close_without_code,
    "own-Close-and-FIN": close_and_finish,
}
"""Those and what is the same but for the Close's code."""

"""The ways in which a member leaves."""

from collections.abc import Callable

from conformance.wire.client import Client

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

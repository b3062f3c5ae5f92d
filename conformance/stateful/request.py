"""What the stateful check is asked for, and what it is given to do it: the ``stateful`` fixture."""

from collections.abc import Callable
from dataclasses import dataclass

from ..wire.wire import Wire


@dataclass(frozen=True)
class SearchRequest:
    """One run of the stateful check, as ``--stateful N --stateful-seed SEED`` asks for it."""

    count: int
    """How many sequences are asked for."""
    seed: int
    """What makes the same sequences up again."""
    lacks: tuple[str, ...]
    """The capabilities that the server declares it lacks."""
    new_wire: Callable[[], Wire]
    """Makes the wire of one more sequence."""
    judge_by: Callable[[Wire], None]
    """Take the wire whose transcript the check's verdict rests on."""
    say: Callable[[str], None]
    """Print a line on how far it is."""

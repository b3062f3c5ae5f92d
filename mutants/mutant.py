"""What a mutant is: the reference server with one part replaced."""

from collections.abc import Callable
from dataclasses import dataclass

from mutants.plan import Plan
from reference_server.parts import Parts


@dataclass(frozen=True)
class Mutant:
    """A server with one fault."""

    name: str
    sentence: str
    """What it does wrong, as ``--list`` shows it."""
    kills: tuple[str, ...]
    """The requirements whose checks must fail; none if it is there for the load engine alone."""
    build: Callable[[Plan], Parts]

"""What a mutant is: the reference server with a part replaced, or set as nobody should set it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mutants.machinery.fault_record import FaultRecord
from reference_server.config import Config
from reference_server.parts import Parts

EVERY = 20
"""In the kill matrix, one delivery in so many is tampered with, where a mutant does not say otherwise."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A server with one fault, or an odd but legal one."""

    name: str
    sentence: str
    """What it does wrong, or oddly, as ``--list`` shows it."""
    kills: tuple[str, ...]
    """The requirements whose checks must fail; none if it is legal, or there for the load test alone."""
    build: Callable[[FaultRecord], Parts]
    kind: Literal["broken", "legal"] = "broken"
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The fields of ``Config`` that it brings; they win over the command line."""
    profile: str = ""
    """What its operator would declare in a conformance profile (TOML)."""
    every: int = EVERY
    """In the kill matrix, one delivery in so many is tampered with, if the fault is one of those."""

    def config(self, config: Config) -> Config:
        """Return ``config`` with the mutant's own settings."""
        return replace(config, **self.settings)

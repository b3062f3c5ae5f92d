"""The requirements of Room Chat 1.0, read from ``requirements.toml``."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

Level = Literal["M", "S", "Y"]
"""RFC 2119: MUST, SHOULD, MAY."""

Capability = Literal["presence", "nick", "deflate", "origin", "limits"]
"""What a server may declare that it lacks; a requirement without one is the core."""


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One numbered requirement."""

    id: str
    level: Level
    sentence: str
    source: str
    """The clause it rests on, or ``Decision`` where the sources are silent."""
    capability: Capability | None = None
    unseen: str = ""
    """What of it nobody can observe from outside, and where it is looked at instead."""

    @property
    def group(self) -> str:
        """The id of its group: ``BCAST`` of ``BCAST-1``."""
        return self.id.rpartition("-")[0]


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group of requirements."""

    id: str
    title: str
    note: str = ""
    """Markdown that holds for all its requirements."""


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole requirement table, in its order."""

    group: tuple[Group, ...]
    requirement: tuple[Requirement, ...]

    def __getitem__(self, requirement_id: str) -> Requirement:
        """Return the requirement of that id; raises KeyError where there is none."""
        for requirement in self.requirement:
            if requirement.id == requirement_id:
                return requirement
        raise KeyError(requirement_id)


@cache
def requirements() -> Table:
    """Return the table; raises msgspec.ValidationError if the file breaks its own form."""
    text = files("hubbub.protocol").joinpath("requirements.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Table)

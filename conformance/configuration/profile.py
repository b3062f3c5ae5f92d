"""The profile: what the server under test declares about itself, and its known deviations (TOML).

lacks = ["presence"]                  # capabilities it does not have
has = ["deflate"]                     # capabilities that must then be there
origin = "https://chat.example"       # the allowed Origin; declares `origin`
deadline = 2.0                        # seconds; the userlist's deadline, and the least of other waits
idle = 5.0                            # seconds for which an idle connection is observed
clock_tolerance = 6.0                 # seconds that Sent may differ from this machine's clock

[limits]                              # declares `limits`
message = 65536                       # bytes of the largest message taken

[headers]                             # sent with every handshake
Authorization = "Bearer ..."

[[deviation]]                         # known, so XFAIL until it is gone or the date has passed
check = "BCAST-5"                     # a requirement, or one check: "BAD-1[empty-text]"
reason = "one task per message; see our ticket 123"
expires = 2027-03-31
"""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec

from hubbub.protocol.requirements import Capability, requirements
from hubbub.text.spelling import unknown

from ..wire.waits.deadlines import IDLE

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_LONGEST = 3600.0

Seconds = Annotated[float, msgspec.Meta(gt=0, le=_LONGEST)]
"""A time to wait or to allow; a NaN or an endless one is refused with the rest."""


class ProfileError(Exception):
    """A profile that cannot be used; the text is one line that says what to do."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits that a server declares."""

    message: Annotated[int, msgspec.Meta(gt=0)] | None = None
    """Bytes of the largest message that it takes (SEC-2)."""


class Deviation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A requirement that the server is known to break."""

    check: str
    reason: Annotated[str, msgspec.Meta(min_length=1)]
    expires: date

    def covers(self, check_id: str, requirement_id: str) -> bool:
        """Whether it speaks of this check."""
        return self.check in (check_id, requirement_id)


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a server declares."""

    lacks: tuple[Capability, ...] = ()
    has: tuple[Capability, ...] = ()
    origin: str | None = None
    deadline: Seconds | None = None
    idle: Seconds = IDLE
    clock_tolerance: Seconds = 6.0
    limits: Limits | None = None
    headers: dict[str, str] = {}
    deviation: tuple[Deviation, ...] = ()

    @property
    def message_limit(self) -> int | None:
        """Bytes of the largest message that the server declares to take, None where it declares none."""
        return None if self.limits is None else self.limits.message

    def undeclared(self, agrees_to_deflate: bool) -> tuple[str, ...]:
        """Return the capabilities whose requirements are N/A.

        ``deflate`` counts as declared when the server agrees to it, ``origin`` when it is told. What
        `limits` declares is a figure: without it SEC-2 runs with the protocol's own.
        """
        lacks = set[str](self.lacks)
        if self.origin is None and "origin" not in self.has:
            lacks.add("origin")
        if not agrees_to_deflate and "deflate" not in self.has:
            lacks.add("deflate")
        return tuple(sorted(lacks))

    def published(self) -> dict[str, Any]:
        """Return what ``conformance.json`` may show: header values can be secrets, so only their names."""
        shown: dict[str, Any] = msgspec.to_builtins(self)
        return shown | {"headers": sorted(self.headers)}


def load_profile(path: Path) -> Profile:
    """Read a profile; raises ProfileError for a missing file, bad TOML, unknown or impossible entries."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"the profile {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise ProfileError(f"the profile {path} is not TOML: {error}") from error
    try:
        fault = _strange_word(written)
        profile = Profile() if fault else msgspec.convert(written, Profile)
    except msgspec.ValidationError as error:
        fault = str(error)
    fault = fault or _contradiction(profile)
    if fault:
        raise ProfileError(f"the profile {path} is not valid: {fault}")
    return profile


def _strange_word(written: dict[str, Any]) -> str:
    """Return what is wrong with the first word that is none of the valid ones; empty where all are.

    What has another form than it should is left to the reading by type.
    """
    places: list[tuple[str, Any, type[msgspec.Struct]]] = [
        ("the profile", written, Profile),
        ("[limits]", written.get("limits"), Limits),
    ]
    deviations = written.get("deviation")
    if isinstance(deviations, list):
        places += [("[[deviation]]", deviation, Deviation) for deviation in deviations]
    for place, table, kind in places:
        for key in table if isinstance(table, dict) else ():
            if key not in kind.__struct_fields__:
                return f"{place} has the key {unknown(key, kind.__struct_fields__)}"
    for name in ("lacks", "has"):
        words = written.get(name)
        for word in words if isinstance(words, list) else ():
            if isinstance(word, str) and word not in get_args(Capability):
                return f"`{name}` has {unknown(word, get_args(Capability))}"
    return ""


def _contradiction(profile: Profile) -> str:
    both = set(profile.lacks) & set(profile.has)
    if both:
        return f"{', '.join(sorted(both))} cannot stand in both lacks and has"
    if "origin" in profile.has and profile.origin is None:
        return 'has names origin: give the allowed one as origin = "https://..."'
    if "origin" in profile.lacks and profile.origin is not None:
        return "lacks names origin, and one is given: strike either"
    for name, value in profile.headers.items():
        if not _TOKEN.fullmatch(name):
            return f"{name!r} is no header's name"
        if "\n" in value or "\r" in value:
            return f"the header {name!r} has a line break in its value"
    known = [each.id for each in requirements().requirement]
    for each in profile.deviation:
        named = each.check.partition("[")[0]
        if named not in known:
            return f"there is no requirement {unknown(named, known)} `--list` prints all"
    return ""

"""Extension headers taken apart, and the rules by which permessage-deflate is agreed on (RFC 7692 §7.1).

An answer is judged against the offer it answers: what may stand in it, what must, and with which values.
"""

import re
from dataclasses import dataclass

PERMESSAGE_DEFLATE = "permessage-deflate"

SERVER_NO_CONTEXT_TAKEOVER = "server_no_context_takeover"
CLIENT_NO_CONTEXT_TAKEOVER = "client_no_context_takeover"
SERVER_MAX_WINDOW_BITS = "server_max_window_bits"
CLIENT_MAX_WINDOW_BITS = "client_max_window_bits"

_FLAGS = frozenset({SERVER_NO_CONTEXT_TAKEOVER, CLIENT_NO_CONTEXT_TAKEOVER})
_WINDOWS = frozenset({SERVER_MAX_WINDOW_BITS, CLIENT_MAX_WINDOW_BITS})
_BITS = frozenset(map(str, range(8, 16)))
_MOST_READ = 8192
"""How many characters of a header are taken apart: the time that takes may grow with their square."""

WIDEST = 15
"""The window, in bits, where none is agreed on (§7.1.2)."""


@dataclass(frozen=True)
class Extension:
    """One entry of ``Sec-WebSocket-Extensions`` (RFC 6455 §9.1)."""

    name: str
    parameters: tuple[tuple[str, str | None], ...]
    """In their order, None for one without a value."""

    @property
    def values(self) -> dict[str, str | None]:
        """The parameters by name."""
        return dict(self.parameters)

    def bits(self, parameter: str) -> int:
        """Return a window in bits; the widest where the parameter gives none that can be read."""
        value = self.values.get(parameter)
        return int(value) if value in _BITS else WIDEST


def parse_extensions(header: str | None) -> list[Extension]:
    """Return the entries of a ``Sec-WebSocket-Extensions`` header; none where it is absent."""
    return [_parse(entry) for entry in _split((header or "")[:_MOST_READ], ",")]


def deflate_of(header: str | None) -> Extension | None:
    """Return the first permessage-deflate in an answer, None where it is not agreed on."""
    found = (extension for extension in parse_extensions(header) if extension.name == PERMESSAGE_DEFLATE)
    return next(found, None)


def fault_of_answer(answer: str | None, offer: str) -> str:
    """Return why ``answer`` is none that ``offer`` allows, as far as it chooses anything; empty where it is.

    Both are the values of ``Sec-WebSocket-Extensions``. Of several offers it may answer any.
    """
    chosen = parse_extensions(answer)
    offered = parse_extensions(offer)
    # RFC 6455 §9.1: the server MUST NOT use an extension that the client did not request.
    names = {extension.name for extension in offered}
    for extension in chosen:
        if extension.name not in names:
            return f"{extension.name} was not offered"
    deflates = [extension for extension in chosen if extension.name == PERMESSAGE_DEFLATE]
    if len(deflates) > 1:
        return f"{PERMESSAGE_DEFLATE} is chosen twice"
    return _fault_of_deflate(deflates[0], offered) if deflates else ""


def _fault_of_deflate(chosen: Extension, offered: list[Extension]) -> str:
    # RFC 7692 §7.1: an offer may have several configurations; the answer accepts one of them.
    offers = [each for each in offered if each.name == PERMESSAGE_DEFLATE]
    faults = [_fault_of_form(chosen) or _misfit(chosen, each) for each in offers]
    return "" if "" in faults else faults[0]


def _fault_of_form(chosen: Extension) -> str:
    """Return what no answer may hold (§7.1): strange or repeated parameters, values out of range."""
    names = [name for name, _ in chosen.parameters]
    # §7.1: decline, or here fail, on an unknown parameter, one that stands twice, one with an invalid value.
    for name, value in chosen.parameters:
        if name not in _FLAGS | _WINDOWS:
            return f"the parameter {name} is none of RFC 7692's"
        if names.count(name) > 1:
            return f"the parameter {name} stands there twice"
        if name in _FLAGS and value is not None:
            return f"{name} has the value {value!r}"
        if name in _WINDOWS and value not in _BITS:
            return f"{name} has the value {value!r}, none of 8 to 15"
    return ""


def _misfit(chosen: Extension, offer: Extension) -> str:
    """Return how the answer does not do what the offer asks for."""
    asked = offer.values
    fault = "" if is_valid_offer(offer) else f"an offer that must be declined ({_text(offer)}) was taken"
    # §7.1.1.1: by accepting an offer with server_no_context_takeover the server agrees, and says so.
    if SERVER_NO_CONTEXT_TAKEOVER in asked and SERVER_NO_CONTEXT_TAKEOVER not in chosen.values:
        fault = fault or f"{SERVER_NO_CONTEXT_TAKEOVER} was asked for and is not there"
    # §7.1.2.1: accepting server_max_window_bits means to answer with the same or a smaller value.
    if SERVER_MAX_WINDOW_BITS in asked and SERVER_MAX_WINDOW_BITS not in chosen.values:
        fault = fault or f"{SERVER_MAX_WINDOW_BITS} was asked for and is not there"
    # §7.1.2.2: client_max_window_bits MUST NOT be in the answer unless the offer had it.
    if CLIENT_MAX_WINDOW_BITS in chosen.values and CLIENT_MAX_WINDOW_BITS not in asked:
        fault = fault or f"{CLIENT_MAX_WINDOW_BITS} was not offered and is there"
    for name in _WINDOWS:
        if name in chosen.values and chosen.bits(name) > offer.bits(name):
            fault = fault or f"{name} is {chosen.bits(name)}, over the {offer.bits(name)} offered"
    return fault


def is_valid_offer(offer: Extension) -> bool:
    """Whether a server may take this offer of permessage-deflate at all (§7.1)."""
    names = [name for name, _ in offer.parameters]
    return len(set(names)) == len(names) and all(_may_be_offered(*each) for each in offer.parameters)


def _may_be_offered(name: str, value: str | None) -> bool:
    # §7.1.2.2: client_max_window_bits alone may stand in an offer without a value.
    if name in _FLAGS:
        return value is None
    return (name in _WINDOWS and value in _BITS) or (name == CLIENT_MAX_WINDOW_BITS and value is None)


def _parse(entry: str) -> Extension:
    name, *parameters = _split(entry, ";") or [""]
    return Extension(name, tuple(map(_parameter, parameters)))


def _parameter(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return name.strip(), value if equals else None


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator that stands outside of quotes; what is empty does not count."""
    pieces = re.findall(rf'(?:[^{separator}"]|"(?:[^"\\]|\\.)*")+', text)
    return [piece.strip() for piece in pieces if piece.strip()]


def _text(extension: Extension) -> str:
    parameters = (name if value is None else f"{name}={value}" for name, value in extension.parameters)
    return "; ".join((extension.name, *parameters))

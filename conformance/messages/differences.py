"""What differs between a message that was due and the nearest that came: field by field, a line each.

Two texts are shown from a little before to a little behind the place where they part, and the place is told
where an eye may miss it: in a long text, and where a character is not ASCII, which may look like another.
"""

import base64
import binascii
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any

from .matchers import Matcher, MessageLike, OneOf, UserlistOf, names_of

LABEL = "differs"
"""What stands before each such line in a finding."""

_AROUND = 20
"""Characters shown on either side of where two texts differ."""
_LONGEST_DIFFERENCE = 30
_LONGEST_SHOWN = 120
_SHORT = 24
"""A text in which an eye finds a difference without being told where it is."""
_NEAR = 0.6
_COMPARED = 2000
"""Characters of two texts that are compared for being near to each other."""
_MOST_NAMES = 5
_KINDS = {bool: "a boolean", int: "a number", float: "a number", list: "an array", dict: "an object"}


def nearest(
    wanted: Matcher, documents: Iterable[Mapping[str, Any]], said: Collection[str] = ()
) -> Mapping[str, Any] | None:
    """Return the message that ``wanted`` may have become on its way: the last of the nearest, if any.

    ``said`` are the ``Message``s of clients: what holds another of them is another message, and not near.
    """
    if isinstance(wanted, UserlistOf):
        lists = [each for each in documents if str(each.get("Type")).lower() == "userlist"]
        return lists[-1] if lists and not wanted.matches(lists[-1]) else None
    if not isinstance(wanted, MessageLike):
        return None
    near: tuple[int, Mapping[str, Any] | None] = (0, None)
    for each in documents:
        agreeing = 0 if wanted.matches(each) else _agreeing(wanted, each, said)
        if agreeing and agreeing >= near[0]:
            near = (agreeing, each)
    return near[1]


def differences(wanted: Matcher, came: Mapping[str, Any]) -> list[str]:
    """Return what differs, a line a field."""
    if isinstance(wanted, UserlistOf):
        return [f"Users: {_names(wanted, came)}"]
    if not isinstance(wanted, MessageLike):
        return []
    fields = {"Type": wanted.type, **wanted.fields}
    return [
        difference(name, due, came.get(name)) if name in came else _missing(name, due, came)
        for name, due in fields.items()
        if name not in came or not _agrees(due, came[name])
    ]


def difference(name: str, due: Any, came: Any) -> str:
    """Return in a line how the value of a field differs from the one that was due."""
    if not isinstance(due, str) or not isinstance(came, str):
        return f"{name}: due {cut(due)}, came {_value(came)}"
    meaning = [_decoded(each) for each in (due, came)] if name == "Message" else [None, None]
    if meaning[0] is not None and meaning[0] == meaning[1]:
        return f"{name}: due {cut(due)}, came {cut(came)}: the same words in other base64"
    if meaning[0] is not None and meaning[1] is not None:
        return f"{name}, decoded: {_texts(meaning[0], meaning[1])}"
    return f"{name}: {_texts(due, came)}"


def closest(name: str, due: Iterable[Any], came: Any) -> list[str]:
    """Return how a field differs from the value among those ``due`` that it may be a mishap of, if any."""
    read = _words if name == "Message" else str
    for each in due if isinstance(came, str) else ():
        if not isinstance(each, str) or each == came:
            continue
        if read(each) == read(came) or alike(read(each), read(came)):
            return [difference(name, each, came)]
    return []


def alike(due: str, came: str) -> bool:
    """Whether two different texts are so near to each other that it takes a look to tell them apart."""
    if due == came:
        return False
    if _looks(due) == _looks(came):
        return True
    matcher = SequenceMatcher(None, due[:_COMPARED], came[:_COMPARED], autojunk=False)
    quickly_first = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(ratio() >= _NEAR for ratio in quickly_first)


def cut(value: Any) -> str:
    """Return the code that makes ``value``, the first of it where it is long."""
    text = repr(value)
    if len(text) <= _LONGEST_SHOWN:
        return text
    size = f" ({len(value):,} characters)" if isinstance(value, str) else ""
    return f"{text[:_LONGEST_SHOWN]}…{size}"


def _looks(text: str) -> str:
    """Return what ``text`` shares with all that looks much like it: no case, space or invisible mark."""
    folded = unicodedata.normalize("NFKC", text[:_COMPARED]).casefold()
    return "".join(c for c in folded if c.isprintable() and not c.isspace())


def _agreeing(wanted: MessageLike, came: Mapping[str, Any], said: Collection[str]) -> int:
    """Return in how many fields a message agrees with the one that was due; 0 where it is another message."""
    agreeing = int(came.get("Type") == wanted.type)
    agreeing += sum(name in came and _agrees(due, came[name]) for name, due in wanted.fields.items())
    due = wanted.fields.get("Message")
    if not isinstance(due, str):
        return agreeing if came.get("Type") == wanted.type and wanted.fields else 0
    if due in came.values():
        return agreeing + len(wanted.fields)
    text = came.get("Message")
    if not isinstance(text, str) or text in said:
        return 0
    words = _words(due), _words(text)
    return agreeing if words[0] == words[1] or alike(*words) else 0


def _agrees(due: Any, came: Any) -> bool:
    return due.agrees(came) if isinstance(due, OneOf) else bool(due == came)


def _missing(name: str, due: Any, came: Mapping[str, Any]) -> str:
    other = next((each for each in came if each.lower() == name.lower()), "")
    instead = f" (there is {other!r})" if other else ""
    return f"{name}: due {cut(due)}, missing{instead}"


def _names(wanted: UserlistOf, came: Mapping[str, Any]) -> str:
    due, listed = Counter(wanted.names), Counter(names_of(came))
    lacking, more = due - listed, (listed - due if wanted.exactly else Counter[str]())
    for name in lacking:
        twins = [other for other in more if alike(name, other)]
        if twins:
            return _texts(name, next((each for each in twins if _looks(each) == _looks(name)), twins[0]))
    parts = [f"missing {_counted(lacking)}"] if lacking else []
    parts += [f"too many: {_counted(more)}"] if more else []
    return "; ".join(parts)


def _counted(names: Counter[str]) -> str:
    shown = [cut(name) + (f" {count} times" if count > 1 else "") for name, count in names.items()]
    more = f" and {len(shown) - _MOST_NAMES} more" if len(shown) > _MOST_NAMES else ""
    return ", ".join(shown[:_MOST_NAMES]) + more


def _texts(due: str, came: str) -> str:
    """Return two different texts around the place where they part, and what stands there."""
    shorter = min(len(due), len(came))
    start = next((n for n in range(shorter) if due[n] != came[n]), shorter)
    most = shorter - start
    tail = next((n for n in range(most) if due[-1 - n] != came[-1 - n]), most)
    shown = [_around(text, start, len(text) - tail) for text in (due, came)]
    words = f"due {shown[0]}, came {shown[1]}"
    parts = due[start : len(due) - tail] + came[start : len(came) - tail]
    if parts.isascii() and max(len(due), len(came)) <= _SHORT and not parts.isspace():
        return words
    return f"{words}; character {start + 1:,}: {_character(due, start)} due, {_character(came, start)} came"


def _around(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _AROUND), min(len(text), min(end, start + _LONGEST_DIFFERENCE) + _AROUND)
    return f"{'…' if first else ''}{text[first:last]!r}{'…' if last < len(text) else ''}"


def _character(text: str, place: int) -> str:
    """Return what stands in a place: by its name where it may look like another, or like nothing."""
    if place >= len(text):
        return "the end"
    found = text[place]
    if found.isascii() and found.isprintable() and found != " ":
        return repr(found)
    return f"U+{ord(found):04X} {unicodedata.name(found, 'without a name')}"


def _value(came: Any) -> str:
    kind = _KINDS.get(type(came))
    return f"{cut(came)}, {kind}" if kind else cut(came)


def _words(message: str) -> str:
    decoded = _decoded(message)
    return message if decoded is None else decoded


def _decoded(message: str) -> str | None:
    """Return the words of a ``Message``; None where it is no base64 of text."""
    try:
        return base64.b64decode(message, validate=True).decode()
    except (ValueError, binascii.Error):
        return None

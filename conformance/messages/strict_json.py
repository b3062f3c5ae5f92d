"""JSON as RFC 8259 has it, and none of what Python's reader lets pass (FMT-1)."""

import json
from typing import Any, NoReturn

_LONGEST_INTEGER = 4000


class NotStrictError(ValueError):
    """Bytes that are no strict JSON; the text says why."""


def read_strict(payload: bytes) -> Any:
    """Return the one JSON value that ``payload`` holds; raises NotStrictError."""
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotStrictError(f"not UTF-8: {error.reason} at byte {error.start}") from error
    if text.startswith("\ufeff"):
        raise NotStrictError("a byte-order mark")
    try:
        value = json.loads(
            text, object_pairs_hook=_distinct, parse_constant=_no_constant, parse_int=_read_integer
        )
    except NotStrictError:
        raise
    except (ValueError, RecursionError) as error:
        raise NotStrictError(str(error)) from error
    if "\\u" in text:
        _refuse_surrogates(value)
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotStrictError(f"the name {twice!r} stands twice in one object")
    return document


def _no_constant(constant: str) -> NoReturn:
    raise NotStrictError(f"{constant} is not JSON")


def _read_integer(digits: str) -> int | float:
    return int(digits) if len(digits) < _LONGEST_INTEGER else float(digits)


def _refuse_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise NotStrictError("a lone surrogate escape") from error

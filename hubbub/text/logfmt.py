"""Log lines as ``key=value`` pairs (logfmt), which no text from outside can forge or break in two."""

import json
import re

_BARE = re.compile(r"[\w./:@+\-\[\]?&%,]+", re.ASCII)


def logfmt(fields: dict[str, object]) -> str:
    """Return ``key=value`` pairs, values quoted as JSON where they are not bare words (SEC-8)."""
    return " ".join(f"{key}={_value(str(value))}" for key, value in fields.items())


def _value(text: str) -> str:
    if _BARE.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())

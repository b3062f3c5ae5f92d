"""A finding's cause in a few plain words, for a line that names it among others.

The words are those of the finding: what was allowed and what was seen. What only distinguishes one run from
another, a message's random words say, is left out, so that equal causes read alike.
"""

import base64
import binascii
import re

_PATTERN = re.compile(
    r"\b(?P<kind>chat|status|error|userlist_of|userlist_with|userlist)"
    r"\((?P<fields>(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^()'\"])*)\)"
    r"|'(?P<base64>(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)|(?:[A-Za-z0-9+/]{4}){3,})'"
)
"""A pattern of a message, or base64 in quotes."""
_CUT = re.compile(r"'[^']*…\(\d+ long\)")
_MESSAGE = re.compile(r"\bMessage='([^']*)'")
_AUTHOR = re.compile(r"\bAuthor=('[^']*')")
_CODE = re.compile(r"\bCode=('[^']*')")
_OWN_WORDS = re.compile(r"(\w+) says [0-9a-f]{12}")
_NOT_WITHIN = re.compile(r"not within ([0-9.e+]+ s)( of silence)?")
_LOST = re.compile(r"(\d+) of them did not come, ")
_ENDED = re.compile(r"its connection ended: ([^;]*)")
_SO_MANY = re.compile(r"^(\S+) receives (\d+) Chats in any order")
_TIMES = re.compile(r"(\d+) times")
_SO_OFTEN = re.compile(r"^(\S+) receives (.*) (\d+) times$")
_NOT_SO = (
    (re.compile(r"^(\S+) first receives (.*)$"), r"\1 did not first receive \2"),
    (re.compile(r"^(\S+) has received (.*)$"), r"\1 did not receive \2"),
    (re.compile(r"^(\S+) receives (.*)$"), r"\1 did not receive \2"),
    (re.compile(r"^(\S+) is greeted with (.*)$"), r"\1 was not greeted with \2"),
    (re.compile(r"^(\S+) handshake is answered$"), r"\1 handshake was not answered"),
    (re.compile(r"^the latest userlist of (.*?) becomes (.*)$"), r"the userlist of \1 did not become \2"),
)


def cause(message: str) -> str:
    """Return the cause in a check's message, on one line."""
    labelled: dict[str, str] = {}
    for line in message.splitlines():
        label, colon, rest = line.partition(": ")
        if colon and label in ("allowed", "seen", "differs"):
            labelled.setdefault(label, rest)
    if "seen" not in labelled:
        return message.partition("\n")[0]
    if "differs" in labelled:
        return labelled["differs"]
    return _in_words(labelled.get("allowed", ""), labelled["seen"])


def _in_words(allowed: str, seen: str) -> str:
    lost = _LOST.match(seen)
    many = _SO_MANY.match(allowed)
    late = _NOT_WITHIN.match(seen[lost.end() :] if lost else seen)
    if lost and many:
        return f"{many[1]} did not receive {lost[1]} of {many[2]} Chats{_ended(seen)}"
    if late:
        # How long there was silence says little: much had been waited for by then.
        within = "" if late[2] else f" within {late[1]}"
        return f"{_not_so(plainly(allowed))}{within}{_ended(seen)}"
    often, due = _TIMES.fullmatch(seen), _SO_OFTEN.match(plainly(allowed))
    if often and due:
        return f"{due[1]} received {due[2]} {_times(often[1])}, not {_times(due[3])}"
    return f"{plainly(seen)} (allowed: {plainly(allowed)})" if allowed else plainly(seen)


def _times(number: str) -> str:
    return {"0": "never", "1": "once", "2": "twice"}.get(number, f"{number} times")


def _not_so(allowed: str) -> str:
    for pattern, denied in _NOT_SO:
        if pattern.match(allowed):
            return pattern.sub(denied, allowed)
    return f"this did not come: {allowed}"


def _ended(seen: str) -> str:
    found = _ENDED.search(seen)
    return f"; its connection ended: {found[1].strip()}" if found else ""


def plainly(words: str) -> str:
    """Return ``words`` with patterns of messages, and base64 in quotes, put as people say them."""
    return _PATTERN.sub(_plainly, _CUT.sub("'…'", words))


def _plainly(found: re.Match[str]) -> str:
    kind, fields = found["kind"], found["fields"]
    if kind is None:
        return _decoded(found[0], found["base64"])
    if kind == "chat":
        return _chat(fields)
    if kind == "error":
        code = _CODE.search(fields)
        return f"an Error {code[1]}" if code else "an Error"
    if kind == "status":
        return "a Status"
    return f"a userlist of {fields}" if fields else "a userlist"


def _chat(fields: str) -> str:
    message, author = _MESSAGE.search(fields), _AUTHOR.search(fields)
    by = f" by {author[1]}" if author else ""
    if message is None:
        return f"a Chat{by}"
    text = _text(message[1])
    own = _OWN_WORDS.fullmatch(text or "")
    if own:
        return f"{own[1]}'s Chat{by}"
    return f"the Chat {message[1] if text is None else text!r}{by}"


def _decoded(shown: str, message: str) -> str:
    text = _text(message)
    if text is None:
        return shown
    own = _OWN_WORDS.fullmatch(text)
    return f"what {own[1]} said" if own else repr(text)


def _text(message: str) -> str | None:
    try:
        text = base64.b64decode(message, validate=True).decode()
    except (ValueError, binascii.Error):
        return None
    return text if text.isprintable() else None

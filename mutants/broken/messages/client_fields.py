"""Servers that read other fields than a client's message has (FMT-12, FMT-13)."""

import json
import re
import unicodedata
from typing import Any

from hubbub.protocol.codec import BadMessageError, ErrorCode
from hubbub.protocol.messages import Publish, User, Userlist
from mutants.broken.messages.chat_fields import Trusting
from mutants.machinery.registration import Registry
from reference_server.parts import Parts
from reference_server.room import Member, Room
from reference_server.session import Session

MUTANTS = Registry()

KNOWN = ("Message", "Author", "Type")
WORDS = {"Message": ("Text", "text", "msg", "content"), "Author": ("Name", "name", "nick", "username")}


class Misreading(Session):
    """The base of servers that make another object of what a client sent, before it is checked."""

    def read(self, text: str) -> Publish:
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError):
            return super().read(text)
        if not isinstance(fields, dict):
            return super().read(text)
        strict_fault = self._fault(text)
        if strict_fault is not None and strict_fault.code is ErrorCode.BAD_JSON:
            raise strict_fault
        return super().read(json.dumps(self.misread(fields)))

    def misread(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the fields as this server takes them."""
        raise NotImplementedError

    def _fault(self, text: str) -> BadMessageError | None:
        try:
            super().read(text)
        except BadMessageError as error:
            return error
        return None


class Renaming(Misreading):
    """The base of servers that take other names for those of the protocol."""

    def misread(self, fields: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in fields.items():
            known = next((each for each in KNOWN if self.is_taken_for(name, each)), name)
            if known not in fields or known == name:
                found.setdefault(known, value)
        return found

    def is_taken_for(self, name: str, known: str) -> bool:
        """Tell whether this server takes a field's name for a known one."""
        raise NotImplementedError


# FMT-12: names exactly.


@MUTANTS.broken("field-names-folded", "FMT-12")
class NamesFolded(Renaming):
    """``message`` and ``AUTHOR`` are taken for Message and Author, as by readers that fold case."""

    def is_taken_for(self, name: str, known: str) -> bool:
        return name.casefold() == known.casefold()


@MUTANTS.broken("field-names-with-a-small-letter", "FMT-12")
class SmallLetterNames(Renaming):
    """``message`` and ``author`` are taken for Message and Author, where these are missing."""

    def is_taken_for(self, name: str, known: str) -> bool:
        return name == known.lower()


@MUTANTS.broken("field-names-trimmed", "FMT-12")
class NamesTrimmed(Renaming):
    """White space around a field's name is cut off."""

    def is_taken_for(self, name: str, known: str) -> bool:
        return name.strip() == known


@MUTANTS.broken("field-names-cut-at-NUL", "FMT-12")
class NamesCutAtNul(Renaming):
    """A field's name ends at its first NUL, as a string of C does."""

    def is_taken_for(self, name: str, known: str) -> bool:
        return name.partition("\0")[0] == known


@MUTANTS.broken("field-names-normalised", "FMT-12")
class NamesNormalised(Renaming):
    """A field's name is put into Unicode's form NFKC before it is looked at."""

    def is_taken_for(self, name: str, known: str) -> bool:
        return unicodedata.normalize("NFKC", name) == known


@MUTANTS.broken("field-names-by-collation", "FMT-12")
class NamesByCollation(Renaming):
    """Fields are looked up as in a database's column: without accents, and without what cannot be seen."""

    def is_taken_for(self, name: str, known: str) -> bool:
        parts = unicodedata.normalize("NFD", name)
        return "".join(char for char in parts if unicodedata.category(char) not in ("Mn", "Cf")) == known


@MUTANTS.broken("field-names-by-beginning", "FMT-12")
class NamesByBeginning(Renaming):
    """A field's name need only begin like a known one, or be its beginning."""

    def is_taken_for(self, name: str, known: str) -> bool:
        return name.startswith(known) or (len(name) > 3 and known.startswith(name))


@MUTANTS.broken("field-names-in-other-words", "FMT-12")
class NamesInOtherWords(Renaming):
    """A client that says ``Text`` and ``Name`` is understood, too."""

    def is_taken_for(self, name: str, known: str) -> bool:
        return name == known or name in WORDS.get(known, ())


@MUTANTS.broken("field-names-by-path", "FMT-12")
class NamesByPath(Renaming):
    """A field's name is read as a path, so that ``$.Message`` finds Message."""

    def is_taken_for(self, name: str, known: str) -> bool:
        return name.strip("$./[]") == known


# FMT-12: any order, any spelling.


@MUTANTS.broken("author-first-lost", "FMT-12")
class AuthorFirstLost(Misreading):
    """An Author that stands before the Message is not seen."""

    def misread(self, fields: dict[str, Any]) -> dict[str, Any]:
        names = [name for name in fields if name in ("Message", "Author")]
        return {
            name: value
            for name, value in fields.items()
            if name != "Author" or names != ["Author", "Message"]
        }


@MUTANTS.broken("type-first-only", "FMT-12")
class TypeFirstOnly(Session):
    """A message that has a Type must begin with it."""

    def read(self, text: str) -> Publish:
        publish = super().read(text)
        fields = json.loads(text)
        if "Type" in fields and next(iter(fields)) != "Type":
            raise BadMessageError(ErrorCode.BAD_TYPE, "Type comes first")
        return publish


@MUTANTS.broken("type-last-lost", "FMT-12")
class TypeLastLost(Session):
    """A message with a Type that does not end with the Author is ignored."""

    def accept(self, publish: Publish) -> None:
        super().accept(publish)

    def read(self, text: str) -> Publish:
        publish = super().read(text)
        fields = json.loads(text)
        if "Type" in fields and next(reversed(fields)) != "Author":
            raise BadMessageError(ErrorCode.BAD_TYPE, "Author comes last")
        return publish


@MUTANTS.broken("read-by-pattern", "FMT-12")
class ReadByPattern(Session):
    """A message is found by a pattern of one space behind each comma and colon, as one program writes it."""

    _FORM = re.compile(r'\{"Message": "[^"\\]*"(, "Author": "[^"\\]*")?\}|\{"Author": "[^"\\]*"\}')

    def read(self, text: str) -> Publish:
        publish = super().read(text)
        if not self._FORM.fullmatch(text):
            raise BadMessageError(ErrorCode.BAD_JSON, "this is not how a message looks")
        return publish


@MUTANTS.broken("one-space-at-most", "FMT-12")
class OneSpaceAtMost(Session):
    """White space in a message may be single spaces only."""

    def read(self, text: str) -> Publish:
        publish = super().read(text)
        if re.search(r"\s{2}|[\t\r\n]", text):
            raise BadMessageError(ErrorCode.BAD_JSON, "white space")
        return publish


@MUTANTS.broken("field-names-as-written", "FMT-12")
class NamesAsWritten(Session):
    """A field's name that is written with an escape is not known."""

    def read(self, text: str) -> Publish:
        publish = super().read(text)
        if any(f'"{name}"' not in text for name in json.loads(text) if name in KNOWN):
            raise BadMessageError(ErrorCode.BAD_MESSAGE, "no Message")
        return publish


@MUTANTS.broken("solidus-not-unescaped", "FMT-12")
class SolidusNotUnescaped(Session):
    """An escaped solidus in a Message is left as it is, and then is no base64."""

    def read(self, text: str) -> Publish:
        publish = super().read(text)
        if "\\/" in text and publish.message and "/" in publish.message:
            raise BadMessageError(ErrorCode.BAD_BASE64, "a backslash")
        return publish


@MUTANTS.broken("surrogates-not-paired", "FMT-12")
class SurrogatesNotPaired(Session):
    """A pair of escapes that is one character becomes two replacement characters."""

    _PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")

    def read(self, text: str) -> Publish:
        super().read(text)
        return super().read(self._PAIR.sub(r"\\ufffd\\ufffd", text))


# FMT-13: what stands inside.


class Delving(Misreading):
    """The base of servers that find fields inside others."""

    def misread(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {**self.inner(fields), **fields}

    def inner(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return what this server finds inside the values."""
        raise NotImplementedError


def _merged(*values: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for value in values:
        merged.update(value if isinstance(value, dict) else {})
    return {name: value for name, value in merged.items() if name in ("Message", "Author")}


@MUTANTS.broken("proto-counted", "FMT-13")
class ProtoCounted(Delving):
    """What stands inside ``__proto__`` is inherited by the message."""

    def inner(self, fields: dict[str, Any]) -> dict[str, Any]:
        return _merged(fields.get("__proto__"))


@MUTANTS.broken("prototype-polluted", "FMT-13")
class PrototypePolluted(Delving):
    """An Author inside ``constructor.prototype`` is from then on that of all who give none."""

    prototype = ""

    def inner(self, fields: dict[str, Any]) -> dict[str, Any]:
        constructor = fields.get("constructor")
        found = constructor.get("prototype") if isinstance(constructor, dict) else None
        if isinstance(found, dict) and isinstance(found.get("Author"), str):
            PrototypePolluted.prototype = found["Author"]
        return {"Author": self.prototype} if self.prototype else {}


@MUTANTS.broken("fields-of-any-object", "FMT-13")
class FieldsOfAnyObject(Delving):
    """Message and Author that are missing are looked for in the objects inside the message."""

    def inner(self, fields: dict[str, Any]) -> dict[str, Any]:
        return _merged(*fields.values())


@MUTANTS.broken("envelope-opened", "FMT-13")
class EnvelopeOpened(Delving):
    """What other protocols carry in ``data`` or ``payload`` is taken for the message."""

    def inner(self, fields: dict[str, Any]) -> dict[str, Any]:
        return _merged(fields.get("data"), fields.get("payload"))


@MUTANTS.broken("envelope-of-one", "FMT-13")
class EnvelopeOfOne(Delving):
    """The first of ``params``, as a call with arguments has them, is taken for the message."""

    def inner(self, fields: dict[str, Any]) -> dict[str, Any]:
        params = fields.get("params")
        return _merged(*params[:1]) if isinstance(params, list) else {}


@MUTANTS.broken("fields-of-any-depth", "FMT-13")
class FieldsOfAnyDepth(Delving):
    """Message and Author are found in arrays and at any depth."""

    def inner(self, fields: dict[str, Any]) -> dict[str, Any]:
        return _merged(*_all_inside(fields.get("A")), *_all_inside(fields.get("List")))


def _all_inside(value: Any) -> list[Any]:
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(found for each in inside for found in _all_inside(each))]


@MUTANTS.broken("fields-of-a-text", "FMT-13")
class FieldsOfAText(Delving):
    """A string that holds JSON is read once more."""

    def inner(self, fields: dict[str, Any]) -> dict[str, Any]:
        found = {}
        for value in fields.values():
            try:
                found.update(_merged(json.loads(value)))
            except (ValueError, TypeError, RecursionError):
                continue
        return found


class ClaimedUsers(Room):
    """A room that lists whom a member ever said to be there, too."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._claimed: set[str] = set()

    def userlist(self) -> Userlist:
        return Userlist((*super().userlist().Users, *map(User, self._claimed)))

    def publish(self, member: Member, message: str) -> None:
        super().publish(member, message)
        users = member.claims.get("Users") if isinstance(member, Trusting) else None
        rows = [row for row in users if isinstance(row, dict)] if isinstance(users, list) else []
        self._claimed.update(row["Name"] for row in rows if isinstance(row.get("Name"), str))


@MUTANTS.broken("users-claimed", "FMT-13", parts=Parts(room=ClaimedUsers))
class UsersClaimed(Trusting):
    """Whom a client's message names as Users is listed as a member."""

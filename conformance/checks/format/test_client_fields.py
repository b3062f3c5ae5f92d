"""FMT: which fields a client's message has, however its JSON is written."""

import base64
import json
import secrets
from collections.abc import Callable, Sequence

from ...findings import Broken
from ...messages.matchers import brief, names_of, userlist
from ...payloads.chat_payload import new_message
from ...requirement import cases, requirement
from ...steps.common import outlive
from ...wire.client import Client
from ...wire.messages import Said
from ...wire.transcript import Intent
from ...wire.wire import Wire

# FMT-12: names exactly, in any order, however they are written.

NAME = "Zo\u00eb \U0001f600"
NAME_ESCAPED = "Zo\\u00eb \\uD83D\\ude00"


def compact(message: str, name: str = NAME) -> str:
    """Return the message without any white space."""
    return f'{{"Message":"{message}","Author":"{name}"}}'


def escaped(text: str) -> str:
    """Return ``text`` with each character as an escape."""
    return "".join(f"\\u{ord(char):04x}" for char in text)


def spaced(*tokens: str) -> str:
    """Return the tokens with white space of all four kinds around each."""
    return "".join(f"\t \n\r{token}\r\n \t" for token in tokens)


MUCH = " " * 2000 + "\n" * 2000
SPELLINGS: dict[str, Callable[[str], str]] = {
    "Author-first": lambda message: f'{{"Author":"{NAME}","Message":"{message}"}}',
    "Type-first": lambda message: f'{{"Type":"Chat","Message":"{message}","Author":"{NAME}"}}',
    "Type-between": lambda message: f'{{"Author":"{NAME}","Type":"Chat","Message":"{message}"}}',
    "Type-last": lambda message: f'{{"Message":"{message}","Author":"{NAME}","Type":"Chat"}}',
    "compact": compact,
    "pretty": lambda message: json.dumps({"Message": message, "Author": NAME}, indent=4, ensure_ascii=False),
    "white-space": lambda message: spaced(
        "{", '"Message"', ":", f'"{message}"', ",", '"Author"', ":", f'"{NAME}"', "}"
    ),
    "much-white-space": lambda message: f'{MUCH}{{"Message":{MUCH}"{message}","Author":"{NAME}"}}{MUCH}',
    "names-escaped": lambda message: f'{{"\\u004dessage":"{message}","Aut\\u0068or":"{NAME}"}}',
    "all-escaped": lambda message: (
        f'{{"{escaped("Message")}":"{escaped(message)}","{escaped("Author")}":"{NAME_ESCAPED}"}}'
    ),
    "solidus-escaped": lambda message: compact(message.replace("/", "\\/")),
    "padding-escaped": lambda message: compact(message.replace("=", "\\u003D")),
    "surrogate-pairs": lambda message: compact(message, NAME_ESCAPED),
}


@requirement("FMT-12", "written")
@cases("spelling", SPELLINGS)
def test_a_message_is_the_same_however_it_is_written(wire: Wire, spelling: Callable[[str], str]) -> None:
    """The fields of a client's message may stand in any order and be written in any way that JSON has: with
    white space, with escapes.
    """
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    message = base64.b64encode(b"\xff\xff\xfe\xfb" + secrets.token_bytes(9)).decode()
    ann.send_text(spelling(message), "good")
    said = Said(ann.wsid, room, message)
    for client in (ann, bob):
        seen = wire.expect(client, said.as_chat)
        if seen.get("Author") != NAME:
            raise Broken.of_field("Author", NAME, seen.get("Author"), client.name)


OTHER_NAMES: dict[str, Sequence[tuple[str, str]]] = {
    "lower-case": [("message", "author")],
    "upper-case": [("MESSAGE", "AUTHOR")],
    "mixed-case": [("mEsSaGe", "aUTHOR"), ("messagE", "authoR")],
    "space-before": [(" Message", " Author"), ("\tMessage", "\nAuthor"), ("\u00a0Message", "\u3000Author")],
    "space-after": [("Message ", "Author "), ("Message\r\n", "Author\t")],
    "NUL": [("Message\0", "Author\0"), ("Message\0x", "Author\0x"), ("\0Message", "\0Author")],
    "full-width": [
        ("\uff2dessage", "\uff21uthor"),
        (
            "".join(chr(ord(char) + 0xFEE0) for char in "Message"),
            "".join(chr(ord(char) + 0xFEE0) for char in "Author"),
        ),
    ],
    "long-s": [("Me\u017f\u017fage", "author\u017f"), ("mes\u017fage", "\u24b6uthor")],
    "sharp-s": [("Me\u00dfage", "\u00c5uthor"), ("Me\u1e9eage", "A\u00fcthor")],
    "accents": [("M\u00e9ssage", "Auth\u00f4r"), ("Me\u0301ssage", "Autho\u0302r")],
    "invisible": [
        ("Mess\u200bage", "Auth\u200bor"),
        ("Mes\u00adsage", "Au\u00adthor"),
        ("\ufeffMessage", "\ufeffAuthor"),
        ("Message\u200e", "\u2060Author"),
    ],
    "longer-and-shorter": [("Messages", "Authors"), ("Messag", "Auth"), ("Message1", "Author_"), ("M", "A")],
    "in-other-words": [
        ("Text", "Name"),
        ("msg", "nick"),
        ("content", "username"),
        ("body", "User"),
        ("data", "from"),
        ("Payload", "Sender"),
        ("Chat", "Nickname"),
    ],
    "of-a-path": [("$.Message", "$.Author"), ("/Message", "/Author"), ("Message[]", "Author[]")],
}
"""Names that are not ``Message`` and ``Author``, in pairs."""


@requirement("FMT-12", "other-name")
@cases("pairs", OTHER_NAMES)
def test_another_name_is_another_field(wire: Wire, pairs: Sequence[tuple[str, str]]) -> None:
    """Field names are compared exactly: a name that differs in anything is another field."""
    poisons = Poisons(wire)
    for pair in pairs:
        message, author = (json.dumps(name) for name in pair)
        wrong_message, wrong_author = f'{message}:"{poisons.message}"', f'{author}:"{poisons.name}"'
        poisons.send(f"{{{wrong_message}}}", "bad")
        poisons.send(f"{{{wrong_author}}}", "bad")
        poisons.send(f"{{{wrong_author},{wrong_message}}}", "bad")
        poisons.send(f'{{"Author":"{poisons.good_name}",{wrong_message}}}', "open")
        for place in (f"{wrong_message},{wrong_author},GOOD", f"GOOD,{wrong_message},{wrong_author}"):
            poisons.send(f"{{{place.replace('GOOD', poisons.good())}}}", "open")
        for place in (f"{wrong_author},GOOD", f"GOOD,{wrong_author}"):
            named = f'{poisons.good()},"Author":"{poisons.good_name}"'
            poisons.send(f"{{{place.replace('GOOD', named)}}}", "open")
    poisons.expect_untaken()


# FMT-13: nothing from inside another value.

ENVELOPES = (
    *("data", "payload", "body", "content", "params", "args", "msg", "message", "chat", "publish"),
    *("event", "detail", "value", "fields", "attributes", "request", "command", "options", "author", "user"),
    *("Payload", "Body", "Content", "Params", "Msg", "Event", "Detail", "Value", "Fields", "User", "d", "p"),
)
"""Names under which other protocols put what they carry."""

NESTS: dict[str, str] = {
    "__proto__": '"__proto__":{INNER}',
    "constructor": '"constructor":{"prototype":{INNER}},"prototype":{INNER}',
    "object": '"Data":{INNER}',
    "Chat-object": '"Chat":{"Type":"Chat",INNER}',
    "empty-name": '"":{INNER}',
    "deep-inside": '"A":{"B":[{"C":{INNER}}]}',
    "array": '"List":[{INNER},{INNER}]',
    "text": '"Json":"TEXT"',
    "users": '"Users":[{"Name":"NAME",INNER}]',
    "envelopes": ",".join(f'"{name}":{{INNER}}' for name in ENVELOPES),
    "arrays-of-one": ",".join(f'"{name}":[{{INNER}}]' for name in ENVELOPES),
}
"""Further fields with others inside."""


@requirement("FMT-13")
@cases("nest", NESTS)
def test_what_stands_inside_another_value_is_no_field(wire: Wire, nest: str) -> None:
    """What stands inside another value, `__proto__` or whatever its name is, is no field of the message."""
    poisons = Poisons(wire)
    message, author = f'"Message":"{poisons.message}"', f'"Author":"{poisons.name}"'
    both, the_message, the_author = (
        nest.replace("INNER", inner).replace("TEXT", f"{{{inner}}}".replace('"', '\\"'))
        for inner in (f"{message},{author}", message, author)
    )
    both = both.replace("NAME", poisons.name)
    poisons.send(f"{{{both}}}", "bad")
    poisons.send(f'{{"Type":"Chat",{both}}}', "bad")
    poisons.send(f"{{{the_author}}}", "bad")
    poisons.send(f'{{"Author":"{poisons.good_name}",{the_message}}}', "open")
    poisons.send(f"{{{both},{poisons.good()}}}", "open")
    poisons.send(f"{{{poisons.good()},{both}}}", "open")
    poisons.send(f'{{{the_author},{poisons.good()},"Author":"{poisons.good_name}"}}', "open")
    poisons.expect_untaken(by_the_list=True)


class Poisons:
    """A Message and a name that stand only where they do not count, so that nobody may ever hear of them."""

    def __init__(self, wire: Wire) -> None:
        self.message = new_message()
        self.name = wire.new_name()
        self.good_name = wire.new_name()
        self._wire = wire
        self._room = wire.new_room()
        self._sender, self._witness = wire.join_many(self._room, self._room)

    @staticmethod
    def good() -> str:
        """Return a ``Message`` as it should be."""
        return f'"Message":"{new_message()}"'

    def send(self, text: str, intent: Intent) -> None:
        """Send a message that holds a poison, and another one behind it."""
        self._sender.send_text(text, intent)
        self._sender = outlive(self._wire, self._sender, self._witness)

    def expect_untaken(self, by_the_list: bool = False) -> None:
        """Fail if anybody has heard of a poison, or does now, by a userlist too if that is asked."""
        late = self._wire.join(self._room)
        if by_the_list and "presence" not in self._wire.transcript.head.lacks:
            self._wire.expect_so_far(late, userlist(), within=self._wire.deadlines.presence)
        for speaker in (self._witness, late, self._sender):
            self._wire.fence(speaker, self._witness, late, self._sender)
        for client in self._wire.clients:
            self._expect_untaken(client)

    def _expect_untaken(self, client: Client) -> None:
        for message in client.messages:
            document = message.document
            heard = {document.get("Message"), document.get("Author"), *names_of(document)}
            if heard & {self.message, self.name}:
                allowed = (
                    f"no Message {self.message!r}, which no field of that name held, and no {self.name!r}"
                )
                raise Broken(allowed, brief(document), client.name)

"""SEC: what a name or a room may do beyond being shown, and which pages may connect."""

import secrets

from ...configuration.profile import Profile
from ...findings import Broken
from ...messages.matchers import error, userlist_with
from ...requirement import cases, requirement
from ...steps.common import has_ended
from ...wire.client import Client
from ...wire.wire import Wire

# SEC-6

MARKUP = {
    "script": "<script>alert(1)</script>",
    "image": "\"><img src=x onerror='alert(1)'>",
    "entities": "&lt;b&gt; &amp;amp; &#60;",
    "template": "{{7*7}} ${7*7} <%= 7 %>",
    "url": "javascript:alert(1)//",
    "quotes": "'\"`;--",
}


@requirement("SEC-6", "message")
@cases("markup", MARKUP)
def test_markup_in_a_message_passes_through_as_data(wire: Wire, markup: str) -> None:
    """Markup and script in `Message` pass through unchanged as data."""
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    wire.expect_chat(ann.say(markup), ann, bob)


@requirement("SEC-6", "author")
@cases("markup", MARKUP)
def test_markup_in_an_author_passes_through_as_data(wire: Wire, markup: str) -> None:
    """Markup and script in `Author` pass through unchanged as data."""
    wire.needs("nick")
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    said = ann.say(Author=markup)
    for client in (ann, bob):
        seen = wire.expect(client, said.as_chat)
        if seen.get("Author") != markup:
            raise Broken.of_field("Author", markup, seen.get("Author"), client.name)
    if "presence" not in wire.transcript.head.lacks:
        wire.expect_so_far(bob, userlist_with(markup, "unknown"), within=wire.deadlines.presence)


# SEC-7

STRANGERS = {
    "another": "https://evil.example",
    "null": "null",
    "with-more-behind": "{}.evil.example",
    "with-a-port": "{}:4443",
    "inside-another": "https://evil.example/{}",
    "of-a-file": "file://",
}


@requirement("SEC-7", "refused")
@cases("origin", STRANGERS)
def test_an_origin_that_is_not_allowed_is_refused(wire: Wire, profile: Profile, origin: str) -> None:
    """An Origin that is not allowed (`null` too) is refused at the handshake with 403."""
    client = ask_from(wire, origin.format(profile.origin))
    wire.expect_answered(client)
    if client.response is None or client.response.status != 403:
        wire.canary()
        seen = f"HTTP {client.response.status}" if client.response else str(client.end)
        raise Broken("HTTP 403", seen, client.name)


@requirement("SEC-7", "accepted")
@cases("told", {"the-allowed-one": True, "none": False})
def test_the_allowed_origin_and_none_are_accepted(wire: Wire, profile: Profile, told: bool) -> None:
    """The allowed Origin, told in the profile, and no Origin at all are accepted."""
    client = ask_from(wire, profile.origin if told else None)
    wire.expect_greeted(client)
    wire.fence(client)


def ask_from(wire: Wire, origin: str | None) -> Client:
    """Send the handshake of a page of this Origin, or of no page."""
    room = wire.new_room()
    client = wire.dial(room, wire.target.of_room(room))
    client.send_request(wire.request(wire.target.of_room(room)).but(Origin=origin))
    return client


# SEC-8

BREAKS = {"CR-LF": "\r\n", "LF": "\n", "CR": "\r", "NUL": "\0"}


@requirement("SEC-8", "room")
@cases("line_break", BREAKS)
def test_a_line_break_in_the_room_reaches_no_header_and_no_log(wire: Wire, line_break: str) -> None:
    """CR, LF and NUL in the room do not reach a response header, another field, or (bundled server) a log
    line.
    """
    forged = f"X-Forged-{secrets.token_hex(4)}"
    room = f"{wire.new_room()}{line_break}{forged}: yes"
    client = wire.begin(room)
    wire.expect_answered(client)
    expect_no_header(client, forged)
    wire.wait(lambda: client.greeted or has_ended(client))
    if client.is_open:
        said = client.say(intent="open")
        wire.wait(lambda: bool(client.received(said.as_chat_anywhere)) or has_ended(client))
    for message in client.messages:
        expect_no_field(client, message.document, forged)
    wire.note(f"the room is refused: {client.end}" if has_ended(client) else "the room is taken")
    wire.fence(wire.join(wire.new_room()))
    expect_no_line(wire, forged)


@requirement("SEC-8", "name")
@cases("line_break", BREAKS)
def test_a_line_break_in_a_name_reaches_no_other_field_and_no_log(wire: Wire, line_break: str) -> None:
    """CR, LF and NUL in the name do not reach another field, or (bundled server) a log line."""
    wire.needs("nick")
    forged = f"X-Forged-{secrets.token_hex(4)}"
    room = wire.new_room()
    ann, bob = wire.join_many(room, room)
    name = f"ann{line_break}{forged}: yes"
    said = ann.say(Author=name, intent="open")
    wire.wait(lambda: bool(ann.received(error()) or ann.received(said.as_chat)) or ann.is_over)
    wire.fence(bob)
    for client in (ann, bob):
        for seen in client.messages:
            expect_no_field(client, seen.document, forged)
    wire.note("the name is taken" if bob.received(said.as_chat) else "the name is refused")
    newcomer = wire.join(room)
    expect_no_header(newcomer, forged)
    expect_no_line(wire, forged)


def expect_no_header(client: Client, forged: str) -> None:
    """Fail if the answer to the handshake has the forged header, or a header with a bare CR, LF or NUL."""
    headers = () if client.response is None else client.response.headers
    for name, value in headers:
        if name.lower() == forged.lower() or any(each in name + value for each in "\r\n\0"):
            raise Broken(
                f"no header {forged}, and none with CR, LF or NUL", f"{name}: {value!r}", client.name
            )


def expect_no_field(client: Client, message: dict[str, object], forged: str) -> None:
    """Fail if a message has the forged field, or the line break with it in another field than its own."""
    for name, value in message.items():
        broken = name not in ("Room", "Author") and any(each in str(value) for each in "\r\n\0")
        if forged in name or (broken and forged in str(value)):
            raise Broken("the line break reaches no other field", f"{name}: {value!r}", client.name)


def expect_no_line(wire: Wire, forged: str) -> None:
    """Fail if the server's log, where it is at hand, has a line that begins with what was forged."""
    if wire.target.log is None:
        wire.note("the server's log cannot be seen from here")
        return
    log = wire.target.log.read_bytes()
    for line in log.replace(b"\r", b"\n").replace(b"\0", b"\n").split(b"\n"):
        if line.startswith(forged.encode()):
            raise Broken("no log line that a client wrote", line.decode("utf-8", "replace")[:80])

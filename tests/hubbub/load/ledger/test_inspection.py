"""What a payload is, to one room of one run; on a cursor's way: ``test_room_ledger``."""

import pytest

from hubbub.load.ledger.inspection import BadPayload, Inspector
from hubbub.load.messages.dialect import Dialect, Notice
from hubbub.load.messages.envelope import Envelope, seal
from hubbub.load.messages.message_key import pack
from hubbub.protocol.codec import encode_server_message
from hubbub.protocol.messages import Chat, Error, Status

DIALECT = Dialect()
INSPECTOR = Inspector(DIALECT, run=1, room=3)


def chat(run: int = 1, room: int = 3, author: str = "ann") -> bytes:
    text = seal(Envelope(run, room, 5, 7, 0, 0, DIALECT.origin("load-3", "ann", "w")), 64)
    return encode_server_message(
        Chat(Message=text, Author=author, Room="load-3", WSID="w", Sent="2026-01-02 03:04:05")
    )


def test_a_message_of_the_room_is_its_envelope() -> None:
    found = INSPECTOR.inspect(chat())
    assert isinstance(found, Envelope)
    assert found.key == pack(5, 7)


@pytest.mark.parametrize(
    ("payload", "kind"),
    [(chat(run=2), "corrupt"), (chat(room=4), "misdelivered"), (chat(author="mallory"), "corrupt")],
)
def test_a_message_that_should_not_have_come_is_named_with_its_key(payload: bytes, kind: str) -> None:
    found = INSPECTOR.inspect(payload)
    assert isinstance(found, BadPayload)
    assert (found.kind, found.key) == (kind, pack(5, 7))


def test_what_cannot_be_read_has_no_key() -> None:
    found = INSPECTOR.inspect(b"{")
    assert isinstance(found, BadPayload)
    assert (found.kind, found.key) == ("corrupt", None)


def test_other_messages_are_notices() -> None:
    assert INSPECTOR.inspect(encode_server_message(Status(WSID="w"))) == Notice(None)
    error = INSPECTOR.inspect(encode_server_message(Error(Code="flood", Reason="send less")))
    assert error == Notice("flood: send less")

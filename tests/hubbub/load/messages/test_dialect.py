import json

import pytest

from hubbub.load.messages.dialect import Delivery, Dialect, Notice, Ready, UnreadableError

DIALECT = Dialect()
CHAT = {
    "Type": "Chat",
    "Message": "aGk=",
    "Author": "ann",
    "Room": "r",
    "WSID": "7",
    "Sent": "2016-02-12 10:00:00",
}


@pytest.mark.parametrize(
    ("host", "room", "url"),
    [
        ("ws://h:1/", "lobby", "ws://h:1/?room=lobby"),
        ("ws://h:1", "lobby", "ws://h:1?room=lobby"),
        ("wss://h/csp/user/Chat.Server.cls", "a", "wss://h/csp/user/Chat.Server.cls?room=a"),
        ("ws://h/?token=x%20y", "a", "ws://h/?token=x%20y&room=a"),
        ("ws://h/", "a b&c=ü/", "ws://h/?room=a%20b%26c%3D%C3%BC%2F"),
    ],
)
def test_the_url_names_the_room_and_keeps_what_the_host_says(host: str, room: str, url: str) -> None:
    assert DIALECT.url(host, room) == url


def test_a_publish_is_what_the_tutorials_page_sends() -> None:
    before, after = DIALECT.around('Ann "AA==" A.')
    assert json.loads(before + b"aGk=" + after) == {"Message": "aGk=", "Author": 'Ann "AA==" A.'}


def test_a_status_makes_ready() -> None:
    assert DIALECT.recognise(b'{"Type":"Status","WSID":"7","Message":"hello"}') == Ready("7")


def test_a_chat_is_a_delivery_with_its_origin() -> None:
    expected = Delivery("aGk=", DIALECT.origin("r", "ann", "7"))
    assert DIALECT.recognise(json.dumps(CHAT).encode()) == expected


@pytest.mark.parametrize("forged", ["Author", "Room", "WSID"])
def test_a_forged_field_changes_the_origin(forged: str) -> None:
    delivery = DIALECT.recognise(json.dumps({**CHAT, forged: "mallory"}).encode())
    assert isinstance(delivery, Delivery)
    assert delivery.origin != DIALECT.origin("r", "ann", "7")


def test_an_error_is_a_complaint_and_a_userlist_is_none() -> None:
    error = DIALECT.recognise(b'{"Type":"Error","Code":"flood","Reason":"send less"}')
    assert error == Notice("flood: send less")
    assert DIALECT.recognise(b'{"Type":"userlist","Users":[{"Name":"zoe"},{"Name":"ann"}]}') == Notice(
        None, ("ann", "zoe")
    )


@pytest.mark.parametrize("payload", [b"", b"{", b"hello", b'{"Type":"Chat"}', b'{"Type":"news"}', b"\xff"])
def test_anything_else_is_unreadable(payload: bytes) -> None:
    with pytest.raises(UnreadableError):
        DIALECT.recognise(payload)

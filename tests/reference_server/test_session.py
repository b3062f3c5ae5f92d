"""What one client says, and what it and others hear of it."""

from __future__ import annotations

import asyncio
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from reference_server.log import Log
from reference_server.room import Room, Rooms
from reference_server.session import Session

if TYPE_CHECKING:
    from tests.reference_server.conftest import Network

TEXT, BINARY = 0x1, 0x2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "bad-json"),
        (b"hello", "bad-json"),
        (b'{"Message":"aGk="} {}', "bad-json"),
        (b'\xef\xbb\xbf{"Message":"aGk="}', "bad-json"),
        (b'{"Message":"aGk=","x":NaN}', "bad-json"),
        (b'{"Message":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "bad-message"),
        (b"[]", "bad-message"),
        (b"{}", "bad-message"),
        (b'{"Message":1}', "bad-message"),
        (b'{"Message":"a b="}', "bad-base64"),
        (b'{"Message":"aGk=","Type":"Status"}', "bad-type"),
        (b'{"Message":"aGk=","Author":"\\u0007"}', "bad-name"),
    ],
)
def test_a_bad_message_is_told_to_its_sender_alone(network: Network, text: bytes, code: str) -> None:
    offender, other = network.join(), network.join()
    offender.send_frame(TEXT, text)
    error = offender.next("Error")
    assert error["Code"] == code
    assert error["Reason"]
    offender.publish("Z29vZA==")
    assert other.next("Chat")["Message"] == "Z29vZA=="
    assert offender.next("Chat")["Message"] == "Z29vZA=="


def test_a_binary_message_is_refused(network: Network) -> None:
    member = network.join()
    member.send_frame(BINARY, b'{"Message":"aGk="}')
    assert member.next("Error")["Code"] == "binary"


def test_a_refused_message_does_not_rename_its_sender(network: Network) -> None:
    member = network.join()
    member.publish("not base64", Author="Ann")
    assert member.next("Error")
    member.publish()
    assert member.next("Chat")["Author"] == "unknown"


def test_a_name_counts_from_its_message_on(network: Network) -> None:
    member = network.join()
    member.publish()
    member.publish(Author="Ann")
    member.publish()
    assert [member.next("Chat")["Author"] for _ in range(3)] == ["unknown", "Ann", "Ann"]


def test_a_name_alone_renames_without_a_chat(network: Network) -> None:
    member = network.join()
    member.send_frame(TEXT, b'{"Author":"<b>Ann</b>"}')
    while member.next("userlist")["Users"] != [{"Name": "<b>Ann</b>"}]:
        pass
    member.publish()
    assert member.next("Chat")["Author"] == "<b>Ann</b>"


def test_what_the_server_says_of_a_chat_replaces_what_the_client_said(network: Network) -> None:
    member = network.upgrade()
    wsid = member.message()["WSID"]
    member.publish(Room="elsewhere", WSID="forged", Sent="1999-01-01 00:00:00", Type="Chat", extra=[1])
    chat = member.next("Chat")
    assert (chat["Room"], chat["WSID"]) == (network.room, wsid)
    assert chat["Sent"] > "2020"
    assert set(chat) == {"Type", "Message", "Author", "Room", "WSID", "Sent"}


def test_the_room_is_not_told_of_another_rooms_chats(network: Network) -> None:
    here, there = network.join(), network.join(network.room + "x")
    here.publish("aGVyZQ==")
    assert here.next("Chat")
    there.publish("dGhlcmU=")
    assert there.next("Chat")["Message"] == "dGhlcmU="


def test_each_connection_has_an_id_of_its_own(network: Network) -> None:
    greetings = [network.upgrade().message() for _ in range(20)]
    assert {greeting["Type"] for greeting in greetings} == {"Status"}
    assert len({greeting["WSID"] for greeting in greetings}) == 20


def test_markup_passes_as_data(network: Network) -> None:
    member = network.join()
    member.publish("PHNjcmlwdD4=", Author='"><script>&')
    chat = json.loads(json.dumps(member.next("Chat")))
    assert (chat["Message"], chat["Author"]) == ("PHNjcmlwdD4=", '"><script>&')


class Deaf:
    """A client that takes all that it is sent, and looks at none of it."""

    window = 0

    def write(self, frames: bytes) -> None:
        """Take the frames."""

    def close(self, code: int, reason: str) -> None:
        """Never needed."""


def test_at_debug_what_a_member_asks_for_is_logged_without_its_words() -> None:
    async def chat(stream: io.StringIO) -> str:
        log = Log("debug", stream)
        session = Session(Deaf(), Rooms(Room), "tea", log)
        session.receive(b'{"Message":"aGk=","Author":"Ann"}', is_text=True)
        session.receive(b"{}", is_text=True)
        session.end("tcp-end")
        log.close()
        return session.wsid

    stream = io.StringIO()
    wsid = asyncio.run(chat(stream))
    lines = stream.getvalue().splitlines()
    events = [re.findall(r"event=(\S+)", line)[0] for line in lines]
    assert events == ["join", "rename", "message", "message-refused", "leave"]
    assert all(f"wsid={wsid} room=tea" in line for line in lines)
    assert "Ann" not in stream.getvalue()
    assert "aGk" not in stream.getvalue()

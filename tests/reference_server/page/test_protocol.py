"""The page's own reading and writing of the protocol, module by module, in the browser that runs it."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., Any]

RLO = "\N{RIGHT-TO-LEFT OVERRIDE}"
TEXTS = [
    "a",
    "ab",
    "abc",
    "Grüße",
    "😀",
    "שלום",
    "\0",
    "\N{BYTE ORDER MARK}x",
    " two  spaces ",
    "<b>",
    "x" * 40_000,
]
NAMES = ["a", "Ada Lovelace", "😀" * 64, "שלום", "<b>", "../", '"']
NO_NAMES = ["x" * 65, "😀" * 65, "a\tb", "\x7f", "\x85", "a\N{LINE SEPARATOR}b", RLO, "\ud800"]
LINES = {
    "/nick Ada": {"command": "nick", "argument": "Ada"},
    "/nick  Ada Lovelace ": {"command": "nick", "argument": "Ada Lovelace"},
    "/Nick Ada": {"command": "nick", "argument": "Ada"},
    "/nick": {"command": "nick", "argument": ""},
    "/nick ": {"command": "nick", "argument": ""},
    "/nick a\nb": {"command": "nick", "argument": "a\nb"},
    "/nickel": {"command": "nickel", "argument": ""},
    "/me waves": {"command": "me", "argument": "waves"},
    "/выход": {"command": "выход", "argument": ""},
    " /nick Ada": {"text": " /nick Ada"},
    "/etc/passwd": {"text": "/etc/passwd"},
    "/": {"text": "/"},
    "/ nick": {"text": "/ nick"},
    "// a comment": {"text": "// a comment"},
    "either/or": {"text": "either/or"},
    "hello": {"text": "hello"},
}
ROOMS = {
    "": "default",
    "?": "default",
    "?room=": "default",
    "?room=tea": "tea",
    "?x=1&room=tea&room=coffee": "tea",
    "?room=&room=tea": "default",
    "?room=a+b%2Bc": "a b+c",
    "?room=%F0%9F%8D%B5": "🍵",
    "?room=a=b": "a=b",
}
NO_ROOMS = ["?room=%", "?room=%zz", "?room=%ff", "?room=%0a", "?room=" + "x" * 65]
MESSAGES = [
    '{"Type": "Chat", "Message": "YQ==", "Author": "a", "Room": "r", "WSID": "w", "Sent": "s"}',
    '{"Type": "Status", "WSID": "w", "Message": "of the original server"}',
    '{"Type": "userlist", "Users": []}',
    '{"Type": "userlist", "Users": [{"Name": "a", "Since": 3}]}',
    '{"Type": "Error", "Code": "c", "Reason": "r"}',
]
NO_MESSAGES = [
    *("", "nonsense", "null", "3", "[]", '"Type"', "{}", '{"Type": 3}', '{"Type": "Chat"'),
    '{"Type": "Chat", "Message": 3, "Author": "a", "Room": "r", "WSID": "w", "Sent": "s"}',
    '{"Type": "Status"}',
    '{"Type": "userlist", "Users": {}}',
    '{"Type": "userlist", "Users": [null]}',
    '{"Type": "Error", "Code": "c"}',
    '{"Type": "constructor"}',
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_becomes_the_base64_of_its_utf_8(call: Call, text: str) -> None:
    assert call("protocol", "encodeText", text) == b64encode(text.encode()).decode()


@pytest.mark.parametrize("text", TEXTS)
def test_the_base64_of_utf_8_becomes_its_text(call: Call, text: str) -> None:
    assert call("protocol", "decodeText", b64encode(text.encode()).decode()) == text


def test_bytes_that_are_not_utf_8_are_read_as_the_tutorials_page_sends_them(call: Call) -> None:
    assert call("protocol", "decodeText", b64encode("Grüße".encode("latin-1")).decode()) == "Grüße"


def test_what_is_not_base64_is_shown_as_it_stands(call: Call) -> None:
    assert call("protocol", "decodeText", "plain words!") == "plain words!"


@pytest.mark.parametrize(("line", "meaning"), LINES.items())
def test_a_line_is_a_command_or_a_text(call: Call, line: str, meaning: dict[str, str]) -> None:
    assert call("protocol", "parseLine", line) == meaning


@pytest.mark.parametrize("text", TEXTS)
def test_the_size_of_a_message_is_that_of_its_json_as_utf_8(call: Call, text: str) -> None:
    message = {"Message": text, "Author": "😀"}
    assert call("protocol", "sizeOf", message) == len(
        json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    )


@pytest.mark.parametrize("text", ["x" * 900, "ü" * 450, "😀" * 230, "x\u4f60" * 300])
def test_a_text_is_short_enough_once_as_many_characters_are_left_out_as_its_problem_says(
    call: Call, text: str
) -> None:
    def size(text: str) -> int:
        return len(json.dumps({"Message": b64encode(text.encode()).decode(), "Author": "Ada"}).encode())

    problem = call("protocol", "sizeProblem", text, size(text), 500)
    assert f"takes {size(text):,} bytes" in problem
    assert "reads at most 500." in problem
    surplus = int(problem.split("about ")[1].split()[0])
    assert size(text[surplus + 1 :]) <= 500 < size(text[: -surplus // 2])
    assert call("protocol", "sizeProblem", text, size(text), size(text)) == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_script_and_64_code_points_is_allowed(call: Call, name: str) -> None:
    assert call("protocol", "nameProblem", name) == ""


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_the_server_would_refuse_has_its_problem_told(call: Call, name: str) -> None:
    assert "please" in call("protocol", "nameProblem", name)


@pytest.mark.parametrize(("query", "room"), ROOMS.items())
def test_the_room_is_read_from_the_query_as_the_server_reads_it(call: Call, query: str, room: str) -> None:
    assert call("protocol", "roomOfQuery", query) == {"name": room, "problem": ""}


@pytest.mark.parametrize("query", NO_ROOMS)
def test_a_room_that_the_server_would_refuse_has_its_problem_told(call: Call, query: str) -> None:
    assert "please" in call("protocol", "roomOfQuery", query)["problem"]


@pytest.mark.parametrize(("scheme", "socket_scheme"), [("http:", "ws:"), ("https:", "wss:")])
def test_the_chat_is_where_the_page_is_with_its_query_unchanged(
    call: Call, scheme: str, socket_scheme: str
) -> None:
    page = {"protocol": scheme, "host": "chat.example:81", "pathname": "/a/", "search": "?x&room=%F0+"}
    assert call("protocol", "socketUrl", page) == f"{socket_scheme}//chat.example:81/a/?x&room=%F0+"


@pytest.mark.parametrize("data", MESSAGES)
def test_a_message_of_a_server_is_read(call: Call, data: str) -> None:
    assert call("protocol", "parseServerMessage", data) == json.loads(data)


@pytest.mark.parametrize("data", NO_MESSAGES)
def test_what_is_no_message_of_a_server_is_passed_over(call: Call, data: str) -> None:
    assert call("protocol", "parseServerMessage", data) is None


def test_sent_is_utc(call: Call) -> None:
    assert call("protocol", "sentTime", "2016-02-12 08:30:00").isoformat() == "2016-02-12T08:30:00+00:00"


@pytest.mark.parametrize(
    ("failures", "longest"), [(0, 500), (1, 1000), (2, 2000), (6, 30_000), (900, 30_000)]
)
def test_the_back_off_doubles_up_to_half_a_minute(call: Call, failures: int, longest: int) -> None:
    assert call("connection", "backoff", failures, 1) == longest


def test_the_back_off_is_jittered_between_half_and_all_of_itself(call: Call) -> None:
    assert call("connection", "backoff", 3, 0) == 2000
    assert 2000 <= call("connection", "backoff", 3) <= 4000

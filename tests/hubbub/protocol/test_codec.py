"""Golden tables for the codec: what is read, what is refused and why, what is written, byte by byte."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.protocol.codec import (
    BadMessageError,
    ErrorCode,
    decode_publish,
    decode_server_message,
    encode_publish,
    encode_server_message,
)
from hubbub.protocol.messages import Chat, Error, Publish, Status, User, Userlist
from hubbub.protocol.names import MAX_NAME

ACCEPTED = {
    "message and author": ('{"Message":"aGk=","Author":"Ada"}', Publish("aGk=", "Ada")),
    "message alone": ('{"Message":"aGk="}', Publish("aGk=", None)),
    "rename alone": ('{"Author":"Ada"}', Publish(None, "Ada")),
    "empty message": ('{"Message":""}', Publish("", None)),
    "empty author counts as absent": ('{"Message":"aGk=","Author":""}', Publish("aGk=", None)),
    "white space around": (' {\n"Message" : "aGk=" }\t', Publish("aGk=", None)),
    "escaped field name": (r'{"\u004dessage":"aGk="}', Publish("aGk=", None)),
    "escaped author": (r'{"Author":"\ud83d\ude00 \"x\" \\"}', Publish(None, '😀 "x" \\')),
    "type Chat": ('{"Type":"Chat","Message":"aGk="}', Publish("aGk=", None)),
    "unknown fields": ('{"Message":"aGk=","__proto__":{"a":[1,null]},"x":1e999}', Publish("aGk=", None)),
    "forged fields": ('{"Message":"aGk=","Room":5,"WSID":"x","Sent":[]}', Publish("aGk=", None)),
    "64 code points": (json.dumps({"Author": "😀" * MAX_NAME}), Publish(None, "😀" * MAX_NAME)),
    "non-zero trailing bits": ('{"Message":"aGl="}', Publish("aGl=", None)),
}

REFUSED = {
    "not JSON": ("hello", ErrorCode.BAD_JSON),
    "empty text": ("", ErrorCode.BAD_JSON),
    "number": ("5", ErrorCode.BAD_MESSAGE),
    "string": ('"hello"', ErrorCode.BAD_MESSAGE),
    "array": ("[]", ErrorCode.BAD_MESSAGE),
    "null": ("null", ErrorCode.BAD_MESSAGE),
    "two documents": ('{"Message":"aGk="} {"Message":"aGk="}', ErrorCode.BAD_JSON),
    "trailing garbage": ('{"Message":"aGk="}x', ErrorCode.BAD_JSON),
    "byte-order mark": ('\ufeff{"Message":"aGk="}', ErrorCode.BAD_JSON),
    "NaN": ('{"Message":"aGk=","x":NaN}', ErrorCode.BAD_JSON),
    "Infinity deep": ('{"Message":"aGk=","x":[{"y":-Infinity}]}', ErrorCode.BAD_JSON),
    "lone high surrogate": (r'{"Author":"\ud800"}', ErrorCode.BAD_JSON),
    "lone low surrogate": (r'{"Author":"\udc00"}', ErrorCode.BAD_JSON),
    "lone surrogate unread": (r'{"Message":"aGk=","x":"\ud800 "}', ErrorCode.BAD_JSON),
    "lone surrogate in a name": (r'{"Message":"aGk=","\udc00":1}', ErrorCode.BAD_JSON),
    "surrogate code point": ('{"Message":"aGk=","x":"\udc00"}', ErrorCode.BAD_JSON),
    "duplicate Message": ('{"Message":"aGk=","Message":"eW8="}', ErrorCode.BAD_JSON),
    "duplicate by escape": (r'{"Message":"aGk=","\u004dessage":"eW8="}', ErrorCode.BAD_JSON),
    "duplicate deep": ('{"Message":"aGk=","x":[{"a":1,"a":2}]}', ErrorCode.BAD_JSON),
    "duplicate unknown": ('{"Message":"aGk=","x":1,"x":1}', ErrorCode.BAD_JSON),
    "deep Message": ('{"Message":' + "[" * 10_000 + "]" * 10_000 + "}", ErrorCode.BAD_MESSAGE),
    "deep unknown": ('{"Message":"aGk=","x":' + "[" * 10_000 + "]" * 10_000 + "}", ErrorCode.BAD_JSON),
    "control character": ('{"Author":"a\nb"}', ErrorCode.BAD_JSON),
    "nothing to do": ("{}", ErrorCode.BAD_MESSAGE),
    "empty author alone": ('{"Author":""}', ErrorCode.BAD_MESSAGE),
    "Message null": ('{"Message":null}', ErrorCode.BAD_MESSAGE),
    "Message number": ('{"Message":1e999}', ErrorCode.BAD_MESSAGE),
    "Author object": ('{"Message":"aGk=","Author":{}}', ErrorCode.BAD_MESSAGE),
    "base64 with junk": ('{"Message":"aG!k="}', ErrorCode.BAD_BASE64),
    "base64 with space": ('{"Message":"aG k="}', ErrorCode.BAD_BASE64),
    "base64 with a line end": (r'{"Message":"aGk=\n"}', ErrorCode.BAD_BASE64),
    "base64 of the URL alphabet": ('{"Message":"-_-_"}', ErrorCode.BAD_BASE64),
    "base64 without padding": ('{"Message":"aGk"}', ErrorCode.BAD_BASE64),
    "base64 with more padding": ('{"Message":"aGk=="}', ErrorCode.BAD_BASE64),
    "base64 of padding": ('{"Message":"===="}', ErrorCode.BAD_BASE64),
    "base64 not ASCII": ('{"Message":"aGké"}', ErrorCode.BAD_BASE64),
    "type Status": ('{"Type":"Status","Message":"aGk="}', ErrorCode.BAD_TYPE),
    "type of other case": ('{"Type":"chat","Message":"aGk="}', ErrorCode.BAD_TYPE),
    "type number": ('{"Type":1,"Message":"aGk="}', ErrorCode.BAD_MESSAGE),
    "65 code points": (json.dumps({"Author": "a" * (MAX_NAME + 1)}), ErrorCode.BAD_NAME),
    "name with a line end": (r'{"Author":"a\nb"}', ErrorCode.BAD_NAME),
    "name with an override": (r'{"Author":"\u202eabc"}', ErrorCode.BAD_NAME),
}

WRITTEN = {
    "Chat": (
        Chat(Message="aGk=", Author='"é', Room="tea", WSID="w1", Sent="2016-02-12 10:15:00"),
        '{"Type":"Chat","Message":"aGk=","Author":"\\"é","Room":"tea","WSID":"w1",'
        '"Sent":"2016-02-12 10:15:00"}',
    ),
    "Status": (Status("w1"), '{"Type":"Status","WSID":"w1"}'),
    "userlist": (Userlist((User("a"), User("a"))), '{"Type":"userlist","Users":[{"Name":"a"},{"Name":"a"}]}'),
    "Error": (Error("bad-json", "say why"), '{"Type":"Error","Code":"bad-json","Reason":"say why"}'),
}


@pytest.mark.parametrize(("text", "publish"), ACCEPTED.values(), ids=ACCEPTED)
def test_a_good_message_is_read(text: str, publish: Publish) -> None:
    assert decode_publish(text) == publish
    assert decode_publish(text.encode()) == publish


@pytest.mark.parametrize(("text", "code"), REFUSED.values(), ids=REFUSED)
def test_a_bad_message_is_refused_with_its_code_and_advice(text: str, code: ErrorCode) -> None:
    with pytest.raises(BadMessageError) as refused:
        decode_publish(text)
    assert refused.value.code == code
    assert "; " in refused.value.reason, "the reason says what to do after a semicolon"


@pytest.mark.parametrize("text", [text for text, _ in ACCEPTED.values()], ids=ACCEPTED)
def test_a_message_cut_off_anywhere_is_refused(text: str) -> None:
    whole = text.strip()
    for end in range(len(whole)):
        with pytest.raises(BadMessageError):
            decode_publish(whole[:end])


@pytest.mark.parametrize("digits", [4_000, 5_000])
def test_a_long_integer_in_an_unknown_field_is_dropped_or_refused(digits: int) -> None:
    text = '{"Message":"aGk=","x":' + "1" * digits + "}"
    try:
        assert decode_publish(text) == Publish("aGk=", None)
    except BadMessageError as error:
        assert error.code == ErrorCode.BAD_JSON


@pytest.mark.parametrize(("message", "text"), WRITTEN.values(), ids=WRITTEN)
def test_a_server_message_is_written_byte_for_byte_and_read_back(
    message: Chat | Status | Userlist | Error, text: str
) -> None:
    assert encode_server_message(message) == text.encode()
    assert decode_server_message(text) == message


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"Type":"chat"}', '{"Type":"Status"}', '{"Type":"Status","WSID":1}']
)
def test_another_servers_bad_message_is_refused(text: str) -> None:
    with pytest.raises(BadMessageError):
        decode_server_message(text)


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), min_size=1, max_size=MAX_NAME
)


@given(st.none() | st.binary(), NAMES)
def test_what_is_written_is_read_back(content: bytes | None, author: str) -> None:
    message = None if content is None else base64.b64encode(content).decode()
    publish = Publish(message, author)
    assert decode_publish(encode_publish(publish)) == publish
    assert decode_publish(json.dumps({"Message": message or "", "Author": author})).author == author


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("Message"), inner),
)


@given(JSON)
def test_whatever_document_comes_it_is_read_or_refused(document: object) -> None:
    text = json.dumps(document)
    try:
        publish = decode_publish(text)
    except BadMessageError:
        return
    assert isinstance(document, dict)
    assert publish.message == document.get("Message")


@given(st.text(st.sampled_from('{}[]":,\\u0dDNa1eE-+. Message')))
def test_whatever_text_comes_it_is_read_or_refused_as_the_strict_reading_says(text: str) -> None:
    def distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        publish = decode_publish(text)
    except BadMessageError:
        return
    assert json.loads(text, object_pairs_hook=distinct).get("Message") == publish.message

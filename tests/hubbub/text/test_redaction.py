import pytest

from hubbub.text.redaction import Redactor, shown_text, shown_url

SHOWN = {
    "ws://h:1/chat": "ws://h:1/chat",
    "ws://h:1/chat?": "ws://h:1/chat?",
    "wss://ann:secret@h/": "wss://h/",
    "wss://ann@h/": "wss://h/",
    "ws://[::1]:8765/?token=secret": "ws://[::1]:8765/?token=...",
    "ws://h/?token=secret&room=lobby&key=secret#x": "ws://h/?token=...&room=lobby&key=...",
    "ws://h/?secret": "ws://h/?...",
    "ws://h/?empty=&a=secret=secret": "ws://h/?empty=&a=...",
    "ws://h/?token=...": "ws://h/?token=...",
    "ws://ann:se?cret@h/": "ws://...",
    "ws://h:port/?token=secret": "ws://...",
    "not a URL": "not a URL",
}


@pytest.mark.parametrize("url", SHOWN)
def test_of_a_url_no_credentials_and_no_values_but_the_rooms_are_shown(url: str) -> None:
    assert shown_url(url) == SHOWN[url]


def test_each_url_of_a_text_is_shown_without_its_secrets() -> None:
    text = "ws://a/?t=secret,wss://u:secret@b/?t=secret: refused (see https://c/?t=secret)."
    assert shown_text(text) == "ws://a/?t=...,wss://b/?t=...: refused (see https://c/?t=...)."
    assert shown_text("locust --host 'ws://a/?t=secret' -u 5") == "locust --host 'ws://a/?t=...' -u 5"
    assert shown_text(shown_text(text)) == shown_text(text)


REDACT = Redactor(
    ["ws://ann:correct%20horse@h/chat?token=t-0123456789&v=1"],
    [
        ("Authorization", "Bearer b-0123456789"),
        ("Cookie", "id=c-0123456789"),
        ("Origin", "https://chat.example"),
    ],
)

TOLD = {
    "locust --header 'Authorization: Bearer b-0123456789'": "locust --header 'Authorization: ...'",
    "--header Cookie:id=c-0123456789": "--header Cookie: ...",
    "GET /chat?token=t-0123456789&v=1&room=a HTTP/1.1": "GET /chat?token=...&v=...&room=a HTTP/1.1",
    "GET /chat?v=10&room=a": "GET /chat?v=10&room=a",
    "the token t-0123456789 is unknown": "the token ... is unknown",
    "correct horse is no password": "... is no password",
    "b-0123456789 has expired": "... has expired",
    "allowed: https://chat.example": "allowed: https://chat.example",
    "nothing of it": "nothing of it",
}


@pytest.mark.parametrize("text", TOLD)
def test_secrets_are_found_wherever_they_stand(text: str) -> None:
    assert REDACT(text) == TOLD[text]
    assert REDACT.octets(text.encode()) == TOLD[text].encode()


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    assert REDACT.octets(b"\xff\x00?v=1&") == b"\xff\x00?v=...&"


def test_without_secrets_there_is_nothing_to_do() -> None:
    assert REDACT
    assert not Redactor(["ws://h/?room=a"])

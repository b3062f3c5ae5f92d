import pytest

from hubbub.text.logfmt import logfmt


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        (1001, "1001"),
        ("ws://[::1]:8765/", "ws://[::1]:8765/"),
        ("", '""'),
        ("two words", '"two words"'),
        ('a="b"', '"a=\\"b\\""'),
        ("Grüße", '"Grüße"'),
        ("a\r\nevent=forged\0", '"a\\r\\nevent=forged\\u0000"'),
        ("\u2028\u202e\x85", '"\\u2028\\u202e\\u0085"'),
    ],
)
def test_no_value_can_forge_a_line_or_a_field(value: object, written: str) -> None:
    assert logfmt({"event": "join", "room": value}) == f"event=join room={written}"

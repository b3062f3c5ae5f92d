"""The rules of names, and how a target names its room."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.protocol.names import MAX_NAME, NameRefusedError, check_name, room_of_target

ROOMS = {
    "no query": ("/", "default"),
    "no room": ("/chat?x=1", "default"),
    "empty": ("/?room=", "default"),
    "no equals sign": ("/?room", "default"),
    "plain": ("/any/path?room=tea", "tea"),
    "among others": ("/?x=1&room=tea&y=2", "tea"),
    "case": ("/?room=Tea", "Tea"),
    "key of other case": ("/?Room=tea", "default"),
    "escaped key": ("/?r%6fom=tea", "tea"),
    "first of two": ("/?room=a&room=b", "a"),
    "first of two, empty": ("/?room=&room=b", "default"),
    "plus is a space": ("/?room=a+b", "a b"),
    "escaped plus": ("/?room=a%2Bb", "a+b"),
    "spaces kept": ("/?room=%20a%20", " a "),
    "slashes": ("/?room=../a", "../a"),
    "equals sign": ("/?room=a=b", "a=b"),
    "semicolon": ("/?room=a;b", "a;b"),
    "ampersand": ("/?room=a%26b", "a&b"),
    "emoji": ("/?room=%F0%9F%98%80", "😀"),
    "not normalised": ("/?room=e%CC%81", "e\u0301"),
    "longest": ("/?room=" + "%C3%A9" * MAX_NAME, "é" * MAX_NAME),
    "bad escape elsewhere": ("/?x=%zz&room=tea", "tea"),
}

REFUSED = {
    "too long": "/?room=" + "a" * (MAX_NAME + 1),
    "line end": "/?room=a%0Ab",
    "nul": "/?room=%00",
    "c1": "/?room=%C2%85",
    "line separator": "/?room=%E2%80%A8",
    "override": "/?room=%E2%80%AE",
    "isolate": "/?room=%E2%81%A6",
    "half an escape": "/?room=a%2",
    "no escape": "/?room=100%",
    "not hexadecimal": "/?room=%zz",
    "not UTF-8": "/?room=%FF",
    "overlong": "/?room=%C0%80",
    "surrogate": "/?room=%ED%A0%80",
}


@pytest.mark.parametrize(("target", "room"), ROOMS.values(), ids=ROOMS)
def test_a_target_names_its_room(target: str, room: str) -> None:
    assert room_of_target(target) == room


@pytest.mark.parametrize("target", REFUSED.values(), ids=REFUSED)
def test_a_bad_room_is_refused_with_advice(target: str) -> None:
    with pytest.raises(NameRefusedError, match="; "):
        room_of_target(target)


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), min_size=1, max_size=MAX_NAME)
)
def test_any_allowed_name_comes_back_as_it_was_sent(name: str) -> None:
    assert room_of_target("/?room=" + quote(name, safe="")) == check_name(name) == name


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126)))
def test_any_target_gives_an_allowed_room_or_is_refused(text: str) -> None:
    try:
        room = room_of_target("/?room=" + text)
    except NameRefusedError:
        return
    assert check_name(room) == room
    assert 1 <= len(room) <= MAX_NAME


@pytest.mark.parametrize("target", ["//[?room=x", "http://[/?room=x", "*?room=x"])
def test_a_target_that_is_no_url_still_names_its_room(target: str) -> None:
    assert room_of_target(target) == "x"


def test_a_raw_control_character_is_not_cut_out_of_the_room() -> None:
    with pytest.raises(NameRefusedError):
        room_of_target("/?room=a\tb")

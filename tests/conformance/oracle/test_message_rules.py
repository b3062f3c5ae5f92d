"""The form of each message: each rule on a message that breaks it, and on the nearest one that does not."""

import json
from typing import Any

import pytest

from conformance.wire import transcript as events
from conformance.wire.framing.frames import Frame, Opcode


@pytest.mark.parametrize(
    "payload",
    [
        b"hello",
        b"",
        b"[]",
        b'{"Type":"Status","WSID":"x","n":NaN}',
        b'{"Type":"Status","WSID":"x","WSID":"x"}',
        b'\xef\xbb\xbf{"Type":"Status","WSID":"x"}',
        b'{"Type":"Status","WSID":"\\ud800"}',
        b'{"Type":"Status","WSID":"x"} {}',
        b'{"Type":"Status","WSID":"\xff"}',
        b'{"WSID":"x"}',
        b'{"Type":1}',
    ],
)
def test_what_is_no_strict_json_object_is_no_message(payload: bytes, talk: Any) -> None:
    talk.get("bob", payload)
    assert talk.broken == ["FMT-1"]


def test_a_binary_message_is_none(talk: Any) -> None:
    talk.receive("bob", Frame(Opcode.BINARY, b'{"Type":"userlist","Users":[]}', masked=False))
    assert talk.broken == ["FMT-1"]


@pytest.mark.parametrize(
    ("message", "requirement"),
    [
        ({"Type": "Userlist", "Users": []}, "FMT-2"),
        ({"Type": "hello"}, "FMT-2"),
        ({"Type": "userlist"}, "FMT-10"),
        ({"Type": "userlist", "Users": ["Ann"]}, "FMT-10"),
        ({"Type": "userlist", "Users": [{"Name": None}]}, "FMT-10"),
        ({"Type": "Error", "Code": 5, "Reason": "no"}, "FMT-11"),
    ],
)
def test_a_type_has_its_fields(message: Any, requirement: str, talk: Any) -> None:
    talk.say("bob", "odd", intent="open")
    talk.get("bob", message)
    assert talk.broken == [requirement]


@pytest.mark.parametrize(
    "message",
    [
        {"Type": "userlist", "Users": []},
        {"Type": "userlist", "Users": [{"Name": "Ann", "Since": 1}], "More": None},
    ],
)
def test_further_fields_are_allowed(message: Any, talk: Any) -> None:
    talk.get("bob", message)
    assert talk.broken == []


@pytest.mark.parametrize("name", ["Author", "Sent"])
def test_a_chat_has_all_of_its_strings(name: str, talk: Any) -> None:
    talk.say("ann", "more")
    talk.hear("ann", "more", "bob", **{name: ...})
    assert "FMT-3" in talk.broken


@pytest.mark.parametrize(
    ("sent", "broken"),
    [
        ("2026-01-01 12:00:06", []),
        ("2026-01-01 11:59:55", []),
        ("2026-01-01T12:00:00", ["FMT-6"]),
        ("2026-13-01 12:00:00", ["FMT-6"]),
        ("2025-02-29 12:00:00", ["FMT-6"]),
        ("2026-01-01 13:00:00", ["FMT-7"]),
        ("2026-01-01 11:00:00", ["FMT-7"]),
    ],
)
def test_sent_is_a_real_time_and_utc(sent: str, broken: list[str], scene: Any) -> None:
    scene.join("ann")
    scene.say("ann", "hello")
    scene.hear("ann", "hello", "ann", Sent=sent)
    assert sorted(set(scene.broken)) == broken


def test_what_was_long_under_way_may_have_been_stamped_at_any_time_between(scene: Any) -> None:
    scene.join("ann")
    scene.say("ann", "hello")
    fields = {"Type": "Chat", "Message": "aGVsbG8=", "Author": "unknown", "Room": "den", "WSID": "#ann"}
    for sent, broken in (("2026-01-01 12:00:01", []), ("2026-01-01 11:59:53", ["FMT-7"])):
        payload = json.dumps(fields | {"Sent": sent}).encode()
        frame = Frame(Opcode.TEXT, payload, masked=False)
        scene.transcript.events[4:] = [events.Received(at=60.0, client="ann", frame=frame)]
        assert scene.broken == broken


def test_sent_does_not_go_back(talk: Any) -> None:
    talk.say("ann", "more")
    talk.hear("ann", "more", "ann", "bob", Sent="2026-01-01 11:59:59")
    assert set(talk.broken) == {"FMT-7"}


def test_the_profile_may_widen_the_clocks_tolerance(new_scene: Any) -> None:
    scene = new_scene(clock_tolerance=7200)
    scene.join("ann")
    scene.say("ann", "hello")
    scene.hear("ann", "hello", "ann", Sent="2026-01-01 13:00:00")
    assert scene.broken == []


def test_a_slow_reader_may_get_old_messages(talk: Any) -> None:
    talk.add(events.Paused, "bob", reading=False)
    talk.say("ann", "old")
    talk.transcript.add(events.Paused(at=60.0, client="bob", reading=True))
    payload = b'{"Type":"Chat","Message":"b2xk","Author":"unknown","Room":"den","WSID":"#ann","Sent":"%s"}'
    frame = Frame(Opcode.TEXT, payload % b"2026-01-01 12:00:00", masked=False)
    talk.transcript.add(events.Received(at=60.1, client="bob", frame=frame))
    assert talk.broken == []


def test_an_error_goes_to_offenders_alone(talk: Any) -> None:
    error = {"Type": "Error", "Code": "bad", "Reason": "mend it"}
    talk.publish("ann", "no object", intent="bad")
    talk.get("ann", error)
    assert talk.broken == []
    talk.get("bob", error)
    assert talk.broken == ["FMT-11"]


def test_a_chat_names_its_room(talk: Any) -> None:
    talk.say("ann", "more")
    talk.hear("ann", "more", "bob", Room="DEN")
    assert talk.broken == ["FMT-5"]


def test_a_chat_bears_a_wsid_that_somebody_has(talk: Any) -> None:
    talk.say("ann", "more")
    talk.hear("nobody", "more", "bob")
    assert talk.broken == ["FMT-5"]


@pytest.mark.parametrize("field", ["Room", "WSID"])
def test_what_a_client_claimed_is_not_passed_on(field: str, talk: Any) -> None:
    talk.say("ann", "more", intent="open", **{field: "claimed"})
    talk.hear("ann", "more", "bob", **{field: "claimed"})
    assert talk.broken == ["FMT-8"]


def test_a_clients_further_fields_are_not_passed_on(talk: Any) -> None:
    talk.say("ann", "more", intent="open", Colour="red")
    talk.hear("ann", "more", "ann")
    assert talk.broken == []
    talk.hear("ann", "more", "bob", Colour="red")
    assert talk.broken == ["FMT-9"]


def test_what_is_not_declared_is_not_judged(new_scene: Any) -> None:
    scene = new_scene(lacks=("presence",))
    scene.join("ann")
    scene.get("ann", {"Type": "userlist", "Users": ["Ann"]})
    assert scene.broken == []

"""The greeting: each rule on a transcript that breaks it, and on the nearest one that does not."""

from typing import Any

from conformance.wire import transcript as events
from conformance.wire.framing.frames import Frame, Opcode, close


def test_status_comes_first(scene: Any) -> None:
    scene.join("ann", greet=False)
    scene.get("ann", {"Type": "userlist", "Users": []})
    scene.get("ann", {"Type": "Status", "WSID": "#ann"})
    assert scene.broken == ["STAT-1"]


def test_a_status_in_a_bad_form_is_judged_for_its_form_alone(scene: Any) -> None:
    scene.join("ann", greet=False)
    scene.get("ann", b'{"Type":"Status","WSID":"x","n":NaN}')
    assert scene.broken == ["FMT-1"]


def test_status_comes_once(talk: Any) -> None:
    talk.get("ann", {"Type": "Status", "WSID": "#ann"})
    assert talk.broken == ["STAT-1"]


def test_who_is_refused_by_close_needs_no_status(scene: Any) -> None:
    scene.join("ann", room=None, greet=False)
    scene.get("ann", {"Type": "Error", "Code": "room", "Reason": "too long"})
    scene.receive("ann", Frame(Opcode.CLOSE, close(1008).payload, masked=False))
    assert scene.broken == []


def test_a_wsid_is_a_non_empty_string(scene: Any) -> None:
    scene.join("ann", greet=False)
    scene.get("ann", {"Type": "Status", "WSID": ""})
    assert scene.broken == ["STAT-2"]


def test_wsids_are_unique_across_rooms(scene: Any) -> None:
    scene.join("ann")
    scene.join("bob", room="attic", greet=False)
    scene.get("bob", {"Type": "Status", "WSID": "#ann"})
    assert scene.broken == ["STAT-2"]


def test_the_wsid_of_one_who_left_may_come_again(scene: Any) -> None:
    scene.join("ann")
    scene.close("ann")
    scene.join("bob", greet=False)
    scene.get("bob", {"Type": "Status", "WSID": "#ann"})
    assert scene.broken == []


def test_the_wsid_of_one_whom_the_server_ended_may_be_seen_again_before_the_end_is(scene: Any) -> None:
    scene.join("ann")
    scene.join("bob", greet=False)
    scene.get("bob", {"Type": "Status", "WSID": "#ann"})
    scene.receive("ann", Frame(Opcode.CLOSE, close(1008).payload, masked=False))
    scene.add(events.Ended, "ann", how="close 1008, then FIN")
    assert scene.broken == []


def test_the_wsid_of_one_whom_the_server_ended_later_is_not_free(scene: Any) -> None:
    scene.join("ann")
    scene.join("bob", greet=False)
    scene.get("bob", {"Type": "Status", "WSID": "#ann"})
    scene.say("ann", "still here")
    scene.hear("ann", "still here", "ann")
    scene.receive("ann", Frame(Opcode.CLOSE, close(1008).payload, masked=False))
    scene.add(events.Ended, "ann", how="close 1008, then FIN")
    assert scene.broken == ["STAT-2"]

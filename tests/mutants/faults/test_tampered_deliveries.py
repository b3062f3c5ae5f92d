"""Each fault does what it says, as often as it is asked for, and its record is exact."""

import json
import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

StartMutant = Callable[..., Any]


def delivered_to(client: Any, messages: list[str]) -> Counter[tuple[str, str]]:
    return Counter((client.wsid, message) for message in messages)


def tampered(record: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((fault["member"], fault["message"]) for fault in record["faults"])


def test_a_dropped_delivery_is_on_record_and_no_other_is_missing(start_mutant: StartMutant) -> None:
    mutant = start_mutant("drop", "--every", "7")
    ann, bob = mutant.join("a"), mutant.join("a")
    published = ann.publish(50)
    record = mutant.stop()
    expected = delivered_to(ann, published) + delivered_to(bob, published)
    arrived = delivered_to(ann, ann.messages()) + delivered_to(bob, bob.messages())
    assert expected - arrived == tampered(record)
    assert not arrived - expected
    assert (record["deliveries"], record["tampered"]) == (100, 14)


def test_a_fault_on_record_names_room_and_publisher(start_mutant: StartMutant) -> None:
    mutant = start_mutant("drop", "--every", "1")
    ann = mutant.join("a")
    (message,) = ann.publish(1)
    fault = {"room": "a", "publisher": ann.wsid, "member": ann.wsid, "message": message, "order": 3}
    assert mutant.stop()["faults"] == [fault]


def test_a_repeated_delivery_comes_twice(start_mutant: StartMutant) -> None:
    mutant = start_mutant("repeat", "--every", "7")
    ann = mutant.join("a")
    published = ann.publish(50)
    record = mutant.stop()
    assert delivered_to(ann, ann.messages()) - delivered_to(ann, published) == tampered(record)
    assert record["tampered"] == 7


def test_a_reordered_delivery_comes_after_its_next(start_mutant: StartMutant) -> None:
    mutant = start_mutant("reorder", "--every", "10")
    ann = mutant.join("a")
    published = ann.publish(50)
    record = mutant.stop()
    late = [fault["message"] for fault in record["faults"]]
    expected = list(published)
    for message in late:
        place = expected.index(message)
        expected[place : place + 2] = reversed(expected[place : place + 2])
    assert ann.messages() == expected[: len(expected) - 1]
    assert late == published[9:49:10], "the fiftieth waits for a next one in vain"


def test_a_held_delivery_is_made_in_order_if_no_next_one_comes(start_mutant: StartMutant) -> None:
    mutant = start_mutant("reorder", "--every", "1")
    ann = mutant.join("a")
    (message,) = ann.publish(1)
    while json.loads(text := ann.socket.recv(timeout=30))["Type"] != "Chat":
        pass
    assert json.loads(text)["Message"] == message
    assert mutant.stop()["faults"] == []


def test_a_misdelivery_reaches_another_room_too(start_mutant: StartMutant) -> None:
    mutant = start_mutant("misdeliver", "--every", "7")
    ann, stranger = mutant.join("a"), mutant.join("b")
    published = ann.publish(50)
    record = mutant.stop()
    assert ann.messages() == published
    assert delivered_to(stranger, stranger.messages()) == tampered(record)
    assert record["tampered"] == 7


def test_a_misdelivery_needs_another_room(start_mutant: StartMutant) -> None:
    mutant = start_mutant("misdeliver", "--every", "1")
    ann = mutant.join("a")
    published = ann.publish(3)
    assert mutant.stop()["faults"] == []
    assert ann.messages() == published


@pytest.mark.parametrize(
    ("fault", "field"), [("corrupt", "Message"), ("forge-author", "Author"), ("forge-room", "Room")]
)
def test_a_rewritten_delivery_differs_in_one_field(start_mutant: StartMutant, fault: str, field: str) -> None:
    mutant = start_mutant(fault, "--every", "2")
    ann = mutant.join("a")
    published = ann.publish(4)
    record = mutant.stop()
    right = [{"Message": message, "Author": "Ann", "Room": "a"} for message in published]
    got = [{name: chat[name] for name in right[0]} for chat in ann.chats()]
    wrong = [[name for name in was if was[name] != now[name]] for was, now in zip(right, got, strict=True)]
    assert wrong == [[], [field], [], [field]]
    assert [fault["message"] for fault in record["faults"]] == published[1::2]


def test_the_process_dies_midway_and_leaves_its_record(start_mutant: StartMutant, tmp_path: Path) -> None:
    mutant = start_mutant("die-midway", "--every", "3")
    ann = mutant.join("a")
    for _ in range(3):
        ann.socket.send('{"Message":"AAAA"}')
    assert mutant.server.process.wait(30) == 1
    assert json.loads((tmp_path / "faults.json").read_text())["deliveries"] == 3


def test_the_record_can_be_asked_for_at_any_time(start_mutant: StartMutant, tmp_path: Path) -> None:
    mutant = start_mutant("drop", "--every", "1")
    ann = mutant.join("a")
    ann.publish(2)
    # A dropped delivery leaves no sign by which to know that it has been made: ask until it is on record.
    while not (log := tmp_path / "faults.json").exists() or json.loads(log.read_text())["tampered"] < 2:
        os.kill(mutant.server.process.pid, signal.SIGUSR1)
        assert ann.socket.ping().wait(30)
    assert len(json.loads(log.read_text())["faults"]) == 2
    assert mutant.server.process.poll() is None

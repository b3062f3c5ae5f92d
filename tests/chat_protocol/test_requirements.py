"""The requirement table keeps its own form."""

import re
from collections import Counter

import pytest

from chat_protocol.requirements import requirements

COUNTS = {"ROOM": 7, "STAT": 3, "FMT": 13, "BCAST": 15, "NICK": 6, "PRES": 6, "BAD": 6, "SEC": 9, "WS": 19}


def test_every_group_has_all_its_requirements() -> None:
    table = requirements()
    assert Counter(each.group for each in table.requirement) == COUNTS
    assert [group.id for group in table.group] == list(COUNTS)


def test_ids_are_unique_and_numbered_within_their_group() -> None:
    numbers = Counter(each.id for each in requirements().requirement)
    assert set(numbers.values()) == {1}
    for group, count in COUNTS.items():
        assert {f"{group}-{number}" for number in range(1, count + 1)} <= set(numbers)


def test_every_websocket_requirement_cites_its_clause() -> None:
    for each in requirements().requirement:
        if each.group == "WS":
            assert re.match(r"RFC (6455|7692) §\d", each.source), each.id


def test_every_sentence_ends_and_every_source_is_named() -> None:
    for each in requirements().requirement:
        assert each.sentence.endswith((".", ")")), each.id
        assert each.source, each.id


def test_a_requirement_is_found_by_its_id() -> None:
    assert requirements()["BCAST-1"].level == "M"
    assert requirements()["PRES-5"].capability == "presence"
    with pytest.raises(KeyError):
        requirements()["BCAST-99"]

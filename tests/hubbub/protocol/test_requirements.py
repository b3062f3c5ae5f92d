"""The requirement table keeps its own form."""

import re
from collections import Counter

import pytest

from hubbub.protocol.requirements import requirements

GROUPS = ["ROOM", "STAT", "FMT", "BCAST", "NICK", "PRES", "BAD", "SEC", "WS"]


def test_every_group_has_requirements() -> None:
    table = requirements()
    assert [group.id for group in table.group] == GROUPS
    assert {each.group for each in table.requirement} == set(GROUPS)


def test_ids_are_unique_and_numbered_within_their_group() -> None:
    numbers = Counter(each.id for each in requirements().requirement)
    assert set(numbers.values()) == {1}
    for each in requirements().requirement:
        assert re.fullmatch(rf"{each.group}-[1-9]\d*", each.id)


def test_every_websocket_requirement_cites_its_clause() -> None:
    for each in requirements().requirement:
        if each.group == "WS":
            assert re.match(r"RFC (6455|7692|9110|9112) §\d", each.source), each.id


def test_every_sentence_ends_and_every_source_is_named() -> None:
    for each in requirements().requirement:
        assert each.sentence.endswith((".", ")")), each.id
        assert each.source, each.id


def test_a_requirement_is_found_by_its_id() -> None:
    assert requirements()["BCAST-1"].level == "M"
    assert requirements()["PRES-5"].capability == "presence"
    with pytest.raises(KeyError):
        requirements()["BCAST-99"]

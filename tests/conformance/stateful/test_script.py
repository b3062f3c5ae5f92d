"""A sequence becomes a plain test body."""

import ast

from hypothesis import given, settings

from conformance.stateful.operations import (
    Abort,
    Join,
    Leave,
    Operation,
    Pause,
    Rename,
    Resume,
    Return,
    Say,
    Sequence,
    Settle,
    sequences,
)
from conformance.stateful.script import script_of

EVERYTHING: tuple[Operation, ...] = (
    Join(0),
    Join(0, amid=3),
    Say(0, times=2, name=1),
    Rename(1, 0),
    Pause(1),
    Settle(),
    Resume(1),
    Abort(1, "RST", mid_frame=True),
    Join(2),
    Leave(1),
    Return(0),
    Say(1, times=5, same=True),
)

BODY = """\
def test_a_sequence(wire: Wire) -> None:
    name_1 = wire.new_name()
    name_2 = wire.new_name()
    room_1 = wire.new_room()
    room_3 = wire.new_room()
    ann = wire.join(room_1)
    bob = wire.begin(room_1)
    ann_1 = [ann.say() for _ in range(3)]
    wire.expect_greeted(bob)
    ann_2 = [ann.say(Author=name_2) for _ in range(2)]
    bob.rename(name_1)
    bob.pause()
    wire.expect_all(ann, *ann_1, *ann_2)
    expect_latest(wire, userlist_with(name_2), ann)
    bob.resume()
    bob.break_off()
    bob.reset()
    cy = wire.join(room_3)
    wire.leave(cy)
    dee = wire.join(room_1)
    dee_1 = dee.say(Author=name_1)
    dee_2 = [dee.say("dee_2") for _ in range(5)]
    ann_3 = ann.say()
    wire.expect_all(ann, dee_1, *dee_2, ann_3)
    wire.expect_all(dee, dee_1, *dee_2, ann_3)
    expect_latest(wire, userlist_of(name_2, name_1), ann, dee)
"""


def test_each_operation_is_a_line_that_does_it() -> None:
    assert script_of(EVERYTHING).text.endswith(BODY)


def test_each_line_that_may_fail_tells_what_it_is_about() -> None:
    script = script_of(EVERYTHING)
    about = dict(zip(script.lines, script.requirements, strict=True))
    assert about["cy = wire.join(room_3)"] == "STAT-1"
    assert about["expect_latest(wire, userlist_of(name_2, name_1), ann, dee)"] == "PRES-2"
    assert about["bob.pause()"] == ""


def test_a_server_without_presence_is_asked_for_no_list() -> None:
    assert "userlist_" not in "".join(script_of(EVERYTHING, ("presence",)).lines)


@given(sequences(("nick",)))
@settings(max_examples=50, database=None)
def test_a_server_without_names_is_told_none(sequence: Sequence) -> None:
    assert "name_" not in "".join(script_of(sequence, ("nick",)).lines)


@given(sequences())
@settings(max_examples=100, database=None)
def test_every_sequence_makes_a_body_that_is_python(sequence: Sequence) -> None:
    text = script_of(sequence).text
    compile(text, "body", "exec")
    functions = [each.name for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)]
    assert functions == ["test_a_sequence"]

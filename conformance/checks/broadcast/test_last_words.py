"""BCAST: what was sent right before an end, whole or not."""

import base64
import json
from collections.abc import Callable

import pytest

from ...findings import Broken
from ...plugin.shared_scene import PlayOnce
from ...requirement import cases, requirement
from ...scenes import unfinished_messages
from ...steps.compressed_members import join_compressing
from ...wire.client import Client
from ...wire.framing import frames
from ...wire.framing.frames import Frame
from ...wire.messages import Said
from ...wire.wire import Wire

KIB = 1024
LONG = 23 * KIB
"""Bytes of content, so that the client's message stays under 32 KiB (SEC-1)."""


# BCAST-12


def behind(*last: Frame) -> Callable[[Client], list[Said]]:
    """Return what says something and sends ``last`` in the same write."""

    def say(client: Client) -> list[Said]:
        return in_one_write(client, b"the last word", *last)

    return say


def in_one_write(client: Client, content: bytes, *last: Frame) -> list[Said]:
    """Say five things, all different, and send ``last``, in one write."""
    said = [base64.b64encode(b"%d: " % number + content).decode() for number in range(5)]
    payloads = [json.dumps({"Message": message}) for message in said]
    texts = [client.compressed(each) if client.compresses else frames.text(each) for each in payloads]
    client.send_frames([*texts, *last], "good")
    return [Said(client.wsid, client.room, message) for message in said]


def long_ones(client: Client) -> list[Said]:
    """Say long things, and close."""
    return in_one_write(client, bytes(range(256)) * (LONG // 256), frames.close())


def fragmented(client: Client) -> list[Said]:
    """Say something in fragments, and close."""
    said = [Said(client.wsid, client.room, "aW4gcGllY2Vz")]
    whole = b'{"Message": "aW4gcGllY2Vz"}'
    client.send_frames([*frames.fragments(whole, [1, 9, 20]), frames.close()], "good")
    return said


def close_and_end_tcp(client: Client) -> list[Said]:
    """Say something, close, and end TCP without a wait for the answer."""
    said = in_one_write(client, b"the last word", frames.close())
    client.finish()
    return said


LAST_WORDS: dict[str, Callable[[Client], list[Said]]] = {
    "in-one-segment": behind(frames.close()),
    "going-away": behind(frames.close(1001, b"bye")),
    "without-code": behind(frames.close(None)),
    "own-code": behind(frames.close(4000)),
    "long": long_ones,
    "fragmented": fragmented,
    "and-FIN": close_and_end_tcp,
}


@requirement("BCAST-12")
@cases("say", LAST_WORDS)
def test_the_last_words_before_a_close_are_delivered(wire: Wire, say: Callable[[Client], list[Said]]) -> None:
    """What a sender sent before its clean Close is delivered to the rest, whatever the Close's code, and
    also if both arrive at once.
    """
    room = wire.new_room()
    ann, bob, cy = wire.join_many(room, room, room)
    said = say(ann)
    for member in (bob, cy):
        wire.expect_all(member, *said)


@requirement("BCAST-12", "compressed")
def test_compressed_last_words_are_delivered(wire: Wire) -> None:
    """What a sender sent before its clean Close is delivered to the rest."""
    wire.needs("deflate")
    room = wire.new_room()
    bob = wire.join(room)
    ann = join_compressing(wire, room)
    wire.expect_all(bob, *in_one_write(ann, b"the last word" * 100, frames.close()))


# BCAST-18


@pytest.fixture
def heard_of(play_once: PlayOnce[dict[str, str]]) -> Callable[[str], str]:
    """What was heard of the unfinished message of a case."""
    return lambda case: play_once("UNFINISHED", unfinished_messages.play)[case]


@requirement("BCAST-18")
@cases("case", {case: case for case in unfinished_messages.CASES})
def test_what_was_never_finished_is_no_message(case: str, heard_of: Callable[[str], str]) -> None:
    """A message whose last fragment has not come whole is no message: nothing of it is delivered, whatever
    ends the connection.
    """
    heard = heard_of(case)
    if heard:
        raise Broken("nothing of a message that was never finished is delivered", heard)

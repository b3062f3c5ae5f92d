"""A cause in a few plain words."""

import base64

import pytest

from conformance.presentation.causes import cause

ANN = base64.b64encode(b"ann says 252da59ed025").decode()
HELLO = base64.b64encode(b"hello").decode()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            f"allowed: bob receives chat(Message='{ANN}', WSID='w', Room='room-9060c28a0e68')\n"
            "seen: not within 5 s; bob received status(), userlist_of('unknown')",
            "bob did not receive ann's Chat within 5 s",
        ),
        (
            f"allowed: bob receives chat(Message='{HELLO}', Author='x')\n"
            "seen: not within 5 s; bob received nothing, and its connection ended: close 1002, then FIN",
            "bob did not receive the Chat 'hello' by 'x' within 5 s"
            "; its connection ended: close 1002, then FIN",
        ),
        (
            "allowed: ann receives 50 Chats in any order\nseen: 3 of them did not come, "
            f"chat(Message='{ANN}') first; not within 5 s of silence; ann received status()",
            "ann did not receive 3 of 50 Chats",
        ),
        (
            "allowed: ann is greeted with status()\nseen: not within 5 s; ann received nothing",
            "ann was not greeted with a Status within 5 s",
        ),
        (
            "allowed: ann's handshake is answered\n"
            "seen: not within 0.1 s of silence; ann got no answer to its handshake",
            "ann's handshake was not answered",
        ),
        (
            "allowed: the latest userlist of ann, bob becomes userlist_of('unknown')\n"
            "seen: not within 2 s: ann's shows None",
            "the userlist of ann, bob did not become a userlist of 'unknown' within 2 s",
        ),
        (
            "allowed: the door opens\nseen: not within 2 s; nothing of the kind",
            "this did not come: the door opens within 2 s",
        ),
        (
            "allowed: bob receives chat(Room='A')\nseen: not within 5 s; bob received chat()\n"
            "differs: Room: due 'A', came 'a'",
            "Room: due 'A', came 'a'",
        ),
        (
            f"allowed: each Chat of ann once\nseen: bob received '{ANN}' once more",
            "bob received what ann said once more (allowed: each Chat of ann once)",
        ),
        (
            f"allowed: bob receives chat(Message='{HELLO}') 1 times\nseen: 3 times",
            "bob received the Chat 'hello' 3 times, not once",
        ),
        ("allowed: one order\nseen: two orders", "two orders (allowed: one order)"),
        ("the server does not answer\nmore", "the server does not answer"),
        ("", ""),
    ],
)
def test_a_cause_is_told_in_words(message: str, words: str) -> None:
    assert cause(message) == words

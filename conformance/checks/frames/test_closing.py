"""WS: the closing handshake (RFC 6455 sections 5.5.1 and 7)."""

from ...findings import Broken
from ...requirement import cases, requirement
from ...scenes.failed_connection import (
    FAILING,
    INVALID_DATA,
    PROTOCOL_ERROR,
    OffenderScene,
    expect_failed,
    expect_undisturbed,
    new_scene,
)
from ...steps.common import has_ended
from ...wire.client import Client
from ...wire.descriptions import describe
from ...wire.framing import frames
from ...wire.framing.frames import Frame, Opcode
from ...wire.waits.patience import LEAVING
from ...wire.wire import Wire

NO_CODE = 1005
"""What stands for a Close frame without a code (section 7.1.5)."""

LIVELY = 200
"""How many Chats are under way while a member closes."""


def may_be_sent(code: int) -> bool:
    """Whether a Close frame may bear this code (section 7.4)."""
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999


# WS-14

CLOSES: dict[str, int | None] = {"no-code": None, "1000": 1000, "1001": 1001, "3000": 3000, "4999": 4999}


@requirement("WS-14", "answered")
@cases("code", CLOSES)
def test_a_close_is_answered_with_a_close(wire: Wire, code: int | None) -> None:
    """Close is answered with Close (any valid code) (§5.5.1); the suite keeps its sending side open until
    then.
    """
    scene = new_scene(wire)
    scene.offender.send_close(code)
    expect_answer(wire, scene.offender)
    expect_undisturbed(wire, scene)


@requirement("WS-14", "in-a-lively-room")
@cases("paused", {"while-reading": False, "with-unread-messages": True})
def test_no_data_follows_the_close(wire: Wire, paused: bool) -> None:
    """Close is answered with Close, and no data follows it (§5.5.1)."""
    scene = new_scene(wire)
    if paused:
        scene.offender.pause()
    for number in range(LIVELY):
        scene.near.say()
        if number == LIVELY // 2:
            scene.offender.send_close()
    if paused:
        wire.fence(scene.near)
        scene.offender.resume()
    # What follows the server's Close frame, the oracle finds.
    expect_answer(wire, scene.offender)
    wire.fence(scene.near)
    expect_undisturbed(wire, scene)


@requirement("WS-14", "behind-a-message")
def test_a_close_behind_a_message_is_answered(wire: Wire) -> None:
    """Close is answered with Close (any valid code) (§5.5.1)."""
    scene = new_scene(wire)
    said = scene.offender.say()
    scene.offender.send_close()
    expect_answer(wire, scene.offender)
    wire.expect_chat(said, scene.near)
    expect_undisturbed(wire, scene)


@requirement("WS-14", "amid-a-message")
def test_a_close_amid_a_message_is_answered(wire: Wire) -> None:
    """Close is answered with Close (any valid code) (§5.5.1), between a message's fragments, too (§5.4)."""
    scene = new_scene(wire)
    scene.offender.send_frame(Frame(Opcode.TEXT, b'{"Message": "', fin=False), "bad")
    scene.offender.send_close()
    expect_answer(wire, scene.offender)
    expect_undisturbed(wire, scene)


def expect_answer(wire: Wire, client: Client) -> None:
    """Fail unless the client's Close is answered with a Close that may be sent; then wait for TCP's end."""
    allowed = f"{client} receives Close with a valid code, or none"
    wire.until(lambda: has_ended(client), allowed, client)
    code = client.close_code
    if code is None or not (code == NO_CODE or may_be_sent(code)):
        wire.canary()
        raise Broken(allowed, describe(client) if code is None else f"Close {code}", client.name)
    wire.note("Close without a code" if code == NO_CODE else f"Close {code}")
    if not wire.wait(lambda: client.is_over, what=LEAVING):
        wire.warn("the server does not end the TCP connection behind both Close frames (§7.1.1)")


# WS-15

FORBIDDEN = (0, 999, 1004, 1005, 1006, 1015, 2999, 65535)
ALLOWED = (*range(1000, 1004), *range(1007, 1015), 3000, 4999)

FAULTY = {
    "one-byte": Frame(Opcode.CLOSE, b"\x03"),
    "reason-not-UTF-8": frames.close(1000, b"\xff\xfe"),
    "reason-cut-off": frames.close(1000, "\u20ac".encode()[:2]),
    "reason-surrogate": frames.close(1000, b"\xed\xa0\x80"),
    **{f"code-{code}": frames.close(code) for code in FORBIDDEN},
}


@requirement("WS-15")
@cases("close", FAULTY)
def test_a_close_with_a_faulty_payload_fails_the_connection(wire: Wire, close: Frame) -> None:
    """Close payloads: one byte, a reason that is not UTF-8, and codes 0, 999, 1004 to 1006, 1015, 2999,
    65535 fail the connection (§7.4).
    """
    scene = new_scene(wire)
    scene.offender.send_frame(close)
    reason = close.payload[2:]
    expect_failed(wire, scene, *((PROTOCOL_ERROR, INVALID_DATA) if reason else (PROTOCOL_ERROR,)))


SOUND = {
    **{f"code-{code}": frames.close(code) for code in ALLOWED},
    "reason-of-123-bytes": frames.close(1000, "\u20ac".encode() * 41),
    "reason-of-text": frames.close(4000, "g\u00fcle g\u00fcle \U0001f44b".encode()),
}


@requirement("WS-15")
@cases("close", SOUND)
def test_a_close_with_a_sound_payload_is_accepted(wire: Wire, close: Frame) -> None:
    """Close payloads: codes 1000 to 1003, 1007 to 1014, 3000, 4999 are accepted (§7.4)."""
    scene = new_scene(wire)
    scene.offender.send_frame(close)
    expect_answer(wire, scene.offender)
    expect_accepted(scene, frames.close_code(close.payload))
    expect_undisturbed(wire, scene)


def expect_accepted(scene: OffenderScene, code: int | None) -> None:
    """Fail if the Close that answered ``code`` says that the connection failed."""
    answer = scene.offender.close_code
    if answer != code and answer in FAILING:
        allowed = f"Close {code} is answered as a sound one"
        raise Broken(allowed, f"close {answer}, as for a fault", scene.offender.name)

"""WS, PRES: connections that end within their handshake, and what is none (RFC 6455 §4.2, §7.1.7)."""

from collections.abc import Callable

import msgspec

from ...findings import Broken
from ...messages.matchers import chat, userlist_of
from ...payloads.chat_payload import new_payload
from ...requirement import cases, requirement
from ...scenes.failed_connection import OffenderScene, expect_undisturbed
from ...stateful.expectations import expect_latest
from ...steps.handshakes import expect_refused
from ...wire.client import Client
from ...wire.framing import frames
from ...wire.http.handshake import Request
from ...wire.wire import Wire

# WS-29

MOMENTS: dict[str, Callable[[bytes], bytes]] = {
    "before-the-first-byte": lambda head: head[:0],
    "behind-the-first-byte": lambda head: head[:1],
    "in-the-middle": lambda head: head[: len(head) // 2],
    "before-the-last-byte": lambda head: head[:-1],
    "behind-the-last-byte": lambda head: head,
}


@requirement("WS-29")
@cases("leave", {"end": Client.finish, "reset": Client.reset})
@cases("begun", MOMENTS)
def test_who_ends_within_the_handshake_disturbs_nobody(
    wire: Wire, begun: Callable[[bytes], bytes], leave: Callable[[Client], None]
) -> None:
    """A connection that ends before, in the middle of or right behind its handshake disturbs nobody; an end
    of one direction right behind the handshake may still be answered.
    """
    scene, request = new_stranger(wire)
    head = request.encode()
    ann = scene.offender
    ann.send_unrecorded(begun(head))
    wire.fence(scene.near)  # by now the server has read what was sent
    leave(ann)
    wire.wait(lambda: ann.is_over, wire.deadlines.reaction)
    expect_no_member(ann, unless=begun(head) == head)
    expect_undisturbed(wire, scene)


@requirement("WS-29", "at-once")
@cases("leave", {"end": Client.finish, "reset": Client.reset})
def test_who_ends_with_the_handshake_disturbs_nobody(wire: Wire, leave: Callable[[Client], None]) -> None:
    """A connection that ends before or right behind its handshake disturbs nobody, accepted or not."""
    scene, request = new_stranger(wire)
    end_at_once(wire, request, leave)
    expect_undisturbed(wire, scene)


@requirement("PRES-2", "ends-behind-the-handshake")
def test_the_list_has_nobody_who_ended_with_the_handshake(wire: Wire) -> None:
    """After an abrupt leave, every member's latest userlist equals the names of the live members as a
    multiset, within the deadline.
    """
    scene, request = new_stranger(wire)
    for leave in (Client.finish, Client.reset):
        end_at_once(wire, request, leave)
    # The newcomer's own list is a new one, and would have whoever was not seen to leave.
    newcomer = wire.join(scene.near.room)
    expect_latest(wire, userlist_of("unknown", "unknown"), scene.near, newcomer)


def end_at_once(wire: Wire, request: Request, leave: Callable[[Client], None]) -> None:
    """Let ten strangers leave together, half of them with their handshake sent and no answer read."""
    strangers = [wire.dial(None, request.target) for _ in range(10)]
    wire.wait(lambda: all(stranger.link.is_ready or stranger.is_over for stranger in strangers))
    for stranger in strangers[::2]:
        stranger.pause()
        stranger.send_request(request)
    for stranger in strangers:
        leave(stranger)


NO_HANDSHAKE: dict[str, bytes] = {
    "tls": b"\x16\x03\x01\x00\xc4\x01\x00\x00\xc0\x03\x03" + bytes(range(32)) * 6,
    "http-2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    "binary": bytes(range(255, -1, -1)),
    "zeros": bytes(1000),
    "text": b'{"Message": "aGVsbG8="}\r\n\r\n',
    "answer": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "line-without-end": b"GET /" + b"x" * 200_000,
    "empty-lines": b"\r\n" * 1000,
}


@requirement("WS-29", "no-http")
@cases("garbage", NO_HANDSHAKE)
def test_what_is_no_handshake_disturbs_nobody(wire: Wire, garbage: bytes) -> None:
    """A connection that brings no HTTP disturbs nobody, and never becomes a member."""
    scene, _ = new_stranger(wire)
    ann = scene.offender
    ann.send_unrecorded(garbage)
    wire.wait(lambda: ann.response is not None or ann.is_over, wire.deadlines.reaction)
    expect_no_member(ann)
    expect_undisturbed(wire, scene)


TARGETS: dict[str, str] = {
    "with-a-fragment": "/{query}#fragment",
    "with-escapes-in-its-path": "/%2e%2e/%00%ff%2F{query}",
    "with-malformed-escapes-in-its-path": "/%zz/%{query}",
    "with-dots": "/../..//./{query}",
    "with-a-long-path": "/" + "path/" * 1000 + "{query}",
    "with-a-long-name": "/" + "p" * 5000 + "{query}",
    "with-many-parameters": "/{query}" + "&a[]=b" * 1000,
    "with-brackets": "//[{query}",
}


@requirement("WS-29", "target")
@cases("target", TARGETS)
def test_an_odd_target_is_answered(wire: Wire, target: str) -> None:
    """An odd target is answered, by 101 or a refusal, and disturbs nobody."""
    scene, request = new_stranger(wire)
    ann = scene.offender
    ann.send_request(request.head.start(f"GET {target} HTTP/1.1"))
    wire.expect_answered(ann)
    if not ann.upgraded:
        expect_refused(wire, ann)
    wire.leave(ann)
    wire.fence(scene.far)
    wire.fence(wire.join(scene.near.room), scene.near)


@requirement("WS-29", "frame-without-handshake")
def test_a_frame_without_handshake_is_nobodys_message(wire: Wire) -> None:
    """A connection never becomes a member by what is no handshake."""
    scene, _ = new_stranger(wire)
    payload = new_payload()
    scene.offender.send_unrecorded(frames.write_frame(frames.text(payload.octets)))
    wire.wait(lambda: scene.offender.is_over, wire.deadlines.reaction)
    expect_no_member(scene.offender)
    expect_undisturbed(wire, scene)
    for other in (scene.near, scene.far):
        wire.expect_none(other, chat(Message=payload.message))


@requirement("WS-29", "line-feeds-alone")
def test_line_feeds_alone_may_end_lines(wire: Wire) -> None:
    """Line feeds alone are taken for the ends of lines, or not; they disturb nobody."""
    scene, request = new_stranger(wire)
    ann = scene.offender
    ann.send_request(msgspec.structs.replace(request.head, end_of_line="\n"))
    wire.wait(lambda: ann.response is not None or ann.is_over, wire.deadlines.reaction)
    if ann.upgraded:
        wire.note("taken")
        wire.expect_greeted(ann)
        wire.fence(ann, scene.near)
        wire.leave(ann)
    wire.fence(scene.far)
    wire.fence(wire.join(scene.near.room), scene.near)


def new_stranger(wire: Wire) -> tuple[OffenderScene, Request]:
    """Return a scene whose offender is connected and has sent nothing, and the handshake it could send."""
    near, far = wire.join_many(wire.new_room(), wire.new_room())
    target = wire.target.of_room(str(near.room))
    stranger = wire.dial(None, target)
    wire.wait(lambda: stranger.link.is_ready or stranger.is_over)
    return OffenderScene(stranger, near, far), wire.request(target)


def expect_no_member(client: Client, unless: bool = False) -> None:
    """Fail if the client was let in, ``unless`` it may be."""
    if client.upgraded and not unless:
        raise Broken("no 101 without a whole handshake", "HTTP 101", client.name)

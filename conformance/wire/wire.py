"""The wire of one check: what its body talks to."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..findings import Broken
from ..messages.differences import differences, nearest
from ..messages.matchers import Matcher, brief, status
from .client import Client
from .descriptions import describe
from .message_cache import MessageCache
from .messages import Said
from .transcript import Amount, Sent
from .waiting import Waiting
from .waits.patience import LEAVING

_LOOKED_AT = 1000
"""The last so many messages are looked at for what is close to one that did not come."""


class Wire(Waiting):
    """What a check's body talks to: connect, say, expect. The ``wire`` fixture gives each check a fresh one.

    Every ``expect...`` raises ``Broken`` where the requirement is broken, and ``ServerDown`` where the server
    answers no new client any more; both end the check. All that its clients send and receive stands in
    ``transcript``, which the oracle judges by the general rules when the check is over.

    Example::

        @requirement("BCAST-1", "two-members")
        def test_another_member_receives_a_chat(wire: Wire) -> None:
            ann, bob = wire.join_many(*[wire.new_room()] * 2)
            said = ann.say()
            wire.expect_chat(said, ann, bob)
            wire.fence(ann, bob)  # a later message has come, so a second copy would have, too
            wire.expect_count(bob, said.as_chat, 1)
    """

    # Connecting

    def begin(
        self,
        room: str | None = None,
        query: str | None = None,
        path: str | None = None,
        receive_buffer: int | None = None,
    ) -> Client:
        """Begin to connect to ``room``, and wait for nothing.

        Args:
            room: the room that it is going to be in; None where the protocol leaves that open.
            query: the raw query of the request target, without ``?``, instead of the usual one.
            path: the path of the request target, instead of that of ``--url``.
            receive_buffer: bytes of TCP's receive buffer, small for a client that is to read slowly.
        """
        target = self.target.of_room(room) if query is None and room is not None else None
        target = self.target.with_query(query or "", path) if target is None else target
        client = self.dial(room, target, receive_buffer)
        client.send_request(self.request(target))
        return client

    def join(
        self,
        room: str | None = None,
        query: str | None = None,
        path: str | None = None,
        receive_buffer: int | None = None,
    ) -> Client:
        """Become a member of ``room``: connect, and wait for Status; all as in ``begin``. Raises Broken."""
        client = self.begin(room, query, path, receive_buffer)
        self.expect_greeted(client)
        return client

    def join_many(self, *rooms: str) -> list[Client]:
        """Become a member of each of ``rooms``, all at once: one client a room, in that order."""
        clients = [self.begin(room) for room in rooms]
        self.expect_greeted(*clients)
        return clients

    def expect_greeted(self, *clients: Client) -> None:
        """Wait until each has its Status."""
        for client in clients:
            self._expect_greeted(client)

    def _expect_greeted(self, client: Client) -> None:
        allowed = f"{client} is greeted with {status()!r}"
        self.until(lambda: client.greeted or client.is_over, allowed, client)
        if not client.greeted:
            self._ended_early(allowed, client)

    def expect_answered(self, client: Client) -> None:
        """Wait until the server has answered the client's handshake, or ended the connection."""
        answered = f"{client}'s handshake is answered"
        self.until(lambda: client.response is not None or client.is_over, answered, client)

    # Expecting

    def expect(self, client: Client, matcher: Matcher, within: float | None = None) -> dict[str, Any]:
        """Wait for the client's next message that matches; others before it are passed over.

        ``within`` is a deadline of the protocol's own, in seconds; without it the suite waits as long as what
        must come is waited for. Return the message as a JSON object.

        Example::

            wire.expect(bob, userlist_of("Ann", "Bob"), within=wire.deadlines.presence)
        """
        found: list[int] = []

        # Asked many times a second: once found it is not looked for again.
        def ready() -> bool:
            if not found:
                place = _next_match(client, matcher)
                found.extend([] if place is None else [place])
            return bool(found) or client.is_over

        allowed = f"{client} receives {matcher!r}"
        with self._with_differences(client, matcher):
            self.until(ready, allowed, client, within=within)
            if not found:
                self._ended_early(allowed, client)
        client.cursor = found[0] + 1
        return client.messages[found[0]].document

    def expect_chat(self, said: Said, *clients: Client) -> None:
        """Wait until each of the clients has received what was said, as its next Chat of those words."""
        # One after the other is no slower: while one is waited for all are read. Each client once.
        for client in dict.fromkeys(clients):
            self.expect(client, said.as_chat)

    def expect_all(self, client: Client, *said: Said) -> None:
        """Wait until the client has received all that was said, in any order; equal ones as often as said."""
        since = client.cursor
        allowed = f"{client} receives {len(said)} Chats in any order"

        def missing() -> list[Said]:
            # As a multiset: equal messages are separate messages (BCAST-15).
            got = Counter((each.get("WSID"), each.get("Message")) for each in client.chats(since))
            left = []
            for each in said:
                key = (each.wsid, each.message)
                got[key] -= 1
                if got[key] < 0:
                    left.append(each)
            return left

        try:
            self.until(lambda: not missing() or client.is_over, allowed, client, many=True)
            if missing():
                self._ended_early(allowed, client)
        except Broken as broken:
            left = missing()
            lost = f"{len(left)} of them did not come, {left[0].as_chat!r} first; " if left else ""
            differs = self._differences(client, left[0].as_chat, since) if left else []
            raise Broken(allowed, lost + broken.seen, client.name, differs=differs) from None
        client.cursor = len(client.messages)

    def fence(self, speaker: Client, *observers: Client) -> Said:
        """Prove that what ``speaker`` sent before has been dealt with.

        It awaits its own echo of fresh words, and so do the observers: with one sender's order kept
        (BCAST-4), whatever its earlier messages caused in the room has come before them. So after a fence the
        absence of a message proves something, where silence for some seconds would not.
        """
        marker = speaker.say()
        self.expect_chat(marker, speaker, *observers)
        return marker

    def expect_first(self, client: Client, matcher: Matcher) -> None:
        """Wait for the client's first message, which must match."""
        allowed = f"{client} first receives {matcher!r}"
        self.until(lambda: bool(client.messages) or client.is_over, allowed, client)
        if not client.messages:
            self._ended_early(allowed, client)
        if not matcher.matches(client.messages[0].document):
            differs = self._differences(client, matcher, 0)
            raise Broken(allowed, describe(client), client.name, differs=differs)

    def expect_so_far(self, client: Client, matcher: Matcher, within: float | None = None) -> dict[str, Any]:
        """Wait until any message of the client, an earlier one too, matches; return the first."""
        allowed = f"{client} has received {matcher!r}"
        with self._with_differences(client, matcher, 0):
            self.until(
                lambda: bool(client.received(matcher)) or client.is_over, allowed, client, within=within
            )
            if not client.received(matcher):
                self._ended_early(allowed, client)
        return client.received(matcher)[0]

    def expect_count(self, client: Client, matcher: Matcher, count: int) -> None:
        """Fail unless just ``count`` messages so far match. Only a fence before it makes it a proof."""
        found = client.received(matcher)
        if len(found) != count:
            allowed = f"{client} receives {matcher!r} {count} times"
            differs = [] if found else self._differences(client, matcher, 0)
            raise Broken(allowed, f"{len(found)} times", client.name, differs=differs)

    def expect_none(self, client: Client, matcher: Matcher, since: int = 0) -> None:
        """Fail if any message from number ``since`` on matches. Only a fence before it makes it a proof."""
        found = client.received(matcher, since)
        if found:
            raise Broken(f"{client} never receives {matcher!r}", brief(found[0]), client.name)

    def expect_over(self, client: Client, allowed: str) -> None:
        """Wait until the client's connection is over."""
        self.until(lambda: client.is_over, allowed, client)

    # Ending

    def takes_more(self, steps: int) -> bool:
        """Whether one more step like the ``steps`` so far stays within the frames that the suite takes."""
        return self._record.cache.budget.takes_more(steps)

    def leave(self, *clients: Client) -> None:
        """Leave by a clean Close, read to the end."""
        # One that had stopped reading must read, or it would never see the server's Close.
        for client in clients:
            client.link.reading = True
            if client.is_open:
                client.send_close()
        self.wait(lambda: all(client.is_over for client in clients), what=LEAVING)
        for client in clients:
            client.drop("left without the server's end", by_client=True)

    def close(self) -> None:
        """End the check: every client that is still open leaves, reading to the end for late leaks."""
        # Those that read leave by a Close and read to the end, so that a late leak is still seen.
        speaking = [client for client in self.clients if client.is_open and client.link.reading]
        if self.closed_at is not None:
            return
        if self._waited and not self._waited_in_vain:
            self.patience.record_success()
        self.closed_at = self._record.now
        for client in self.clients:
            if client not in speaking:
                client.drop("the check is over", by_client=True)
        self.leave(*speaking)
        for client in self.clients:
            client.link.close()  # of those, too, that have not hung up when the server did
        self._watch()
        self._selector.close()
        self._record.cache.clear()

    def truncate(self, most: Amount) -> None:
        """Keep of what was seen the transcript, and no more of it than that."""
        self.clients, self._watched = [], {}
        self._record.cache = MessageCache()
        self.transcript.events[:] = self.transcript.shortened(most).events

    def forget(self) -> None:
        """Forget what was seen, once it is judged: a wire is large, and may be held on to for long."""
        self.clients, self._watched = [], {}
        self.transcript.events.clear()
        self._record.cache = MessageCache()

    # Its own business

    @contextmanager
    def _with_differences(self, client: Client, matcher: Matcher, since: int | None = None) -> Iterator[None]:
        """Where what must match did not come, but something close to it did, say what differs."""
        first = client.cursor if since is None else since
        try:
            yield
        except Broken as broken:
            raise broken.with_differences(self._differences(client, matcher, first)) from None

    def _differences(self, client: Client, matcher: Matcher, since: int) -> list[str]:
        documents = [message.document for message in client.messages[since:][-_LOOKED_AT:]]
        close = nearest(matcher, documents, self._said())
        return [] if close is None else differences(matcher, close)

    def _said(self) -> set[str]:
        """Return the ``Message``s that clients have sent, as far as they can be read."""
        cache = MessageCache()
        sent = [event.frame for event in self.transcript.events if isinstance(event, Sent)][-_LOOKED_AT:]
        messages = [cache.document(frame.payload).get("Message") for frame in sent]
        return {each for each in messages if isinstance(each, str)}

    def _ended_early(self, allowed: str, client: Client) -> None:
        self.canary()
        raise Broken(allowed, self._state([client]), client.name)


def _next_match(client: Client, matcher: Matcher) -> int | None:
    for number in range(client.cursor, len(client.messages)):
        if matcher.matches(client.messages[number].document):
            return number
    return None

"""Servers on which a room that never rests has no userlist (PRES-2, PRES-3)."""

from collections.abc import Callable

from mutants.machinery.registration import Registry
from reference_server.room import Member, Room
from reference_server.userlist_throttle import UserlistThrottle

MUTANTS = Registry()


class RestAwaited(UserlistThrottle):
    """Calls ``send`` once nothing has changed for a while, however long that takes."""

    rest = 0.3
    """Seconds."""

    def changed(self) -> None:
        self.stop()
        self._timer = self._loop.call_later(self.rest, self._due)

    def put_off(self) -> None:
        """Begin to wait anew, if there is anything to call ``send`` for."""
        if self._timer is not None:
            self.changed()


class ShortRestAwaited(RestAwaited):
    """Waits for a short rest."""

    rest = 0.1


class LongestWait(RestAwaited):
    """Waits no longer than a second for it."""

    longest = 1.0

    def __init__(self, send: Callable[[], int]) -> None:
        super().__init__(send)
        self._since = 0.0

    def changed(self) -> None:
        if self._timer is None:
            self._since = self._loop.time()
        if self._loop.time() + self.rest <= self._since + self.longest:
            super().changed()


@MUTANTS.broken("list-after-a-rest", "PRES-2", "PRES-3")
class ListAfterARest(Room):
    """A userlist waits until nothing has changed for 0.3 s, for ever where changes are steady."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._presence = RestAwaited(self._post_userlist)


@MUTANTS.broken("list-after-a-short-rest", "PRES-2", "PRES-3")
class ListAfterAShortRest(Room):
    """A userlist waits until nothing has changed for 0.1 s, for ever where changes are steady."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._presence = ShortRestAwaited(self._post_userlist)


@MUTANTS.broken("list-after-a-silence", "PRES-2", "PRES-3")
class ListAfterASilence(Room):
    """A userlist waits until nobody has said anything for 0.3 s, for ever where all talk."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._presence = self._awaited = RestAwaited(self._post_userlist)

    def publish(self, member: Member, message: str) -> None:
        super().publish(member, message)
        self._awaited.put_off()


@MUTANTS.broken("list-after-the-last-comer", "PRES-2")
class ListAfterTheLastComer(Room):
    """A userlist waits until nobody has come for 0.3 s, for ever where others come all the time."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._awaited = RestAwaited(self._post_userlist)

    def join(self, member: Member) -> None:
        usual, self._presence = self._presence, self._awaited
        super().join(member)
        self._presence = usual


@MUTANTS.legal("legal-list-after-a-rest")
class ListAfterARestAtLast(Room):
    """A userlist waits until nothing has changed for 0.3 s, but no longer than a second."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._presence = LongestWait(self._post_userlist)

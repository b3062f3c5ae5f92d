"""The phases of a run: what the number of its users says they are.

While the number stands still for five seconds or longer, that is a *plateau*; what is between plateaus is a
*ramp*, up, down or both; and from the second in which publishing stops on, that is the *drain*. A phase has
whole seconds of the run: one in which somebody came or went belongs to a ramp. So what is measured second by
second, rates and latencies alike, belongs to one phase and to no other, and a plateau's is of one number of
users.

A run that is too short for any plateau has one all the same, if all its users were started: its last stretch.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from hubbub.load.measure.headcount import Steps
from hubbub.load.timing.moments import SECOND

Kind = Literal["ramp", "plateau", "drain"]

LEAST = 4_900_000_000
"""A plateau's shortest time, in ns: five seconds, less what Locust's steps may come too early or too late."""


class Span(NamedTuple):
    """One phase, in whole seconds of the run."""

    kind: Kind
    users: int
    """At its end."""
    start: int
    end: int
    """The second after its last one."""

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.end - self.start


class _Stretch(NamedTuple):
    """A time in which the number of users stood still; in ns of the run."""

    begin: int
    end: int
    users: int
    whole: int
    """The first second that lies in it whole."""
    last: int
    """The second in which it ends, which does not."""

    @property
    def plateau(self) -> bool:
        return self.end - self.begin >= LEAST and self.last > self.whole


def phases(steps: Steps, start: int, ramped: int, stopped: int, seconds: int) -> tuple[Span, ...]:
    """Return the phases of a run that began at ``start`` and lasted so many whole ``seconds``.

    ``ramped`` is when all users had first been started, ``stopped`` when publishing stopped.
    """
    until = min(max(stopped, start), start + seconds * SECOND)
    stretches = _stretches(steps, start, until)
    plateaus = [each for each in stretches if each.plateau]
    last = stretches[-1]
    if not any(each.users for each in plateaus) and not last.plateau and ramped < until:
        plateaus.append(last._replace(whole=max(last.whole, -(-(ramped - start) // SECOND))))
    spans = [Span("plateau", each.users, each.whole, each.last) for each in plateaus]
    return tuple(_filled(spans, _users_at(steps, until), (until - start) // SECOND, seconds))


def settled(steps: Steps, start: int, known: int) -> list[int]:
    """Return the seconds between two of which, as far as is ``known``, a run has one phase and no more.

    All changes before the moment ``known`` must be in ``steps``; what was returned before stays true.
    """
    edges = {0}
    stretches = _stretches(steps, start, known)
    for stretch in stretches:
        if stretch.plateau:
            edges |= {stretch.whole, stretch.last}
    # What has just begun may become a plateau, and is none yet.
    edges.add(stretches[-1].whole)
    return sorted(edges)


def fullest(spans: Sequence[Span]) -> list[Span]:
    """Return the plateaus with the most users."""
    most = max((span.users for span in plateaus(spans)), default=0)
    return [span for span in plateaus(spans) if span.users == most]


def longest(spans: Sequence[Span]) -> Span | None:
    """Return the longest plateau; of several the one with the most users."""
    return max(plateaus(spans), key=lambda span: (span.seconds, span.users), default=None)


def plateaus(spans: Sequence[Span]) -> list[Span]:
    """Return the plateaus at which there were users, unless there never were any."""
    found = [span for span in spans if span.kind == "plateau"]
    return [span for span in found if span.users] or found


def _stretches(steps: Steps, start: int, until: int) -> list[_Stretch]:
    """Return the long ones of the times without a change, and the last one, which ends at ``until``."""
    count = int(np.searchsorted(steps.moments, until))
    moments = np.concatenate([[start], np.maximum(steps.moments[:count], start), [until]])
    users = np.concatenate([[0], steps.users[:count]])
    last = len(moments) - 2
    places = [*np.flatnonzero(np.diff(moments[:-1]) >= LEAST).tolist(), last]
    return [
        _stretch(start, int(moments[place]), int(moments[place + 1]), int(users[place]), place)
        for place in places
    ]


def _stretch(start: int, begin: int, end: int, users: int, place: int) -> _Stretch:
    whole = (begin - start) // SECOND + 1 if place else 0
    return _Stretch(begin, end, users, whole, (end - start) // SECOND)


def _users_at(steps: Steps, moment: int) -> int:
    count = int(np.searchsorted(steps.moments, moment))
    return int(steps.users[count - 1]) if count else 0


def _filled(spans: Sequence[Span], users: int, stopped: int, seconds: int) -> list[Span]:
    """Return plateaus with ramps between them, and the drain."""
    whole: list[Span] = []
    reached = 0
    for span in spans:
        if span.seconds <= 0:
            continue
        if span.start > reached:
            whole.append(Span("ramp", span.users, reached, span.start))
        whole.append(span)
        reached = span.end
    if stopped > reached:
        whole.append(Span("ramp", users, reached, stopped))
    if seconds > stopped:
        whole.append(Span("drain", users, stopped, seconds))
    return whole

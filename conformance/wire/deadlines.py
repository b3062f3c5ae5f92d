"""How long the suite waits, in seconds: calibrated from the server's own echo time, never guessed."""

from dataclasses import dataclass

SHORTEST_WAIT = 5.0
PRESENCE = 2.0
"""The userlist's deadline, unless the profile sets another (PRES)."""
IDLE = 5.0
"""How long an idle connection is observed, unless the profile sets another time (BCAST-13)."""

_ECHOES = 100
_LONG_WAIT = 10.0
_ECHOES_OF_THE_SLOW = 10
"""A server that takes long for an echo is waited for so many seconds, and so many echoes."""
_SHORT, _BRIEF, _LEAST = 1.0, 0.05, 0.02
_ECHOES_OF_A_SHORT_WAIT = 10
_HANDSHAKES_OF_A_SHORT_WAIT = 10
_SLOW_HANDSHAKE = 0.05
_SLOWER_THAN_BEFORE = 5
_LONGEST_MOMENT = 1.0
_ECHOES_OF_REACTION = 20
_SHORTEST_REACTION = 0.05
_SLOW_SHARE = 0.05


@dataclass(frozen=True)
class Deadlines:
    """Every wait of a check. A wait that is met costs only the time it took."""

    wait: float = SHORTEST_WAIT
    """For what must come."""
    presence: float = PRESENCE
    """For what a userlist must show."""
    idle: float = IDLE
    reaction: float = _SHORTEST_REACTION
    """For what may come before the check goes on; nothing is concluded from its absence."""
    pace: float = 0.0
    """How long a new client's handshake took before the first check."""
    short: float = _SHORT
    """Of silence, where the like has been waited for in vain."""
    brief: float = _BRIEF
    """Of silence, where much of a run has been waited in vain."""
    least: float = _LEAST
    """Of silence, where nothing at all seems to work."""

    def overloaded(self, pace: float, waited: float | None = None) -> bool:
        """Whether a new client's handshake, at ``pace`` seconds, says that silence proves nothing yet.

        ``waited`` is how long there was silence, where that was less than the usual wait. A handshake that
        takes far longer than before the first check says so, too.
        """
        if waited is not None and waited < self.wait:
            slow = max(_SLOW_HANDSHAKE, _SLOWER_THAN_BEFORE * self.pace)
            return pace > min(waited / _HANDSHAKES_OF_A_SHORT_WAIT, slow)
        return pace > self.wait * _SLOW_SHARE

    def second(self, pace: float, waited: float | None = None) -> float:
        """How much longer to wait on an overloaded server or machine."""
        if waited is not None and waited < self.wait:
            return min(self.wait, max(waited, pace * _HANDSHAKES_OF_A_SHORT_WAIT))
        return self.wait + _ECHOES * pace

    def moment(self, pace: float) -> float:
        """How long a reaction may take where a new client's handshake takes ``pace`` seconds."""
        return max(self.reaction, min(_LONGEST_MOMENT, pace * _HANDSHAKES_OF_A_SHORT_WAIT))


def calibrate(echo: float, asked: float | None = None, idle: float = IDLE, pace: float = 0.0) -> Deadlines:
    """Return the deadlines for a server whose median echo time is ``echo``, and handshake ``pace``, seconds.

    ``asked`` (``--deadline``, or the profile's) sets the userlist's deadline, and the least of all others.
    """
    some_echoes = _ECHOES_OF_A_SHORT_WAIT * echo
    return Deadlines(
        wait=max(
            SHORTEST_WAIT if asked is None else asked,
            min(_ECHOES * echo, _LONG_WAIT + _ECHOES_OF_THE_SLOW * echo),
        ),
        presence=(PRESENCE if asked is None else asked) + echo,
        idle=idle,
        pace=pace,
        reaction=max(_SHORTEST_REACTION, _ECHOES_OF_REACTION * echo),
        short=max(_SHORT, some_echoes),
        brief=max(_BRIEF, some_echoes),
        least=max(_LEAST, some_echoes),
    )

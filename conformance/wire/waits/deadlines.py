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
    handshake_time: float = 0.0
    """How long a new client's handshake took before the first check."""
    short: float = _SHORT
    """Of silence, where the like has been waited for in vain."""
    brief: float = _BRIEF
    """Of silence, where much of a run has been waited in vain."""
    least: float = _LEAST
    """Of silence, where nothing at all seems to work."""

    def overloaded(self, handshake_time: float, waited: float | None = None) -> bool:
        """Whether a new client's handshake, in seconds, says that silence proves nothing yet.

        ``waited`` is how long there was silence, where that was less than the usual wait. A handshake that
        takes far longer than before the first check says so, too.
        """
        # A shortened wait proves less, so a handshake that is but a tenth of it raises doubt already.
        if waited is not None and waited < self.wait:
            slow = max(_SLOW_HANDSHAKE, _SLOWER_THAN_BEFORE * self.handshake_time)
            return handshake_time > min(waited / _HANDSHAKES_OF_A_SHORT_WAIT, slow)
        return handshake_time > self.wait * _SLOW_SHARE

    def second_wait(self, handshake_time: float, waited: float | None = None) -> float:
        """How much longer to wait on an overloaded server or machine."""
        if waited is not None and waited < self.wait:
            return min(self.wait, max(waited, handshake_time * _HANDSHAKES_OF_A_SHORT_WAIT))
        return self.wait + _ECHOES * handshake_time

    def moment(self, handshake_time: float) -> float:
        """How long a reaction may take where a new client's handshake takes ``handshake_time`` seconds."""
        return max(self.reaction, min(_LONGEST_MOMENT, handshake_time * _HANDSHAKES_OF_A_SHORT_WAIT))


def calibrate(
    echo: float, asked: float | None = None, idle: float = IDLE, handshake_time: float = 0.0
) -> Deadlines:
    """Return the deadlines for a server with this median echo time and handshake time, in seconds.

    ``asked`` (``--deadline``, or the profile's) sets the userlist's deadline, and the least of all others.
    """
    # The protocol's own time for userlists has the echo added: it is measured at the client.
    some_echoes = _ECHOES_OF_A_SHORT_WAIT * echo
    return Deadlines(
        wait=max(
            SHORTEST_WAIT if asked is None else asked,
            min(_ECHOES * echo, _LONG_WAIT + _ECHOES_OF_THE_SLOW * echo),
        ),
        presence=(PRESENCE if asked is None else asked) + echo,
        idle=idle,
        handshake_time=handshake_time,
        reaction=max(_SHORTEST_REACTION, _ECHOES_OF_REACTION * echo),
        short=max(_SHORT, some_echoes),
        brief=max(_BRIEF, some_echoes),
        least=max(_LEAST, some_echoes),
    )

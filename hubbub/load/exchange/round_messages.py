"""What the questions and answers of a round hold (``exchange.names`` says when which is sent)."""

import msgspec

from hubbub.load.ledger.sends import Sends
from hubbub.load.ledger.userlists import MembershipSnapshot, Names


class RoundReply(msgspec.Struct, frozen=True):
    """What a process answers to ``SYNC`` and ``STOP``."""

    sends: Sends
    """All that it sent since the last round."""
    fanout: bytes
    """Of what it has settled since."""
    holding: bytes
    """The messages of whose fan-out more may come, as int64."""
    headcount: bytes = b""
    """How many users came and went since the last round, as ``Headcount`` tells it."""
    snapshot: MembershipSnapshot | None = None
    """Who is a member, once publishing has stopped."""


class Round(msgspec.Struct, frozen=True):
    """What all are to take in at the end of a round."""

    sends: Sends
    edges: list[int]
    """The seconds between two of which the run has one phase."""


class DrainRequest(msgspec.Struct, frozen=True):
    """What all must know to settle what is left."""

    sends: Sends
    expected_userlists: dict[int, Names]
    """By room, what the last userlists must say."""

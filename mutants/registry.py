"""All mutants, by name."""

from itertools import chain

from mutants import (
    bad_input,
    broadcast,
    chat_fields,
    closing,
    compression,
    delivery,
    fields,
    frames_read,
    frames_written,
    greeting,
    handshakes,
    holding,
    leaving,
    legal_conduct,
    legal_wire,
    legal_wsids,
    limits,
    markup,
    message_format,
    names,
    presence,
    refusal,
    repeats,
    rooms,
    routing,
    slow_readers,
)
from mutants.mutant import Mutant

_ALL = chain(
    delivery.MUTANTS,
    holding.MUTANTS,
    refusal.MUTANTS,
    rooms.ZOO,
    greeting.ZOO,
    message_format.ZOO,
    chat_fields.ZOO,
    fields.ZOO,
    routing.ZOO,
    broadcast.ZOO,
    repeats.ZOO,
    leaving.ZOO,
    slow_readers.ZOO,
    names.ZOO,
    presence.ZOO,
    bad_input.ZOO,
    limits.ZOO,
    markup.ZOO,
    handshakes.ZOO,
    frames_read.ZOO,
    frames_written.ZOO,
    closing.ZOO,
    compression.ZOO,
    legal_wire.ZOO,
    legal_conduct.ZOO,
    legal_wsids.ZOO,
)

MUTANTS: dict[str, Mutant] = {mutant.name: mutant for mutant in _ALL}

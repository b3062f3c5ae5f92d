"""All mutants, by name."""

from itertools import chain

from mutants.broken.delivery import (
    broadcast,
    counts,
    long_rooms,
    order,
    repeats,
    rooms,
    rooms_over_time,
    routing,
    slow_readers,
)
from mutants.broken.frames import (
    announced_lengths,
    closing,
    compressed_reading,
    compressed_writing,
    compression,
    fragments,
    misread,
    miswritten,
    miswritten_lengths,
    pressure,
    torn,
)
from mutants.broken.handshake import (
    http_framing,
    http_requests,
    opening,
    unusual_requests,
)
from mutants.broken.members import (
    coming_back,
    ends,
    greeting,
    last_words,
    leaving,
    nicknames,
    steady_changes,
    userlists,
)
from mutants.broken.messages import (
    bad_input,
    chat_fields,
    client_fields,
    limits,
    markup,
    message_sizes,
    server_messages,
    unanswering,
)
from mutants.faults import (
    held_deliveries,
    refusal,
    tampered_deliveries,
    user_behaviour,
)
from mutants.legal import compressed_writing as legal_compressed_writing
from mutants.legal import compression as legal_compression
from mutants.legal import (
    conduct,
    wire,
    wsids,
)
from mutants.legal import ends as legal_ends
from mutants.legal import http as legal_http
from mutants.machinery.mutant import Mutant

ALL: tuple[Mutant, ...] = tuple(
    chain(
        tampered_deliveries.MUTANTS,
        held_deliveries.MUTANTS,
        refusal.MUTANTS,
        user_behaviour.MUTANTS,
        rooms.MUTANTS,
        rooms_over_time.MUTANTS,
        greeting.MUTANTS,
        server_messages.MUTANTS,
        chat_fields.MUTANTS,
        client_fields.MUTANTS,
        routing.MUTANTS,
        broadcast.MUTANTS,
        repeats.MUTANTS,
        order.MUTANTS,
        counts.MUTANTS,
        long_rooms.MUTANTS,
        leaving.MUTANTS,
        ends.MUTANTS,
        last_words.MUTANTS,
        coming_back.MUTANTS,
        slow_readers.MUTANTS,
        pressure.MUTANTS,
        nicknames.MUTANTS,
        userlists.MUTANTS,
        steady_changes.MUTANTS,
        bad_input.MUTANTS,
        limits.MUTANTS,
        message_sizes.MUTANTS,
        announced_lengths.MUTANTS,
        fragments.MUTANTS,
        markup.MUTANTS,
        opening.MUTANTS,
        http_requests.MUTANTS,
        http_framing.MUTANTS,
        unusual_requests.MUTANTS,
        misread.MUTANTS,
        torn.MUTANTS,
        miswritten.MUTANTS,
        miswritten_lengths.MUTANTS,
        closing.MUTANTS,
        compression.MUTANTS,
        compressed_reading.MUTANTS,
        compressed_writing.MUTANTS,
        legal_compressed_writing.MUTANTS,
        unanswering.MUTANTS,
        wire.MUTANTS,
        legal_compression.MUTANTS,
        conduct.MUTANTS,
        legal_ends.MUTANTS,
        legal_http.MUTANTS,
        wsids.MUTANTS,
    )
)
"""All mutants, in the order of the pages."""

MUTANTS: dict[str, Mutant] = {mutant.name: mutant for mutant in ALL}

"""The names of the messages between the master and the load-generating processes.

They are Locust's own messages, which reach a local runner as they reach workers elsewhere. The master (or the
only process) asks in rounds, and the load-generating processes answer; ``exchange.round_messages`` has what
the questions and answers hold. While the run is on:

- ``SYNC``: tell what was sent since the last time, who came and went, and the fan-out of what was settled.
- ``SENDS``, with all that was sent by all: settle it, and put seconds together that are of one phase. This
  has no answer.

At the end everyone listens until all is in, and every process reports:

- ``STOP``: stop publishing, and tell as above.
- ``SETTLE``, with all that was sent: answer when nothing has been awaited for a while (quiescence), in which
  what should not come (a second copy, a message of another room) has its chance. The master does not wait
  beyond the drain's deadline; only then is anything lost. ``BUSY`` tells it of time that does not count, for
  a process could not keep up with reading: what it has not read is not lost. That has an end, too, where all
  this reading brings nothing that is awaited: then the drain is cut.
- ``REPORT``: answer with all that was measured.
"""

PLAN_OPTION = "hubbub_plan"
"""The option by which the master hands its plan to the workers: Locust sends them all options of its own."""

READY = "hubbub-ready"
"""The message by which the master asks whether a worker is ready to take part in runs, and the answer."""

STATUS = "hubbub-status"
"""The message that tells the master how many users take part, and how the process stands."""

SYNC, SENDS = "hubbub-sync", "hubbub-sends"
STOP, SETTLE, REPORT = "hubbub-stop", "hubbub-settle", "hubbub-report"
BUSY = "hubbub-busy"

ANSWER = "-answer"
"""Is put behind a question's name: the name of its answer."""

POLL = 0.02
"""How long, in s, it is from one look at what a side waits for to the next."""

"""Sequences that are made up: many of what people do in rooms, against a model (``--stateful N``)."""

from .plugin.stateful import StatefulRun
from .requirement import requirement


@requirement("BCAST-1", "stateful")
def test_whatever_people_do_each_member_gets_what_is_owed(stateful: StatefulRun) -> None:
    """A Chat reaches every member of the sender's room exactly once, whatever joining, leaving, breaking off,
    saying, renaming, pausing and resuming went before.
    """
    failure = stateful.search()
    if failure is not None:
        stateful.judge_by(failure.wire)
        body = f"\nthe smallest sequence found, as a test:\n\n{failure.script.text}"
        raise failure.broken.under(failure.broken.requirement, body)

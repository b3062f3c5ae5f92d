"""Sequences that are made up: many of what people do in rooms, against a model (``--stateful N``)."""

from ...requirement import requirement
from ...stateful.request import SearchRequest
from ...stateful.run import search


@requirement("BCAST-1", "stateful")
def test_whatever_people_do_each_member_gets_what_is_owed(stateful: SearchRequest) -> None:
    """A Chat reaches every member of the sender's room exactly once, whatever joining, leaving, breaking off,
    saying, renaming, pausing and resuming went before.
    """
    failure = search(stateful)
    if failure is not None:
        stateful.judge_by(failure.wire)
        body = f"\nthe smallest sequence found, as a test:\n\n{failure.script.text}"
        raise failure.broken.for_requirement(failure.broken.requirement, body)

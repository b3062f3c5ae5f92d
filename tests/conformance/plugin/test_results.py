"""What a session leaves behind, made of checks made by hand."""

from pathlib import Path

from conformance.configuration.options import Options
from conformance.configuration.profile import Profile
from conformance.plugin.results import SessionRecord, result_of
from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import Check, Verdict


def failed(requirement: str) -> Check:
    level = requirements()[requirement].level
    return Check(id=requirement, requirement=requirement, level=level, verdict=Verdict.FAIL, seconds=0.1)


def test_what_is_broken_is_told_by_level_and_group_and_not_in_the_order_of_discovery() -> None:
    options = Options(
        url="ws://127.0.0.1:1/",
        profile=Profile(),
        profile_path=None,
        strict=True,
        deadline=None,
        headers=(),
        insecure=False,
        ca=None,
        result=None,
        list_only=False,
    )
    session = SessionRecord(options=options, profile=options.profile, folder=Path("results"))
    session.checks = [failed(each) for each in ("WS-1", "NICK-5", "BAD-2", "ROOM-1", "BAD-4", "BCAST-1")]
    assert result_of(session).run.reason == "broken: ROOM-1, BCAST-1, BAD-2, BAD-4, WS-1 and 1 more"

"""What clients say and under which names, with a real server."""

from collections.abc import Callable
from typing import Any

import pytest

from hubbub.load.ledger.member_cursor import MemberCursor
from hubbub.load.measure.slices import total

StartSwarm = Callable[..., Any]
USERS = 6


def names(swarm: Any) -> list[str]:
    """Return the names of all memberships so far, in the order in which they began."""
    members: list[MemberCursor] = swarm.engine.accounting.rooms[0].members
    return [member.name for member in members]


def come_back(swarm: Any, times: int) -> None:
    """Let all users join and speak, and then leave and come back so many times."""
    swarm.join(USERS)
    swarm.publish()
    for _ in range(times):
        for client in swarm.clients:
            client.drop()
            client.join()
            client.publish(swarm.engine.context.clock.now())


@pytest.mark.parametrize("deflate", [False, True])
def test_equal_messages_are_delivered_and_counted_one_by_one(
    chat_server: Any, start_swarm: StartSwarm, deflate: bool
) -> None:
    swarm = start_swarm(
        chat_server.url, rooms=1, repeats=0.5, message_size="zipf:48..900,5000", deflate=deflate
    )
    swarm.join(USERS)
    swarm.publish(rounds=20)
    report = swarm.report()
    ledger, messages = report.status.ledger, report.messages
    assert swarm.lost == []
    assert ledger["published"] == messages.count == messages.repeated + USERS * 20 > USERS * 30
    assert ledger["expected"] == ledger["delivered"] == USERS * ledger["published"]
    assert not any(ledger[name] for name in ("lost", "duplicated", "reordered", "corrupt", "indeterminate"))
    timed = report.distributions
    assert total(timed.intended).count == total(timed.sent).count == ledger["delivered"]
    assert total(timed.lateness).count == ledger["published"]
    assert 48 <= messages.least < messages.mean < messages.most == 5000


def test_who_is_to_drop_waits_for_the_last_of_equal_messages(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1, repeats=0.5)
    come_back(swarm, 5)
    ledger = swarm.report().status.ledger
    assert ledger["lost"] == ledger["duplicated"] == ledger["reordered"] == ledger["corrupt"] == 0


def test_without_a_share_each_membership_has_a_name_of_its_own(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1, reused_names=0.0)
    come_back(swarm, 3)
    assert len(set(names(swarm))) == 4 * USERS


def test_who_comes_back_takes_its_own_name_or_that_of_somebody_who_is_there(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1, reused_names=1.0)
    come_back(swarm, 6)
    first = {f"user-{number}" for number in range(USERS)}
    assert set(names(swarm)) <= first
    last = {member.number: member.name for member in swarm.engine.accounting.rooms[0].members}
    assert any(name != f"user-{number}" for number, name in last.items())
    ledger = swarm.report().status.ledger
    assert ledger["lost"] == ledger["duplicated"] == ledger["corrupt"] == 0


def test_about_the_asked_share_comes_back_under_an_old_name(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1, reused_names=0.5)
    come_back(swarm, 10)
    fresh = len(set(names(swarm))) - USERS
    assert 15 <= fresh <= 45, "of 60 comings back"

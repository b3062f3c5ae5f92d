import numpy as np

from hubbub.load.ledger.sends import SendLog, Sends, join
from hubbub.load.messages.message_key import pack
from hubbub.load.timing.moments import NEVER


def columns(sends: Sends) -> list[list[int]]:
    return [column.tolist() for column in sends.columns()]


def test_what_was_sent_whole_is_told_once() -> None:
    log = SendLog()
    log.begin(pack(0, 7), 100)
    assert log.sending == 1
    assert log.end(pack(0, 7), room=2, whole=True)
    assert columns(log.drain(now=200, error=5)) == [[7], [2], [100]]
    assert columns(log.drain(now=300, error=5)) == [[], [], []]
    assert (log.count, log.by_room, log.sending) == (1, {2: 1}, 0)


def test_several_equal_messages_are_sent_together_and_are_several() -> None:
    log = SendLog()
    log.begin(pack(0, 7), 100, 3)
    assert (log.sending, log.drain(now=200, error=5).horizon) == (3, 100)
    assert log.end(pack(0, 7), room=2, whole=True)
    assert columns(log.drain(now=200, error=5)) == [[7, 8, 9], [2, 2, 2], [100, 100, 100]]
    assert (log.count, log.by_room, log.sending) == (3, {2: 3}, 0)


def test_what_was_not_sent_whole_or_after_the_close_does_not_count() -> None:
    log = SendLog()
    log.begin(pack(0, 1), 100)
    assert not log.end(pack(0, 1), room=0, whole=False)
    log.begin(pack(0, 2), 100)
    log.close()
    assert not log.end(pack(0, 2), room=0, whole=True)
    assert log.count == 0
    assert columns(log.drain(now=200, error=0)) == [[], [], []]


def test_the_horizon_waits_for_what_is_under_way() -> None:
    log = SendLog()
    assert log.drain(now=50, error=0).horizon == 50
    log.begin(pack(0, 1), 60)
    log.begin(pack(0, 2), 70)
    assert log.drain(now=100, error=0).horizon == 60
    log.end(pack(0, 1), room=0, whole=True)
    assert log.drain(now=100, error=0).horizon == 70


def test_parts_are_joined_with_the_earliest_horizon_and_the_largest_error() -> None:
    def part(key: int, horizon: int, error: int) -> Sends:
        one = np.array([key], np.int64).tobytes()
        return Sends(one, one, one, horizon, error)

    whole = join([part(1, 30, 2), part(2, 20, 9)])
    assert columns(whole) == [[1, 2]] * 3
    assert (whole.horizon, whole.error) == (20, 9)
    assert join([]) == Sends(horizon=NEVER)

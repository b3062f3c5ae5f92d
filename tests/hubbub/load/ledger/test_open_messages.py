"""What is open: what was heard of as sent, until it is settled."""

import numpy as np

from hubbub.load.ledger.open_messages import OpenMessages
from hubbub.load.ledger.sends import Sends


def sends(*messages: tuple[int, int, int], horizon: int, error: int = 0) -> Sends:
    keys, rooms, times = np.array(messages, np.int64).reshape(-1, 3).T
    return Sends(keys.tobytes(), rooms.tobytes(), times.tobytes(), horizon, error)


def test_what_is_heard_of_is_open_until_it_is_closed() -> None:
    opened = OpenMessages()
    opened.ingest(sends((1, 0, 50), (2, 3, 60), horizon=70))
    opened.ingest(sends((3, 0, 80), horizon=90))
    assert len(opened) == 3
    closed = opened.close(np.array([True, False, False]))
    assert [column.tolist() for column in closed] == [[1], [0], [50]]
    assert [key in opened for key in (1, 2, 3)] == [False, True, True]


def test_each_room_knows_its_oldest_open_message() -> None:
    opened = OpenMessages()
    opened.ingest(sends((1, 0, 60), (2, 0, 50), (3, 1, 70), horizon=80))
    assert opened.oldest == {0: 50, 1: 70}
    opened.close(np.array([False, True, True]))
    assert opened.oldest == {0: 60}


def test_horizon_and_error_never_go_back() -> None:
    opened = OpenMessages()
    assert opened.horizon == -1
    opened.ingest(sends(horizon=80, error=5))
    opened.ingest(sends(horizon=70, error=3))
    assert (opened.horizon, opened.error) == (80, 5)

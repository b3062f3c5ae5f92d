import numpy as np

from swarm.deliveries import DeliveryLog, Fanout, MessageTable, merge, pack, unpack
from swarm.envelope import Envelope


def message(publisher: int, sequence: int, room: int = 0, intended: int = 0, sent: int = 0) -> Envelope:
    return Envelope(1, room, publisher, sequence, intended, sent, 0)


def fanout(*rows: tuple[int, int, int, int, int, int]) -> Fanout:
    return Fanout(*np.array(rows, np.int64).reshape(-1, 6).T)


def test_all_deliveries_of_a_read_share_its_times() -> None:
    log = DeliveryLog()
    log.rows.extend([4, 5])
    log.close_read(0, arrival=10, read=12)
    log.rows.append(6)
    log.close_read(2, arrival=20, read=21)
    batch = log.take()
    assert [column.tolist() for column in batch] == [[4, 5, 6], [10, 10, 20], [12, 12, 21]]


def test_a_read_without_deliveries_leaves_no_trace_and_taking_empties_the_log() -> None:
    log = DeliveryLog()
    log.close_read(0, arrival=10, read=12)
    assert [column.tolist() for column in log.take()] == [[], [], []]
    log.rows.append(1)
    log.close_read(0, arrival=1, read=1)
    assert len(log.take().rows) == 1
    assert len(log.take().rows) == 0


def test_a_message_knows_its_first_and_last_arrival_and_how_many_there_were() -> None:
    table, log = MessageTable(), DeliveryLog()
    row = table.add(message(publisher=3, sequence=7, room=2, intended=100))
    table.add(message(publisher=3, sequence=8))
    for arrival in (130, 110, 120):
        log.rows.append(row)
        log.close_read(len(log.rows) - 1, arrival, arrival)
    table.observe(log.take())
    assert [column.tolist() for column in table.fanout()] == [[3 << 32 | 7], [2], [100], [110], [130], [3]]


def test_messages_of_several_parts_become_one() -> None:
    merged = merge([fanout((1, 0, 5, 10, 20, 2), (2, 0, 6, 11, 12, 1)), fanout((1, 0, 5, 8, 15, 3))])
    assert list(zip(*(column.tolist() for column in merged), strict=True)) == [
        (1, 0, 5, 8, 20, 5),
        (2, 0, 6, 11, 12, 1),
    ]


def test_no_parts_make_nothing() -> None:
    assert [len(column) for column in merge([])] == [0] * 6
    assert [len(column) for column in merge([fanout()])] == [0] * 6


def test_a_fanout_survives_the_way_to_another_process() -> None:
    there = fanout((1, 2, 3, 4, 5, 6), (7, 8, 9, 10, 11, 12))
    assert [column.tolist() for column in unpack(pack(there))] == [column.tolist() for column in there]

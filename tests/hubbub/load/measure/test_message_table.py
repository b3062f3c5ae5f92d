import numpy as np

from hubbub.load.measure.delivery_log import UNMEASURED, DeliveryLog
from hubbub.load.measure.message_table import MessageTable
from hubbub.load.messages.envelope import Envelope
from hubbub.load.messages.message_key import pack


def message(publisher: int, sequence: int, room: int = 0, intended: int = 0, sent: int = 0) -> Envelope:
    return Envelope(1, room, publisher, sequence, intended, sent, 0)


def test_all_deliveries_of_a_read_share_its_times() -> None:
    log = DeliveryLog()
    log.rows.extend([4, 5])
    log.close_read(0, arrival=10, read=12)
    log.rows.append(6)
    log.close_read(2, arrival=20, read=21)
    batch = log.drain()
    assert [column.tolist() for column in batch] == [[4, 5, 6], [10, 10, 20], [12, 12, 21]]


def test_a_read_without_deliveries_leaves_no_trace_and_taking_empties_the_log() -> None:
    log = DeliveryLog()
    log.close_read(0, arrival=10, read=12)
    assert [column.tolist() for column in log.drain()] == [[], [], []]
    log.rows.append(1)
    log.close_read(0, arrival=1, read=1)
    assert len(log.drain().rows) == 1
    assert len(log.drain().rows) == 0


def test_a_message_knows_its_first_and_last_arrival_and_how_many_there_were() -> None:
    table, log = MessageTable(), DeliveryLog()
    row = table.add(message(publisher=3, sequence=7, room=2, intended=100))
    table.add(message(publisher=3, sequence=8))
    for arrival in (130, 110, 120):
        log.rows.append(row)
        log.close_read(len(log.rows) - 1, arrival, arrival)
    table.observe(log.drain())
    fanout = table.fanout(np.array([0, 1]))
    assert [column.tolist() for column in fanout] == [[pack(3, 7)], [2], [100], [110], [130], [3]]


def test_what_is_not_timed_counts_as_delivered_only() -> None:
    table, log = MessageTable(), DeliveryLog()
    row = table.add(message(publisher=3, sequence=7, intended=100))
    log.note_unmeasured(row, read=150)
    log.rows.append(row)
    log.close_read(0, arrival=130, read=131)
    log.rows.append(row)
    log.close_read(1, UNMEASURED, read=140)
    batch = log.drain()
    assert [column.tolist() for column in batch] == [[0, 0, 0], [130, -1, -1], [131, 140, 150]]
    table.observe(batch)
    assert [column.tolist() for column in table.fanout(np.array([row]))][3:] == [[130], [130], [3]]


def test_rows_are_found_by_the_messages_keys() -> None:
    table = MessageTable()
    assert table.find(np.array([5])).tolist() == [-1]
    for sequence in (9, 7, 8):
        table.add(message(publisher=3, sequence=sequence))
    keys = np.array([pack(3, 7), pack(3, 9), pack(3, 6), pack(4, 7)])
    assert table.find(keys).tolist() == [1, 0, -1, -1]


def test_rows_stay_what_they_are_when_the_first_are_forgotten() -> None:
    table, log = MessageTable(), DeliveryLog()
    rows = [table.add(message(publisher=1, sequence=sequence, intended=sequence)) for sequence in range(3)]
    log.rows.extend(rows)
    log.close_read(0, arrival=50, read=51)
    table.observe(log.drain())
    table.forget(2)
    assert table.intended(np.array([2])).tolist() == [2]
    assert table.find(np.array([pack(1, 1), pack(1, 2)])).tolist() == [-1, 2]
    assert table.deliveries(np.array([2, -1])).tolist() == [1, 0]
    assert table.add(message(publisher=1, sequence=3)) == 3


def test_a_message_that_comes_late_is_kept_until_it_was_told() -> None:
    table, log = MessageTable(), DeliveryLog()
    late = table.add_late(message(publisher=3, sequence=7))
    log.rows.append(late)
    log.close_read(0, arrival=130, read=131)
    table.observe(log.drain())
    table.forget(table.end)
    assert table.fanout(np.zeros(0, np.int64)).keys.tolist() == [pack(3, 7)]
    table.forget(table.end)
    assert table.find(np.array([pack(3, 7)])).tolist() == [-1]


def test_a_message_that_comes_late_is_told_with_the_next_ones() -> None:
    table, log = MessageTable(), DeliveryLog()
    log.rows.append(table.add_late(message(publisher=1, sequence=0)))
    log.close_read(0, arrival=50, read=51)
    table.observe(log.drain())
    assert table.fanout(np.array([], np.int64)).keys.tolist() == [pack(1, 0)]
    assert table.fanout(np.array([], np.int64)).keys.tolist() == []

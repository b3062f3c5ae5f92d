import numpy as np

from hubbub.load.measure.fanout import Fanout, merge, pack, unpack


def fanout(*rows: tuple[int, int, int, int, int, int]) -> Fanout:
    return Fanout(*np.array(rows, np.int64).reshape(-1, 6).T)


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

import asyncio

import pytest

from reference_server.userlist_throttle import BYTES_PER_SECOND, LONGEST_GAP, SHORTEST_GAP, UserlistThrottle


@pytest.mark.parametrize(
    ("cost", "gap"),
    [(100, SHORTEST_GAP), (BYTES_PER_SECOND // 4, 0.25), (BYTES_PER_SECOND * 9, LONGEST_GAP)],
)
def test_the_costlier_a_userlist_the_longer_until_the_next(cost: int, gap: float) -> None:
    async def measure() -> float:
        loop = asyncio.get_running_loop()
        sent: asyncio.Queue[float] = asyncio.Queue()

        def send() -> int:
            sent.put_nowait(loop.time())
            return cost

        pace = UserlistThrottle(send)
        pace.changed()
        first = await sent.get()
        pace.changed()
        return await sent.get() - first

    assert asyncio.run(measure()) >= gap * 0.99


def test_the_first_change_after_a_quiet_time_is_told_at_once() -> None:
    async def measure() -> list[str]:
        order: list[str] = []
        done = asyncio.Event()

        def send() -> int:
            order.append("userlist")
            done.set()
            return 0

        asyncio.get_running_loop().call_later(SHORTEST_GAP, order.append, "gap")
        UserlistThrottle(send).changed()
        await done.wait()
        return order

    assert asyncio.run(measure()) == ["userlist"]


def test_nothing_is_told_after_a_stop() -> None:
    async def measure() -> list[str]:
        order: list[str] = []

        def send() -> int:
            order.append("userlist")
            return 0

        pace = UserlistThrottle(send)
        pace.changed()
        pace.stop()
        await asyncio.sleep(SHORTEST_GAP / 10)
        return order

    assert asyncio.run(measure()) == []

from time import sleep

import gevent

from swarm.health import Health


def test_a_blocked_event_loop_shows_as_lag() -> None:
    health = Health()
    gevent.sleep(0.06)
    sleep(0.3)
    gevent.sleep(0.06)
    health.stop()
    assert health.loop_lag.max > 200_000_000


def test_cpu_time_is_told_as_a_share_of_a_core_and_stands_still_after_the_end() -> None:
    health = Health()
    total = sum(number * number for number in range(300_000))
    health.stop()
    share = health.cpu_share
    gevent.sleep(0.05)
    assert total > 0
    assert 0.0 < share <= 1.1
    assert health.cpu_share == share

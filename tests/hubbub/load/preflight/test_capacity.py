import resource
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from hubbub.load.preflight.capacity import Before, Ports, file_shortage, local_ports, port_shortage, shortages
from hubbub.load.workload.targets import Target

ROOT = Path(__file__).parents[4]
PORTS = Ports(32768, 60999)
ADDRESS = ("192.0.2.1", 80)


@pytest.mark.parametrize(("users", "told"), [(800, None), (900, False), (950, True)])
def test_file_descriptors_are_told_when_they_get_scarce_and_when_they_will_not_do(
    users: int, told: bool | None
) -> None:
    found = file_shortage(users, 10, 1000)
    assert (found and found.fatal) == told


def test_a_shortage_of_file_descriptors_tells_the_numbers_and_what_to_do() -> None:
    found = file_shortage(12_000, 36, 10_000)
    assert found is not None
    assert found.text == (
        "12,000 users in one process take about 12,100 file descriptors, and it may have 10,000: "
        "raise the limit (ulimit -n 24200), or spread the users with --processes"
    )


def test_a_process_without_a_limit_has_file_descriptors_enough() -> None:
    assert file_shortage(10**9, 10, None) is None


@pytest.mark.parametrize(
    ("users", "used", "told"),
    [(25_000, 0, None), (27_000, 0, False), (28_233, 0, True), (25_000, 4000, True)],
)
def test_ports_are_told_when_they_get_scarce_and_when_they_will_not_do(
    users: int, used: int, told: bool | None
) -> None:
    found = port_shortage(users, ADDRESS, used, PORTS)
    assert (found and found.fatal) == told


def test_a_shortage_of_ports_tells_the_numbers_and_what_to_do() -> None:
    found = port_shortage(40_000, ("::1", 80), 32, PORTS)
    assert found is not None
    assert found.text == (
        "40,000 users take as many local ports towards [::1]:80, and 28,200 of 28,232 are free: give the "
        "server more addresses, generate load from more hosts, or widen the range "
        '(sysctl net.ipv4.ip_local_port_range="1024 65535", now 32768 60999)'
    )


def test_users_are_spread_over_processes_and_addresses() -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    ports = local_ports()
    assert ports is not None, "this test needs Linux"
    many, here = ports.size + 1, Target("ws://127.0.0.1:1/")
    assert any("local ports" in each.text and each.fatal for each in shortages(many, many, [here]))
    assert not shortages(many, many, [here, Target("ws://127.0.0.2:1/")])
    assert any("file descriptors" in each.text for each in shortages(limit, 1, [])) == (limit > 0)
    assert not shortages(limit, limit, [Target("ws://name.invalid/")])


def test_users_that_are_there_already_are_not_counted_twice() -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    used = psutil.Process().num_fds()
    users = limit - used - 64
    assert [each.fatal for each in shortages(users + 1, 1, [])] == [True]
    assert [each.fatal for each in shortages(users + 1, 1, [], Before(all=1, own=1))] == [False]
    assert [each.fatal for each in shortages(users + 1, 1, [], Before(all=1, own=0))] == [True]


PROGRAM = """
import resource
from hubbub.load.websocket.exhaustion import raise_file_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (50, 90))
raise_file_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_a_process_takes_all_the_file_descriptors_that_it_may_have() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "(90, 90)"

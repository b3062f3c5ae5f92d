"""Users' clients against real servers."""

import os
import resource
import signal
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import psutil
import pytest

from hubbub.load.config_error import ConfigError
from hubbub.load.measure.slices import total
from hubbub.load.users.causes import JoinError
from hubbub.load.websocket.exhaustion import RESERVE

StartServer = Callable[..., Any]
Together = Callable[[list[Callable[[], object]]], None]
StartSwarm = Callable[..., Any]


def test_every_member_gets_every_message_once(chat_server: Any, start_swarm: StartSwarm) -> None:
    swarm = start_swarm(chat_server.url, rooms=2)
    swarm.join(6)
    swarm.publish(rounds=5)
    report = swarm.report()
    assert report.status.ledger["published"] == 30
    assert report.status.ledger["expected"] == report.status.ledger["delivered"] == 90
    assert {name: report.status.ledger[name] for name in ("lost", "duplicated", "reordered", "corrupt")} == {
        "lost": 0,
        "duplicated": 0,
        "reordered": 0,
        "corrupt": 0,
    }
    assert total(report.distributions.intended).count == 90
    assert report.worker.arrival == "kernel"
    assert report.distributions.queueing.count == 90


def test_users_are_spread_evenly_over_the_rooms(chat_server: Any, start_swarm: StartSwarm) -> None:
    swarm = start_swarm(chat_server.url, rooms=3)
    swarm.join(7)
    assert [tally.members for tally in swarm.report().rooms] == [3, 2, 2]


def test_who_joins_later_is_owed_only_what_comes_later(chat_server: Any, start_swarm: StartSwarm) -> None:
    swarm = start_swarm(chat_server.url, rooms=1)
    swarm.join(1)
    swarm.publish(rounds=3)
    swarm.join(1)
    swarm.publish()
    ledger = swarm.report().status.ledger
    assert (ledger["published"], ledger["expected"], ledger["lost"]) == (5, 7, 0)


def test_who_has_left_is_owed_nothing_more(chat_server: Any, start_swarm: StartSwarm) -> None:
    swarm = start_swarm(chat_server.url, rooms=1)
    swarm.join(2)
    swarm.clients.pop().leave()
    swarm.publish(rounds=2)
    ledger = swarm.report().status.ledger
    assert (ledger["expected"], ledger["lost"]) == (2, 0)
    assert swarm.engine.measurements.connections.lost == 0
    assert swarm.engine.measurements.connections.members == 1


def test_who_leaves_and_joins_again_goes_on_counting_its_messages(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1)
    swarm.join(2)
    swarm.publish(rounds=2)
    first, other = swarm.clients
    first.leave()
    assert (first.member, first.lost, swarm.engine.measurements.connections.members) == (False, False, 1)
    other.publish(swarm.engine.context.clock.now())
    first.join()
    swarm.publish(rounds=2)
    report = swarm.report()
    assert (report.status.ledger["published"], report.status.ledger["lost"]) == (9, 0)
    assert 13 <= report.status.ledger["expected"] <= 17, "what was under way to the leaver is not owed"
    assert (
        report.status.ledger["reordered"]
        == report.status.ledger["duplicated"]
        == report.status.ledger["corrupt"]
        == 0
    )
    assert (report.status.connections.opened, report.status.connections.lost, report.worker.users) == (
        3,
        0,
        2,
    )


def test_who_drops_was_heard_to_the_last_message(
    chat_server: Any, start_swarm: StartSwarm, together: Together
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1)
    swarm.join(3)
    for _ in range(5):
        swarm.publish(rounds=4)
        together([client.drop for client in swarm.clients])
        assert swarm.engine.measurements.connections.members == 0
        together([client.join for client in swarm.clients])
    report = swarm.report()
    assert report.status.ledger["published"] == 60
    assert report.status.ledger["lost"] == report.status.ledger["corrupt"] == 0
    assert (report.status.connections.opened, report.status.connections.lost) == (18, 0)


def test_a_new_name_counts_from_the_next_message_on(chat_server: Any, start_swarm: StartSwarm) -> None:
    """A delivery under another name than its envelope's would be corrupt."""
    swarm = start_swarm(chat_server.url, rooms=1)
    swarm.join(2)
    for _ in range(3):
        swarm.publish(rounds=2)
        swarm.clients[0].rename()
    swarm.publish()
    ledger = swarm.report().status.ledger
    assert (ledger["delivered"], ledger["lost"], ledger["corrupt"]) == (28, 0, 0)


def test_who_puts_off_reading_gets_it_all_in_the_end_and_its_times_do_not_count(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1)
    swarm.join(3)
    slow, *others = swarm.clients
    pausing = gevent.spawn(slow.pause, swarm.engine.context.clock.now() + 10**12)
    gevent.sleep(0)
    for client in others:
        client.publish(swarm.engine.context.clock.now())
    report = swarm.report()
    pausing.join()
    assert (report.status.ledger["expected"], report.status.ledger["delivered"]) == (6, 6)
    assert total(report.distributions.intended).count == 4


def test_the_server_may_end_the_connection_of_one_who_does_not_read(
    start_server: StartServer, start_swarm: StartSwarm
) -> None:
    swarm = start_swarm(start_server().url, rooms=1, message_size=40_000)
    swarm.join(2)
    slow, other = swarm.clients
    pausing = gevent.spawn(slow.pause, swarm.engine.context.clock.now() + 10**12)
    gevent.sleep(0)
    for _ in range(400):
        other.publish(swarm.engine.context.clock.now())
        while not other.heard:
            gevent.sleep(0.001)
    report = swarm.report()
    pausing.join()
    assert (report.status.connections.shed, report.status.connections.lost) == (1, 0)
    assert (slow.member, slow.lost, swarm.lost) == (False, False, [])
    assert report.status.ledger["lost"] == 0
    assert 400 <= report.status.ledger["expected"] < 800


def test_a_schedule_ends_at_a_moment_and_goes_on_later_without_what_fell_between(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1, rate=100.0, schedule="fixed")
    swarm.join(1)
    client, clock = swarm.clients[0], swarm.engine.context.clock
    stop = clock.now() + 200_000_000
    early = list(client.schedule(until=stop))
    gevent.sleep(0.1)
    again = clock.now()
    late = next(client.schedule())
    assert early
    assert max(early) <= stop < again <= late
    assert (late - early[0]) % 10_000_000 in {0, 1, 9_999_999}


def test_a_big_message_is_one_message(chat_server: Any, start_swarm: StartSwarm) -> None:
    swarm = start_swarm(chat_server.url, rooms=1, message_size=20_000)
    swarm.join(2)
    swarm.publish(rounds=3)
    ledger = swarm.report().status.ledger
    assert (ledger["delivered"], ledger["lost"], ledger["corrupt"]) == (12, 0, 0)


def test_a_schedule_yields_moments_when_they_come_and_ends_with_the_publishing(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1, rate=200.0)
    swarm.join(1)
    late = []
    for intended in swarm.clients[0].schedule():
        late.append(swarm.engine.context.clock.now() - intended)
        swarm.clients[0].publish(intended)
        if len(late) == 20:
            swarm.engine.stop_publishing()
    assert len(late) == 20
    assert min(late) >= 0
    assert swarm.report().status.ledger["published"] == 20


def test_what_was_due_and_not_sent_is_overdue(chat_server: Any, start_swarm: StartSwarm) -> None:
    swarm = start_swarm(chat_server.url, rooms=1, rate=100.0)
    swarm.join(1)
    schedule = swarm.clients[0].schedule()
    next(schedule)
    gevent.sleep(1.0)
    assert swarm.report().overdue >= 50


def test_the_time_is_counted_that_a_server_does_not_read(
    start_server: StartServer, start_swarm: StartSwarm
) -> None:
    server = start_server()
    swarm = start_swarm(server.url, rooms=1, message_size=12_000_000)
    swarm.join(1)

    def go_on() -> None:
        while not swarm.engine.accounting.sends.sending:
            gevent.sleep(0.005)
        gevent.sleep(0.2)
        server.process.send_signal(signal.SIGCONT)

    server.process.send_signal(signal.SIGSTOP)
    later = gevent.spawn(go_on)
    swarm.publish()
    later.join()
    assert swarm.engine.measurements.recorder.held_up > 100_000_000


def test_a_connection_that_the_server_closes_is_lost_with_its_code(
    start_server: StartServer, start_swarm: StartSwarm
) -> None:
    server = start_server("--max-message", "1024")
    swarm = start_swarm(server.url, rooms=1, message_size=2000)
    swarm.join(1)
    swarm.publish()
    with gevent.Timeout(20):
        while not swarm.lost:
            gevent.sleep(0.01)
    report = swarm.report()
    assert (report.status.connections.lost, report.status.connections.closes) == (1, {"1009": 1})
    assert [error.kind for error in report.errors] == ["closed with 1009"]


def test_a_refused_connection_is_told(start_swarm: StartSwarm) -> None:
    swarm = start_swarm("ws://127.0.0.1:1/")
    with pytest.raises(JoinError, match="refused"):
        swarm.join(1)
    report = swarm.report()
    assert (report.status.connections.attempted, report.status.connections.failed) == (1, 1)
    assert [(error.kind, error.count) for error in report.errors] == [
        ("no connection: Connection refused", 1)
    ]


def test_a_refused_handshake_is_told(start_server: StartServer, start_swarm: StartSwarm) -> None:
    server = start_server("--fault", "refuse", program="mutants")
    swarm = start_swarm(server.url)
    with pytest.raises(JoinError, match="503"):
        swarm.join(1)
    assert swarm.engine.measurements.connections.failed == 1


def test_a_server_that_never_greets_is_told(start_server: StartServer, start_swarm: StartSwarm) -> None:
    server = start_server("--fault", "never-greet", program="mutants")
    swarm = start_swarm(server.url, connect_timeout=0.5)
    with pytest.raises(JoinError, match=r"no Status within 0\.5 s"):
        swarm.join(1)
    assert swarm.engine.measurements.connections.joining == 0


def test_a_server_that_goes_away_is_told(start_server: StartServer, start_swarm: StartSwarm) -> None:
    server = start_server()
    swarm = start_swarm(server.url, rooms=1)
    swarm.join(3)
    server.stop()
    with gevent.Timeout(20):
        while len(swarm.lost) < 3:
            gevent.sleep(0.01)
    report = swarm.report()
    assert report.status.connections.lost == 3
    assert report.status.connections.closes == {"1001": 3}
    assert swarm.engine.measurements.connections.members == 0


@pytest.mark.parametrize("trust", ["ca", "insecure"])
def test_over_tls_nothing_is_lost_and_reading_times_serve(
    start_server: StartServer, start_swarm: StartSwarm, certificate: tuple[Path, Path], trust: str
) -> None:
    chain, key = certificate
    server = start_server("--cert", str(chain), "--key", str(key))
    trusted = {"ca": str(chain)} if trust == "ca" else {"insecure": True}
    swarm = start_swarm(server.url, rooms=1, message_size=30_000, **trusted)
    swarm.join(4)
    swarm.publish(rounds=10)
    report = swarm.report()
    assert (report.status.ledger["delivered"], report.status.ledger["lost"]) == (160, 0)
    assert report.worker.arrival == "read"
    assert report.distributions.queueing.count == 0


def test_an_unknown_certificate_is_refused(
    start_server: StartServer, start_swarm: StartSwarm, certificate: tuple[Path, Path]
) -> None:
    chain, key = certificate
    server = start_server("--cert", str(chain), "--key", str(key))
    swarm = start_swarm(server.url)
    with pytest.raises(JoinError, match=f"{server.url}: .*CERTIFICATE_VERIFY_FAILED"):
        swarm.join(3)
    gevent.sleep(0.1)
    [error] = swarm.engine.measurements.errors.record()
    assert error.kind == "TLS failed: self-signed certificate (give --ca FILE, or --insecure)"


def test_a_certificate_of_another_name_is_refused(
    start_server: StartServer,
    start_swarm: StartSwarm,
    certify: Callable[[Path, str], tuple[Path, Path]],
    tmp_path: Path,
) -> None:
    chain, key = certify(tmp_path, "127.0.0.9")
    server = start_server("--cert", str(chain), "--key", str(key))
    swarm = start_swarm(server.url, ca=str(chain))
    with pytest.raises(JoinError, match="IP address mismatch"):
        swarm.join(1)
    [error] = swarm.engine.measurements.errors.record()
    assert error.kind.startswith("TLS failed: IP address mismatch")


def test_a_file_that_holds_no_certificates_is_told(
    start_swarm: StartSwarm, certificate: tuple[Path, Path]
) -> None:
    with pytest.raises(ConfigError, match="cannot be used"):
        start_swarm("wss://127.0.0.1/", ca=str(certificate[1]))
    assert ssl.HAS_TLSv1_3


@pytest.fixture
def few_file_descriptors() -> Iterator[None]:
    """Leave this process three more file descriptors than no connection takes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(path.name) for path in Path("/proc/self/fd").iterdir())
    holes = [os.open("/dev/null", os.O_RDONLY) for _ in range(highest + 1 - psutil.Process().num_fds())]
    resource.setrlimit(resource.RLIMIT_NOFILE, (psutil.Process().num_fds() + RESERVE + 3, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    for hole in holes:
        os.close(hole)


@pytest.mark.usefixtures("few_file_descriptors")
def test_whoever_gets_no_file_descriptor_is_the_load_generators_failure(
    chat_server: Any, start_swarm: StartSwarm
) -> None:
    swarm = start_swarm(chat_server.url, rooms=1)
    with pytest.raises(JoinError, match="out of file descriptors"):
        swarm.join(6)
    connections = swarm.engine.measurements.connections
    assert 0 < connections.starved == connections.failed
    kind = "load generator out of file descriptors (ulimit -n)"
    assert [error.kind for error in swarm.engine.measurements.errors.record()] == [kind]
    kept = [os.open("/dev/null", os.O_RDONLY) for _ in range(RESERVE)]
    for descriptor in kept:
        os.close(descriptor)

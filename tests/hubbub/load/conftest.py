"""What the engine's tests need: an engine with clients in this process, without Locust."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic_ns

import gevent
import pytest

from hubbub.load.config.config import LoadConfig
from hubbub.load.config.plan import Plan, new_plan
from hubbub.load.exchange.report import Report
from hubbub.load.timing.clock import RunClock
from hubbub.load.users.client import Client
from hubbub.load.users.engine import Engine
from hubbub.load.websocket.listener import End
from hubbub.load.worker.report import make_report

PATIENCE = 20.0
"""How long, in s, a test waits for what must come."""


@dataclass
class Swarm:
    """An engine and its clients, all joined, led step by step."""

    engine: Engine
    clients: list[Client] = field(default_factory=list)
    lost: list[End] = field(default_factory=list)

    def join(self, users: int) -> None:
        """Let so many more users join, all at once; raises JoinError where one cannot."""
        fresh = [Client(self.engine, self.lost.append) for _ in range(users)]
        do_together([client.join for client in fresh])
        self.clients += fresh

    def publish(self, rounds: int = 1) -> None:
        """Let every client publish, one after the other, so many times."""
        for _ in range(rounds):
            for client in self.clients:
                client.publish(self.engine.context.clock.now())
            gevent.sleep(0)

    def report(self, *, arrivals: int | None = None) -> Report:
        """Stop publishing, wait until nothing is awaited, and report.

        What is lost is awaited for ever, and what comes too often is not awaited at all. So where the number
        of ``arrivals`` is known, it waits for that many instead.
        """
        self.engine.stop_publishing()
        self.engine.accounting.settlement.ingest(self.engine.accounting.drain_sends())
        self.engine.accounting.settle()
        with gevent.Timeout(PATIENCE, False):
            while not self._has_all(arrivals):
                gevent.sleep(0.01)
                self.engine.accounting.settle()
        return make_report(self.engine)

    def _has_all(self, arrivals: int | None) -> bool:
        """Whether so many have come, corrupt, duplicated and misdelivered ones among them."""
        if arrivals is None:
            return not self.engine.accounting.settlement.awaited
        measurements = self.engine.measurements
        wrong = (measurements.anomalies.counts[kind] for kind in ("corrupt", "duplicated", "misdelivered"))
        return measurements.recorder.arrived + sum(wrong) >= arrivals

    def leave(self) -> None:
        """Let all clients leave."""
        do_together([client.leave for client in self.clients])


def do_together(actions: list[Callable[[], object]]) -> None:
    """Do all at once, and wait for them; raises what one raises."""
    greenlets = [gevent.spawn(action) for action in actions]
    done = gevent.joinall(greenlets, timeout=PATIENCE, raise_error=True)
    assert len(done) == len(greenlets), f"{len(greenlets) - len(done)} not done after {PATIENCE:g} s"


@pytest.fixture(autouse=True)
def timely() -> None:
    """Let a test's timeouts begin with it: they count from when gevent's loop last ran, in another test."""
    gevent.get_hub().loop.update_now()


@pytest.fixture
def together() -> Callable[[list[Callable[[], object]]], None]:
    """Return what does several things at once, and waits for them."""
    return do_together


Certify = Callable[[Path, str], tuple[Path, Path]]


@pytest.fixture(scope="session")
def certify() -> Certify:
    """Return what makes a certificate that signed itself, in a folder, for an address."""
    return _certify


def _certify(folder: Path, address: str) -> tuple[Path, Path]:
    """Return the files of the certificate and of its key."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    names = ["-addext", f"subjectAltName=IP:{address}", "-keyout", str(key), "-out", str(chain)]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    return chain, key


@pytest.fixture(scope="session")
def certificate(certify: Certify, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate for this machine's own address."""
    return certify(tmp_path_factory.mktemp("tls"), "127.0.0.1")


StartSwarm = Callable[..., Swarm]


@pytest.fixture
def start_swarm() -> Iterator[StartSwarm]:
    """Start engines against a URL, with settings of ``LoadConfig``; their clients leave with the test."""
    swarms: list[Swarm] = []

    def start(url: str, plan: Plan | None = None, worker: str = "local", **settings: object) -> Swarm:
        config = LoadConfig(host=url, **settings)  # type: ignore[arg-type]  # LoadConfig checks them
        plan = plan or new_plan(monotonic_ns(), (worker,))
        swarms.append(Swarm(Engine(config, plan, worker, RunClock(), lambda *_: None)))
        return swarms[-1]

    yield start
    for swarm in swarms:
        swarm.engine.measurements.health.stop()
        swarm.leave()

"""Rounds in which receivers take turns at the same feed, and the medians of what they tell."""

import secrets
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.outcome import Figure, say
from benchmarks.processes import CLIENT, ROOT, SERVER, module, started
from benchmarks.receiving.feeder import Fed, Feed
from benchmarks.receiving.tally import Tally

OURS = "hubbub"
SYNC, SYNC_ONCE = "websockets.sync", "websockets.sync, each payload decoded once"
NODE, NODE_ONCE = "Node ws", "Node ws, each payload decoded once"
RECEIVERS = (OURS, SYNC, NODE, SYNC_ONCE, NODE_ONCE)
FEED = Feed(run=0, seconds=4.0)
"""What each gets in each round, but for the run's number."""
ROUNDS = 3
_NODE_RECEIVER = str(ROOT / "benchmarks" / "receiving" / "node_receiver.mjs")


class InexactError(Exception):
    """A receiver's count is not what was sent."""


def receive(name: str, feed: Feed) -> Tally:
    """Let one receiver have a feed; raises InexactError where its counts are not the feeder's."""
    feed = msgspec.structs.replace(feed, run=secrets.randbits(64))
    told = msgspec.json.encode(feed).decode()
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        log = str(Path(folder) / "sends")
        command = module("benchmarks.receiving.feeder", told, log)
        with started(command, SERVER, stdout=subprocess.PIPE) as feeder:
            assert feeder.stdout
            port = feeder.stdout.readline().strip()
            with started(_command(name, port, told, log), CLIENT, stdout=subprocess.PIPE) as receiver:
                tally = msgspec.json.decode(receiver.communicate()[0], type=Tally)
            fed = msgspec.json.decode(feeder.stdout.readline(), type=Fed)
    if tally.wrong or tally.deliveries != fed.deliveries:
        raise InexactError(f"{name}: {tally.deliveries:,} of {fed.deliveries:,}, and {tally.wrong:,} wrong")
    reads = f", {tally.deliveries / tally.reads:.0f} messages a read" if tally.reads else ""
    say(
        f"  {name:<46} {tally.rate:>9,.0f} deliveries per CPU second "
        f"({tally.deliveries:,} in {fed.seconds:.1f} s of {fed.payload} bytes{reads})"
    )
    return tally


def compare(feed: Feed = FEED, rounds: int = ROUNDS, receivers: Sequence[str] = RECEIVERS) -> list[Figure]:
    """Let the receivers take turns; return the medians, and how many times the others' ours is."""
    rates: dict[str, list[float]] = {name: [] for name in receivers}
    for number in range(rounds):
        say(f"receiving, round {number + 1} of {rounds}")
        for name in receivers:
            rates[name].append(receive(name, feed).rate)
    ours = rates[OURS]
    figures = [_figure(name, median(found)) for name, found in rates.items()]
    for name, found in rates.items():
        if name != OURS:
            ratio = median(mine / other for mine, other in zip(ours, found, strict=True))
            least = {SYNC: 6.0, NODE: 2.0}.get(name)
            figures.append(
                Figure(name=f"  hubbub to {name}", value=ratio, unit="times", least=least, digits=1)
            )
    return figures


def _figure(name: str, rate: float) -> Figure:
    least = 400_000.0 if name == OURS else None
    return Figure(name=f"receiving: {name}", value=rate, unit="deliveries per CPU second", least=least)


def _command(name: str, port: str, feed: str, log: str) -> list[str]:
    way = "remember" if name in (SYNC_ONCE, NODE_ONCE) else "decode"
    if name in (NODE, NODE_ONCE):
        return ["node", _NODE_RECEIVER, port, feed, way]
    if name in (SYNC, SYNC_ONCE):
        return module("benchmarks.receiving.gevent_receiver", port, feed, way)
    return module("benchmarks.receiving.hubbub_receiver", port, feed, log)

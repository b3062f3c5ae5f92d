"""The verdict of a run: whether it measured anything, whether the server was right, whether to trust it.

The exit code follows in this order:

1. ``1``, error: nothing was measured, or the engine itself failed, so that its books cannot be trusted.
2. ``3``, failure: the server was wrong. A lost message is lost, whatever the load generator's health.
3. ``4``, invalid: the measurement broke a limit, so its figures say nothing about objectives.
4. ``3``, failure: a declared service level objective was missed.
5. ``4``, invalid: sends were late or missing because the server did not read what it was sent. Latency
   counts from the intended time and includes that wait; so a missed objective is missed all the same, but one
   that was met was met under less load than was asked for.
6. ``4``, unjudged: an objective that somebody asked for stands on too few messages to be judged. The
   measurement is valid for all else. Of a scenario's own objective it is told, and decides nothing.
7. ``0``, pass.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Literal

import msgspec

from hubbub.load.config.config import LoadConfig
from hubbub.load.exchange.status import ProcessStatus, total_ledger
from hubbub.load.measure.distribution import Distribution
from hubbub.load.measure.tallies import merge_connections
from hubbub.load.timing.moments import MILLISECOND
from hubbub.results.connections import Connections
from hubbub.results.counts import Ledger
from hubbub.results.load_result import Ceiling, Objective, Verdict
from hubbub.text.quantities import duration

_WITHHELD_OVER = 0.1
"""A one-way latency is withheld where the clocks' error is over this share of its median."""
_SLOW_READER = 0.02
"""From this share of their time on that users wait for the server to read, its slowness is worth a word."""
_LARGEST_STEP = 10 * MILLISECOND
"""By how much the wall clock may be set between two looks at it, in ns; slewing stays far below."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that a verdict rests on; durations in ns."""

    ledger: Ledger
    connections: Connections
    errors: tuple[str, ...] = ()
    """One line for each kind of error."""
    faults: tuple[str, ...]
    lost_workers: int = 0
    """Processes that were part of the run and did not report."""
    late_workers: int = 0
    """Processes that came after the run had begun."""
    missing_workers: int = 0
    """Processes that were expected and were not there when it began."""
    interrupted: bool = False
    """Whether the user did not wait for the drain's end."""
    joining: int
    """Connections that were still opening when the run ended."""
    waiting: tuple[str, ...] = ()
    """One line for each thing that those were waiting for."""
    scheduled: int
    intended: Distribution
    lateness_p99: int
    lag_p99: int
    """The worst worker's."""
    queueing_p99: int
    cpu_share: float
    """The worst worker's."""
    held_up: float
    """The share of their time in which users waited for the server to read; the worst worker's."""
    clock_error: int
    """The worst worker's."""
    clock_step: int
    exceptions: tuple[str, ...] = ()
    """One line for each kind of exception in a scenario."""
    ceiling: Ceiling | None = None
    short_of: tuple[str, ...] = ()
    """What the load generator ran out of."""
    cut: float = 0.0
    """After how many s the drain was ended though the load generator was still reading; 0 if it was not."""
    objectives: tuple[Objective, ...] = ()
    """What became of the declared ones."""

    @classmethod
    def of(
        cls,
        statuses: Sequence[ProcessStatus],
        config: LoadConfig,
        intended: Distribution,
        lateness: Distribution,
    ) -> "Evidence":
        """Return what the processes of a run tell together; what only the master knows is left as it is.

        ``intended`` is all processes' latency from the intended time, ``lateness`` that of all their sends.
        """
        ledger = total_ledger(statuses)
        return cls(
            ledger=ledger,
            connections=merge_connections([status.connections for status in statuses]),
            faults=tuple(config.redact(fault) for status in statuses for fault in status.faults),
            joining=sum(status.joining for status in statuses),
            scheduled=ledger.published,
            intended=intended,
            lateness_p99=lateness.percentile(99),
            lag_p99=max((status.lag_p99 for status in statuses), default=0),
            queueing_p99=max((status.queueing_p99 for status in statuses), default=0),
            cpu_share=max((status.cpu_share for status in statuses), default=0.0),
            held_up=max((status.held_up for status in statuses), default=0.0),
            clock_error=max((status.clock_error for status in statuses), default=0),
            clock_step=max((status.clock_step for status in statuses), default=0),
            short_of=tuple(dict.fromkeys(chain.from_iterable(status.short_of for status in statuses))),
        )


def judge(evidence: Evidence, config: LoadConfig) -> Verdict:
    """Return the verdict, with one sentence for each cause of a bad answer, the gravest first."""
    # In the order of the exit codes above: the first of them that is not empty decides.
    failures = _own_failures(evidence)
    wrongs = _wrongs(evidence)
    breaches = _breaches(evidence, config)
    unread = _unread(evidence, config)
    blind = [each.text for each in evidence.objectives if each.met is None and each.measured is None]
    if blind:
        cause = "the latency is withheld" if withheld(evidence) else "nothing of it was measured"
        breaches.append(f"{', '.join(blind)} cannot be judged, for {cause}")
    missed = _missed(evidence)
    unjudged = _unjudged(evidence, config)
    return Verdict(
        valid=not failures and not breaches and not unread,
        correct=not failures and not wrongs,
        slo=_slo(evidence, unjudged),
        reasons=(*failures, *wrongs, *breaches, *missed, *unread, *unjudged, *_notes(evidence)),
        exit_code=_exit_code(failures, wrongs, breaches, missed, [*unread, *unjudged]),
        objectives=evidence.objectives,
    )


def _slo(evidence: Evidence, unjudged: list[str]) -> Literal["met", "missed", "unjudged", "none"]:
    judged = [objective.met for objective in evidence.objectives if objective.met is not None]
    if not all(judged):
        return "missed"
    if unjudged:
        return "unjudged"
    return "met" if judged else "none"


def withheld(evidence: Evidence) -> str:
    """Return why one-way latencies are not told, where the clocks of the run's hosts are too far apart.

    It is one sentence, which the result holds, so that every report shows the same; empty if they are told.
    """
    median = evidence.intended.percentile(50)
    if evidence.clock_error <= _WITHHELD_OVER * median:
        return ""
    return (
        "one-way latency is withheld, for the clocks of the run's hosts agree only to "
        f"{duration(evidence.clock_error)}, which is over {_WITHHELD_OVER:.0%} of its median of "
        f"{duration(median)}"
    )


def _exit_code(
    failures: list[str], wrongs: list[str], breaches: list[str], missed: list[str], weak: list[str]
) -> Literal[0, 1, 3, 4]:
    if failures:
        return 1
    if wrongs:
        return 3
    if breaches:
        return 4
    if missed:
        return 3
    return 4 if weak else 0


def _own_failures(evidence: Evidence) -> list[str]:
    failures = [f"the load generator itself failed: {fault}" for fault in evidence.faults[:1]]
    if not evidence.connections.opened:
        failures.append(f"nothing was measured, for {_nobody(evidence)}")
    elif not evidence.ledger.published:
        failures.append("nothing was measured, for no message was published")
    return failures


def _nobody(evidence: Evidence) -> str:
    """Return why nobody became a member, as far as it is known."""
    known = "; ".join((*evidence.errors, *evidence.waiting, *evidence.exceptions))
    if evidence.connections.attempted:
        return f"no connection reached its Status: {known or 'nobody knows why'}"
    return "no user began to join: " + (known or "there was none (-u), or no time for it (-t)")


def _wrongs(evidence: Evidence) -> list[str]:
    ledger, connections = evidence.ledger, evidence.connections
    unread = bool(evidence.cut)
    counts = {
        "were lost": 0 if unread else ledger.lost,
        "were duplicated": ledger.duplicated,
        "came out of order": ledger.reordered,
        "came to another room": ledger.misdelivered,
        "came corrupt": ledger.corrupt,
    }
    wrongs = [f"{count:,} deliveries {what}" for what, count in counts.items() if count]
    if counts["were lost"] and evidence.interrupted:
        wrongs[0] += ", or still under way when the interrupt cut the drain short"
    if ledger.stale and not unread:
        wrongs.append(f"the last userlist of {ledger.stale:,} members was wrong")
    if connections.lost:
        wrongs.append(f"the server ended {connections.lost:,} of {connections.opened:,} connections")
    refused = connections.failed - evidence.joining - connections.starved
    if refused and connections.opened:
        wrongs.append(f"{refused:,} of {connections.attempted:,} connections never reached their Status")
    return wrongs


def _breaches(evidence: Evidence, config: LoadConfig) -> list[str]:
    limits = config.limits
    breaches = _starved(evidence) + _cut(evidence)
    breaches += [
        f"{what} was {duration(value)} at p99, over the limit of {limit:g} ms"
        for what, value, limit in (
            ("the event loop's lag", evidence.lag_p99, limits.lag),
            ("queueing in the load generator", evidence.queueing_p99, limits.lag),
        )
        if value > limit * MILLISECOND
    ]
    # Late sends are the load generator's fault only where the server took what it was sent.
    if not _held_up(evidence):
        breaches += _late(evidence, config)
    if evidence.cpu_share > limits.cpu:
        breaches.append(
            f"a load generator used {evidence.cpu_share:.0%} of a core, over the limit of {limits.cpu:.0%}; "
            "spread the users over more processes with --processes"
        )
    if evidence.lost_workers:
        breaches.append(f"{evidence.lost_workers} load-generating process(es) did not report")
    if evidence.late_workers:
        breaches.append(f"{evidence.late_workers} load-generating process(es) came after the run had begun")
    if evidence.missing_workers:
        breaches.append(
            f"{evidence.missing_workers} load-generating process(es) of --expect-workers were not there when "
            "the run began"
        )
    if evidence.clock_step > _LARGEST_STEP:
        breaches.append(f"the wall clock was set by {duration(evidence.clock_step)} during the run")
    if breaches:
        breaches += _over_the_ceiling(evidence.ceiling)
    return breaches


def _over_the_ceiling(ceiling: Ceiling | None) -> list[str]:
    """Return why it had to come so, where the run asked for more than the load generator can do."""
    if ceiling is None or ceiling.asked <= 1:
        return []
    return [
        f"the load that was asked for is {ceiling.asked:.0%} of this machine's calibrated ceiling: ask for "
        "less, or generate it from more cores"
    ]


def _late(evidence: Evidence, config: LoadConfig) -> list[str]:
    """Return in what the load that was made is not the load that was asked for."""
    limits, late = config.limits, []
    if evidence.lateness_p99 > limits.lateness * MILLISECOND:
        late.append(
            f"the lateness of sends was {duration(evidence.lateness_p99)} at p99, "
            f"over the limit of {limits.lateness:g} ms"
        )
    sent = evidence.ledger.published
    if sent < limits.rate * evidence.scheduled:
        share = sent / evidence.scheduled
        late.append(f"{share:.1%} of the scheduled messages were sent, under the limit of {limits.rate:.0%}")
    return late


def _held_up(evidence: Evidence) -> bool:
    return evidence.held_up > _SLOW_READER


def _unread(evidence: Evidence, config: LoadConfig) -> list[str]:
    """Return the same where it is the server's doing: a missed objective then comes before it."""
    return _late(evidence, config) if _held_up(evidence) else []


def _starved(evidence: Evidence) -> list[str]:
    connections = evidence.connections
    if not connections.starved:
        return []
    short = " and ".join(evidence.short_of) or "out of file descriptors or ports"
    return [
        f"the load generator ran {short} for {connections.starved:,} of {connections.attempted:,} "
        "connections: they never reached the server"
    ]


def _cut(evidence: Evidence) -> list[str]:
    if not evidence.cut:
        return []
    lost = evidence.ledger.lost
    unread = f"; {lost:,} deliveries had not been read, and may not be lost" if lost else ""
    return [
        f"the drain was ended after {evidence.cut:.0f} s, for the server sent more than the load generator "
        f"could read{unread}"
    ]


def _missed(evidence: Evidence) -> list[str]:
    return [
        f"objective {objective.text} was missed: {objective.shown}"
        for objective in evidence.objectives
        if objective.met is False
    ]


def _unjudged(evidence: Evidence, config: LoadConfig) -> list[str]:
    """Return which objectives that somebody asked for were measured on too little, and what to do."""
    return [
        f"objective {each.text} was not judged, {each.shown}; run longer or with more load"
        for each in evidence.objectives
        if each.met is None and each.measured is not None and each.text not in config.own_slos
    ]


def _deaf(connections: Connections) -> Iterator[str]:
    """Yield what to say of addresses that failed while their users got in by others behind the same name."""
    for url, known in connections.urls.items():
        failed = {address: each for address, each in known.addresses.items() if each.failed}
        if failed and known.opened and len(known.addresses) > 1:
            each = "; ".join(
                f"{address} failed {count.failed:,} of {count.attempted:,} times ({count.example})"
                for address, count in failed.items()
            )
            yield f"of the {len(known.addresses)} addresses behind {url}, {len(failed)} failed: {each}"


def _notes(evidence: Evidence) -> list[str]:
    notes = [*_deaf(evidence.connections)]
    if evidence.connections.opened:
        notes += evidence.waiting
    if why := withheld(evidence):
        notes.append(why)
    if _held_up(evidence):
        notes.append(
            f"users waited {evidence.held_up:.0%} of their time for the server to read what they sent: "
            "it was the server, not the load generator, that held up the sends"
        )
    return notes

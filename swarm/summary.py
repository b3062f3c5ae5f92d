"""The result of a run in a few lines, for the terminal."""

from swarm.latency import Distribution
from swarm.result import Ceiling, Connections, Histogram, LoadResult, Objective, Phase, Trend, Verdict

_MS = 1_000_000
_PERCENTILES = (50.0, 90.0, 99.0, 99.9)
_WRONG = ("lost", "duplicated", "reordered", "misdelivered", "corrupt", "stale")
_TELLING = 60.0
"""From so many seconds on a slope is told."""
_MISSING = "none"
INDENT = 13
"""Columns of what stands before each line's figures."""
_PHASES = 20
"""So many phases are told."""
_HEADS = ("", "", "users", "seconds", "sent/s", "deliv./s", "p50 ms", "p99 ms")
_COLUMNS = "{:<2} {:<5} {:>7} {:>9} {:>8} {:>9} {:>8} {:>8}"


def summary(result: LoadResult, where: str) -> str:
    """Return the lines to print; ``where`` the result was written is the last of them."""
    ledger, connections = result.ledger, result.connections
    wrong = {name: getattr(ledger, name) for name in _WRONG}
    shown = result.latency.userlist
    return "\n".join(
        [
            f"verdict      {told(result.verdict)}",
            *(f"             {reason}" for reason in result.verdict.reasons),
            f"published    {ledger.published:,} messages by {connections.opened:,} members",
            *([f"             {result.messages}"] if result.messages and ledger.published else []),
            f"delivered    {ledger.delivered:,} of {ledger.expected:,} expected; "
            f"{ledger.indeterminate:,} indeterminate",
            "wrong        " + ", ".join(f"{count:,} {name}" for name, count in wrong.items()),
            f"latency      {_percentiles(result.latency.intended)} (from the intended time)",
            f"             {_percentiles(result.latency.sent)} (from the actual sending)",
            *_phases(result.phases),
            *_objectives(result.verdict.objectives),
            f"connections  {connections.opened:,} opened, {connections.failed:,} failed, "
            f"{connections.lost:,} lost{_shed(connections)}; {_percentiles(result.latency.connect)}",
            *([f"userlists    {_percentiles(shown)} (from a change)"] if shown.count else []),
            *_ceiling(result.ceiling),
            *(f"trend        {_trend(each)}" for each in result.trends if _is_telling(each)),
            f"result       {where}",
        ]
    )


def _ceiling(ceiling: Ceiling | None) -> list[str]:
    return [] if ceiling is None else [f"generator    at {ceiling.reached:.0%} of its calibrated ceiling"]


def _phases(phases: tuple[Phase, ...]) -> list[str]:
    """Return a table of the phases where there is more than one plateau."""
    if sum(phase.kind == "plateau" for phase in phases) < 2:
        return []
    rows = [_phase(number, phase) for number, phase in enumerate(phases[:_PHASES], 1)]
    more = len(phases) - len(rows)
    return [
        f"{'phases':<13}{_COLUMNS.format(*_HEADS)}",
        *(f"{'':<13}{row}" for row in rows),
        *([f"{'':<13}and {more:,} more, in the report"] if more else []),
    ]


def _phase(number: int, phase: Phase) -> str:
    known = Distribution.of(phase.latency.intended)
    times = [f"{known.percentile(percent) / _MS:.2f}" if known.count else "-" for percent in (50.0, 99.0)]
    rates = (f"{rate:,.0f}" for rate in (phase.rates.sent, phase.rates.delivered))
    name = "hold" if phase.kind == "plateau" else phase.kind
    return _COLUMNS.format(number, name, f"{phase.users:,}", f"{phase.start}-{phase.end}", *rates, *times)


def _objectives(objectives: tuple[Objective, ...]) -> list[str]:
    words = {True: "met", False: "MISSED", None: "not judged"}
    lines = [f"{words[objective.met]}: {objective.text} ({objective.shown})" for objective in objectives]
    return [
        f"{head:<13}{line}" for head, line in zip(("objectives", *[""] * len(lines)), lines, strict=False)
    ]


def told(verdict: Verdict) -> str:
    """Return a verdict in one line."""
    if verdict.exit_code == 1:
        return "ERROR: nothing can be said of the server (exit code 1)"
    words = [
        "valid" if verdict.valid else "INVALID",
        "correct" if verdict.correct else "INCORRECT",
        *([] if verdict.slo == "none" else [f"objectives {verdict.slo}"]),
    ]
    return f"{', '.join(words)} (exit code {verdict.exit_code})"


def _shed(connections: Connections) -> str:
    """Tell of slow readers that the server put out, which only some scenarios have."""
    return f", {connections.shed:,} shed" if connections.shed else ""


def _is_telling(trend: Trend) -> bool:
    """Whether a trend was watched for so long that its slope means something."""
    return trend.points[-1][0] - trend.points[0][0] >= _TELLING


def _trend(trend: Trend) -> str:
    size, unit = (_MS, "ms") if trend.unit == "ns" else (1 << 20, "MiB")
    first, last = trend.points[0][1] / size, trend.points[-1][1] / size
    return f"{trend.what}: {first:.2f} to {last:.2f} {unit}, {trend.per_hour / size:+.2f} {unit} an hour"


def _percentiles(histogram: Histogram) -> str:
    known = Distribution.of(histogram)
    if not known.count:
        return _MISSING
    figures = [f"p{percent:g} {known.percentile(percent) / _MS:.2f}" for percent in _PERCENTILES]
    return ", ".join((*figures, f"max {known.max / _MS:.2f} ms"))

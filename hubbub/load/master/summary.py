"""The result of a run in a few lines, for the terminal: the verdict and the figures, then the rest.

Each line fits 80 columns, but for reasons, paths and what the user wrote.
"""

from hubbub.load.measure.distribution import Distribution
from hubbub.results.connections import Connections
from hubbub.results.load_result import Ceiling, LoadResult, Objective, Phase, Trend, Verdict, pace
from hubbub.results.percentiles import FEW, is_few, level_name, wanted
from hubbub.results.percentiles import told as percentile
from hubbub.text.quantities import duration, rate, size

_LEVELS = (0.5, 0.95, 0.99)
_WRONG = ("lost", "duplicated", "reordered", "misdelivered", "corrupt", "stale")
_MISSING = "none"
INDENT = 13
"""Columns of what stands before each line's figures."""
_PHASES = 20
"""So many phases are told."""
_HEADS = ("", "", "users", "seconds", "sent/s", "deliv./s", "p50", "p99")
_COLUMNS = "{:<2} {:<5} {:>5} {:>7} {:>7} {:>8} {:>13} {:>13}"


def summary(result: LoadResult, where: str) -> str:
    """Return the lines to print; ``where`` the result was written is the last of them."""
    ledger, connections = result.ledger, result.connections
    wrong = {name: getattr(ledger, name) for name in _WRONG}
    return "\n".join(
        [
            f"verdict      {told(result.verdict)}",
            *(f"             {reason}" for reason in result.verdict.reasons),
            f"latency      {_percentiles(result, 'intended')}",
            *_traffic(result),
            f"as sent      {_percentiles(result, 'sent')}",
            f"published    {ledger.published:,} messages by {connections.opened:,} members",
            *([f"             {result.messages}"] if result.messages and ledger.published else []),
            f"delivered    {ledger.delivered:,} of {ledger.expected:,} expected; "
            f"{ledger.indeterminate:,} indeterminate",
            f"wrong        {_wrong(wrong)}",
            *_phases(result.phases),
            *_objectives(result.verdict.objectives),
            f"connections  {connections.opened:,} opened, "
            f"{connections.failed:,} failed{_joining(connections)}, "
            f"{connections.lost:,} lost{_shed(connections)}",
            *_addresses(connections),
            f"connecting   {_percentiles(result, 'connect')}",
            *([f"userlists    {_percentiles(result, 'userlist')}"] if result.latency.userlist.count else []),
            *_ceiling(result.ceiling),
            *(f"trend        {_trend(each)}" for each in result.trends if each.is_telling),
            *_few(result),
            f"result       {where}",
        ]
    )


def _wrong(counts: dict[str, int]) -> str:
    """Return the kinds that occurred; where there were none, all kinds that there would be."""
    told = [f"{count:,} {name}" for name, count in counts.items() if count]
    return ", ".join(told) or f"0 {', '.join(_WRONG[:-1])} or {_WRONG[-1]}"


def _traffic(result: LoadResult) -> list[str]:
    """Return the mean rates while most users were there."""
    found = pace(result)
    if found is None:
        return []
    return [f"rates        {rate(found.messages)} messages/s, {rate(found.deliveries)} deliveries/s"]


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
    units = min(known.count, phase.messages)
    times = [
        percentile(known.percentile(level * 100), level, units) if known.count else "-"
        for level in (0.5, 0.99)
    ]
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
    slo = "not judged" if verdict.slo == "unjudged" else verdict.slo
    words = [
        "valid" if verdict.valid else "INVALID",
        "correct" if verdict.correct else "INCORRECT",
        *([] if slo == "none" else [f"objectives {slo}"]),
    ]
    return f"{', '.join(words)} (exit code {verdict.exit_code})"


def _shed(connections: Connections) -> str:
    """Tell of slow readers that the server put out, which only some scenarios have."""
    return f", {connections.shed:,} shed" if connections.shed else ""


def _joining(connections: Connections) -> str:
    """Tell of those that were still opening when the run ended."""
    return f" ({connections.joining:,} of them still opening at the end)" if connections.joining else ""


def _addresses(connections: Connections) -> list[str]:
    """Tell of each address where one of several failed behind the same URL."""
    lines = [
        f"{address}: {each.opened:,} opened, {each.failed:,} of {each.attempted:,} failed"
        + (f" ({each.example})" if each.failed else "")
        for known in connections.urls.values()
        if len(known.addresses) > 1 and any(each.failed for each in known.addresses.values())
        for address, each in known.addresses.items()
    ]
    return [f"{head:<13}{line}" for head, line in zip(("addresses", *[""] * len(lines)), lines, strict=False)]


def _trend(trend: Trend) -> str:
    tell, sign = duration if trend.unit == "ns" else size, "-" if trend.per_hour < 0 else "+"
    first, last = (tell(trend.points[place][1]) for place in (0, -1))
    return f"{trend.what}: {first} to {last}, {sign}{tell(abs(trend.per_hour))} an hour"


def _percentiles(result: LoadResult, name: str) -> str:
    known = Distribution.of(getattr(result.latency, name))
    if not known.count:
        return _MISSING
    units = result.latency.independent(name, result.ledger.published)
    figures = [percentile(known.percentile(level * 100), level, units) for level in _LEVELS]
    if is_few(_LEVELS[0], units):
        # Then each is, and the line would grow too long.
        figures = [duration(known.percentile(level * 100)) for level in _LEVELS]
        figures[-1] += f" (all {FEW})"
    named = [f"{level_name(level)} {figure}" for level, figure in zip(_LEVELS, figures, strict=True)]
    return ", ".join((*named, f"max {duration(known.max)}"))


def _few(result: LoadResult) -> list[str]:
    """Return what ``few`` means, and how many messages there would have to be, where it says so."""
    units = result.latency.independent("intended", result.ledger.published)
    highest = _LEVELS[-1]
    if not units or not is_few(highest, units):
        return []
    return [
        f"few          {units:,} messages; {level_name(highest)} wants {wanted(highest):,}: "
        "run longer or with more load"
    ]

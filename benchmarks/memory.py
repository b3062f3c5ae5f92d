"""What a connected simulated user costs in memory, and whether very many can be had in one process.

Run as ``python -m benchmarks.memory``: thousands of users who hardly ever speak, each delivery accounted for.
"""

import sys

from benchmarks.outcome import Figure, command_line, conclude, say
from benchmarks.processes import load_run, null_server, wrong
from hubbub.results.load_result import LoadResult

USERS = 10_000
FEW = 10
"""So many users stand for an idle process."""
RAMP = 500
"""Users started each second."""
HOLD = 15.0
"""How long, in s, all of them stay."""
_KIB = 1024


def measure(users: int = USERS, hold: float = HOLD) -> list[Figure]:
    """Return what each user beyond the first few takes, and how long it took until all had joined."""
    say(f"memory: {FEW} users, then {users:,}")
    with null_server() as url:
        few, many = (_run(url, count, hold) for count in (FEW, users))
    each = (_resident(many) - _resident(few)) / (users - FEW) / _KIB
    ledger = many.ledger
    return [
        Figure(name="memory: of each connected user", value=each, unit="KiB", most=20.0, digits=1),
        Figure(name=f"memory: until {users:,} had joined", value=_full(many, users), unit="s", most=60.0),
        Figure(name="memory: users who joined", value=many.connections.opened, unit="", least=users),
        Figure(
            name="memory: deliveries accounted for", value=ledger.delivered, unit="", least=ledger.expected
        ),
        Figure(name="memory: deliveries gone wrong", value=wrong(many), unit="", most=0.0),
    ]


def _run(url: str, users: int, hold: float) -> LoadResult:
    """Run a load of so many users; each says something in the ten seconds, on average."""
    ramp = users / RAMP
    return load_run(url, "IdleMass", users, ramp + hold, "-r", str(RAMP), "--rate", "0.1")


def _resident(result: LoadResult) -> int:
    """Return the most memory that the process had while all users were there, in bytes."""
    trends = {trend.what: trend for trend in result.trends}
    return max(size for _, size in trends["memory of worker 0"].points)


def _full(result: LoadResult, users: int) -> float:
    """Return after how many seconds all users were members; infinity if they never were."""
    return next((second.second + 1.0 for second in result.seconds if second.users >= users), float("inf"))


def main() -> int:
    """Measure and print; return the exit code."""
    given = command_line(__doc__, users=USERS, hold=HOLD).parse_args()
    return conclude(measure(given.users, given.hold), given.json, not given.no_limits)


if __name__ == "__main__":
    sys.exit(main())

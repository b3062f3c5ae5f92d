from typing import Any

from reports.model.coarse_timeline import Row
from reports.output.figure_tables import latency_rows, member_rows, throughput_rows


def row(**values: Any) -> Row:
    usual: dict[str, Any] = {
        "start": 3,
        "seconds": 2,
        "phase": "hold",
        "users": 1_200,
        "scheduled": 2_000,
        "sent": 1_999,
        "expected": 20_000,
        "delivered": 19_990,
        "errors": 1,
        "latency": ((1_000_000, 19_000), (4_000_000, 990)),
    }
    return Row(**(usual | values))


def test_a_percentile_of_a_moment_says_few_where_few_messages_were_sent_in_it() -> None:
    few, enough = row(sent=199), row(sent=200)
    assert [cells for _, cells in latency_rows([few, enough])] == [
        ("19,990", "1.00 ms (few)", "4.00 ms (few)", "4.00 ms"),
        ("19,990", "1.00 ms", "4.00 ms (few)", "4.00 ms"),
    ]


def test_a_moment_without_deliveries_has_no_latency() -> None:
    ((_, cells),) = latency_rows([row(delivered=0, latency=())])
    assert cells == ("0", "·", "·", "·")


def test_throughput_is_per_second() -> None:
    ((_, cells),) = throughput_rows([row()])
    assert cells == ("1,000", "1,000", "10,000", "9,995")


def test_members_and_errors_are_counts() -> None:
    ((_, cells),) = member_rows([row()])
    assert cells == ("1,200", "1")

from hubbub.load.exchange.status import total_ledger
from tests.hubbub.load.status_updates import RIGHT, update


def test_the_ledgers_of_all_processes_add_up() -> None:
    statuses = [update(1.0, ledger={**RIGHT, "lost": lost}).status for lost in (2, 3)]
    total = total_ledger(statuses)
    assert (total.published, total.expected, total.lost, total.stale) == (8, 80, 5, 0)


def test_of_no_process_nothing_is_known() -> None:
    assert total_ledger([]).expected == 0

import numpy as np

from hubbub.load.config.config import LoadConfig
from hubbub.load.judging.verdict import Evidence
from hubbub.load.measure.distribution import Distribution
from hubbub.results.connections import Connections
from tests.hubbub.load.status_updates import update

MS = 1_000_000


def test_counts_of_the_processes_add_up_and_of_their_health_the_worst_counts() -> None:
    joined = Connections(attempted=5, opened=5, failed=0, lost=1, closes={})
    one = update(1.0, connections=joined, lag_p99=3, cpu_share=0.9, held_up=0.0, joining=1).status
    other = update(1.0, connections=joined, lag_p99=7, cpu_share=0.1, held_up=0.5, clock_error=4).status
    lateness = Distribution()
    lateness.add(np.array([MS], np.int64))
    evidence = Evidence.of([one, other], LoadConfig(), Distribution(), lateness)
    assert (evidence.connections.attempted, evidence.connections.lost, evidence.joining) == (10, 2, 1)
    assert (evidence.lag_p99, evidence.cpu_share, evidence.held_up, evidence.clock_error) == (7, 0.9, 0.5, 4)
    assert (evidence.lateness_p99, evidence.scheduled) == (MS, evidence.ledger.published)


def test_what_a_process_failed_with_is_told_without_secrets() -> None:
    config = LoadConfig(header=("Authorization: Bearer s3cret",))
    status = update(1.0, faults=("ValueError('Bearer s3cret')",)).status
    evidence = Evidence.of([status], config, Distribution(), Distribution())
    assert len(evidence.faults) == 1
    assert "s3cret" not in evidence.faults[0]

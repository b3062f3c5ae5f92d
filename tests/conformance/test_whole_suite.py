"""The whole suite against the bundled server: in one process, and in parallel."""

from typing import Any

import pytest

pytestmark = [pytest.mark.proof, pytest.mark.alone, pytest.mark.timeout(900)]

GREEN = {"PASS", "NOTE"}
AS_USERS_DO = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "", "PYTEST_ADDOPTS": ""}


def id_and_verdict(run: Any) -> list[tuple[str, str]]:
    return sorted((check.id, check.verdict.value) for check in run.result.checks)


def test_four_workers_come_to_the_verdicts_of_one_process(run_suite: Any, tmp_path: Any) -> None:
    alone = run_suite(folder=tmp_path / "alone", **AS_USERS_DO)
    parallel = run_suite("-n", "4", folder=tmp_path / "parallel", **AS_USERS_DO)

    for run in (alone, parallel):
        assert (run.code, run.result.run.outcome) == (0, "passed"), run.out
        assert set(run.verdicts.values()) <= GREEN
        assert run.out.count("results in ") == 1
    assert id_and_verdict(parallel) == id_and_verdict(alone)
    assert len(parallel.checks) == len(parallel.result.checks), "each check has one record"


def test_workers_that_find_faults_come_to_the_verdicts_of_one_process(
    run_suite: Any, start_server: Any, tmp_path: Any
) -> None:
    url = start_server("--fault", "echo-twice", program="mutants").url
    narrowed = ("--url", url, "-k", "BCAST-1 or BCAST-2 or ROOM-1 or STAT")
    alone = run_suite(*narrowed, folder=tmp_path / "alone", **AS_USERS_DO)
    parallel = run_suite(*narrowed, "-n", "4", folder=tmp_path / "parallel", **AS_USERS_DO)

    assert alone.code == parallel.code == 1
    assert alone.verdicts["BCAST-2[alone]"] == "FAIL"
    assert any("(oracle in " in check_id for check_id in alone.verdicts)
    assert id_and_verdict(parallel) == id_and_verdict(alone)

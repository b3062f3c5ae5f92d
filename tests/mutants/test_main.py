import subprocess
import sys

from mutants.catalogue import MUTANTS


def mutants(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mutants", *arguments], capture_output=True, text=True, check=False
    )


def test_the_list_names_each_mutant_on_a_line_of_its_own() -> None:
    listed = mutants("--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(MUTANTS)


def test_an_unknown_fault_is_one_line_that_names_the_nearest_and_exit_2() -> None:
    result = mutants("--fault", "dropp")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "there is no 'dropp'; did you mean 'drop'? --list prints all" in result.stderr


def test_a_fault_record_that_cannot_be_written_is_one_line_and_exit_2() -> None:
    result = mutants("--fault", "drop", "--fault-record", "/nonexistent/faults.json", "--port", "0")
    assert result.returncode == 2
    assert "/nonexistent" in result.stderr
    assert len(result.stderr.splitlines()) == 1

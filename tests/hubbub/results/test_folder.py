"""Every run gets a folder of its own, and ``latest`` points at the newest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hubbub.results.folder import latest, make_result_folder, unmake_result_folder
from hubbub.results.records import ResultFileError

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_folder_is_named_for_its_kind_and_time() -> None:
    folder = make_result_folder("load", None, NOON)
    assert folder == Path("results/load-20240501T120000Z")
    assert folder.is_dir()
    assert Path("results/latest").resolve() == folder.resolve()


def test_two_runs_of_one_second_get_two_folders() -> None:
    first = make_result_folder("load", None, NOON)
    second = make_result_folder("load", None, NOON)
    assert first != second
    assert Path("results/latest").resolve() == second.resolve()


def test_the_folder_asked_for_is_used_even_if_it_exists(tmp_path: Path) -> None:
    asked = tmp_path / "mine" / "run"
    assert make_result_folder("load", asked) == asked
    assert make_result_folder("load", asked) == asked
    assert not Path("results").exists()


def test_a_folder_that_cannot_be_made_is_refused_with_advice() -> None:
    Path("results").write_text("in the way")
    with pytest.raises(ResultFileError, match="choose another --result DIR"):
        make_result_folder("load", None, NOON)


def test_a_folder_made_for_nothing_goes_and_latest_points_where_it_did() -> None:
    first = make_result_folder("load", None, NOON)
    before = latest()
    second = make_result_folder("load", None, NOON)
    unmake_result_folder(second, before)
    assert not second.exists()
    assert latest() == Path(first.name)


def test_the_only_folder_that_was_made_for_nothing_leaves_no_latest() -> None:
    unmake_result_folder(make_result_folder("load", None, NOON), None)
    assert latest() is None


def test_a_folder_with_something_in_it_stays() -> None:
    folder = make_result_folder("load", None, NOON)
    (folder / "load.json").write_text("{}")
    unmake_result_folder(folder, None)
    assert latest() == Path(folder.name)
    assert (folder / "load.json").exists()


def test_where_latest_cannot_be_set_the_run_still_gets_its_folder() -> None:
    Path("results/latest").mkdir(parents=True)
    (Path("results/latest") / "mine").write_text("in the way")
    folder = make_result_folder("load", None, NOON)
    assert folder.is_dir()
    assert sorted(path.name for path in Path("results").iterdir()) == ["latest", folder.name]

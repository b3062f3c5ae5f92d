import pytest

from hubbub.results.percentiles import beside, is_few, level_name, told, wanted


@pytest.mark.parametrize(
    ("level", "wants"), [(0.5, 200), (0.9, 1_000), (0.95, 2_000), (0.99, 10_000), (0.999, 100_000), (1.0, 1)]
)
def test_a_percentile_wants_a_hundred_values_beyond_it(level: float, wants: int) -> None:
    assert wanted(level) == wants
    assert is_few(level, wants - 1)
    assert not is_few(level, wants)


def test_what_stands_on_few_values_says_so_beside_its_figure() -> None:
    assert told(6_890_000, 0.99, 9_999) == "6.89 ms (few)"
    assert told(6_890_000, 0.99, 10_000) == "6.89 ms"
    assert beside("shape", 0.5, 0) == "shape (few)"


def test_a_level_has_the_name_that_people_give_it() -> None:
    assert [level_name(level) for level in (0.5, 0.999, 0.9999)] == ["p50", "p99.9", "p99.99"]

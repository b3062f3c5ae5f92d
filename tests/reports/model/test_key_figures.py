import msgspec

from hubbub.results.load_result import LoadResult
from reports.model.key_figures import key_figures
from reports.model.load_view import load_view

replace = msgspec.structs.replace


def told(result: LoadResult) -> dict[str, tuple[str, str]]:
    return {figure.name: (figure.value, figure.beside) for figure in key_figures(load_view(result))}


def test_median_tail_and_rates_are_told_and_what_stands_on_few_messages_says_so(
    good_load: LoadResult,
) -> None:
    figures = told(good_load)
    assert list(figures) == ["p50", "p95", "p99", "max", "messages/s", "deliveries/s"]
    assert [beside for _, beside in figures.values()] == ["", "", "few", "", "", ""]
    assert (figures["messages/s"], figures["deliveries/s"]) == (("200", ""), ("2,000", ""))


def test_a_run_that_measured_nothing_has_no_figures(empty_load: LoadResult) -> None:
    assert told(empty_load) == {"latency": ("none measured", "")}


def test_what_clocks_too_far_apart_withhold_is_not_told(good_load: LoadResult) -> None:
    far = replace(good_load, withheld="one-way latency is withheld, for the clocks differ")
    assert told(far)["latency"] == ("withheld", "")

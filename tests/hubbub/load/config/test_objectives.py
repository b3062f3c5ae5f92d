import pytest

from hubbub.load.config.objectives import ObjectiveError, kept, merge, read, scope


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p99", "is no objective"),
        ("p99<fast", "is no objective"),
        ("", "is no objective"),
        ("p99<200", "measured in ns, us, µs, ms, s"),
        ("loss<1ms", "loss is measured in no unit, %"),
        ("p101<1ms", "there is no metric 'p101'"),
        ("there.p99<1ms", "there is no distribution 'there'; valid: intended, "),
        (
            "quickness>1",
            "there is no metric 'quickness'; valid: p50, .*, loss, .*, delivered, published, slope",
        ),
        ("losses=0", "there is no metric 'losses'; did you mean 'loss'"),
        ("conect.p95<1s", "there is no distribution 'conect'; did you mean 'connect'"),
        ("connect.p101<1s", "there is no metric 'connect.p101'"),
        ("slope<1ms", "measured in ns/h"),
    ],
)
def test_what_is_no_objective_is_told_with_an_example(text: str, words: str) -> None:
    with pytest.raises(ObjectiveError, match=words) as error:
        read(text)
    assert "p99<200ms" in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_given_goes_before_a_scenarios_own_metric_by_metric() -> None:
    assert merge(("loss=0", "p99<1s"), ("p99<200ms", "p50<9ms")) == ("loss=0", "p99<200ms", "p50<9ms")
    assert merge(("loss=0",), ()) == ("loss=0",)
    assert kept(("loss=0", "p99<1s"), ("p99<200ms",)) == ("loss=0",)


def test_a_scenarios_own_are_left_out_where_none_is_given() -> None:
    assert merge(("loss=0", "p99<1s"), ("none", "p50<9ms")) == ("p50<9ms",)
    assert kept(("loss=0", "p99<1s"), ("none",)) == ()


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("loss=0", "run"),
        ("connect.max<1s", "run"),
        ("p99<1s", "plateaus"),
        ("spread.mean<1s", "plateaus"),
        ("delivered>1/s", "fullest"),
        ("slope<1ms/h", "longest"),
    ],
)
def test_what_part_of_a_run_judges_an_objective_follows_from_its_metric(text: str, by: str) -> None:
    assert scope(text) == by

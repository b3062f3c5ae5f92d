import msgspec

from hubbub.results.conformance_result import ConformanceResult
from hubbub.results.load_result import LoadResult, Verdict
from reports.model.conformance_view import conformance_view
from reports.model.load_view import load_view
from reports.model.verdict_strip import verdict_strip


def test_a_good_run_is_valid_and_correct_and_says_why(
    good_load: LoadResult, good_conformance: ConformanceResult
) -> None:
    strip = verdict_strip(load_view(good_load), conformance_view(good_conformance))
    assert [answer.word for answer in strip.answers] == ["valid", "correct", "none declared", "passed"]
    assert strip.good
    assert strip.causes == (
        "6,000 messages made 60,000 deliveries due; each arrived once, whole, in order and in its room, "
        "and the generator kept its schedule.",
    )


def test_a_bad_run_names_its_causes_gravest_first(
    bad_load: LoadResult, bad_conformance: ConformanceResult
) -> None:
    strip = verdict_strip(load_view(bad_load), conformance_view(bad_conformance))
    assert [answer.word for answer in strip.answers] == ["not valid", "not correct", "missed", "failed"]
    assert strip.causes == (*bad_load.verdict.reasons, bad_conformance.run.reason)
    assert not strip.good


def test_objectives_that_stand_on_few_messages_are_told_as_not_judged(good_load: LoadResult) -> None:
    unsure = Verdict(valid=True, correct=True, slo="unjudged", reasons=("few",), exit_code=4)
    strip = verdict_strip(load_view(msgspec.structs.replace(good_load, verdict=unsure)), None)
    assert [(answer.word, answer.tone) for answer in strip.answers][2] == ("not judged", "bad")


def test_machines_read_the_same(bad_load: LoadResult, good_conformance: ConformanceResult) -> None:
    strip = verdict_strip(load_view(bad_load), conformance_view(good_conformance))
    assert dict(strip.facts) == {
        "valid": "false",
        "correct": "false",
        "slo": "missed",
        "conformance": "passed",
    }


def test_a_run_that_ended_badly_without_a_reason_is_not_praised(good_load: LoadResult) -> None:
    silent = Verdict(valid=True, correct=True, slo="none", reasons=(), exit_code=1)
    strip = verdict_strip(load_view(msgspec.structs.replace(good_load, verdict=silent)), None)
    assert strip.causes == ("The run ended with exit code 1; its result names no cause.",)


def test_both_commands_are_given_and_one_that_is_missing_is_not(
    good_load: LoadResult, good_conformance: ConformanceResult
) -> None:
    both = verdict_strip(load_view(good_load), conformance_view(good_conformance))
    assert both.commands == (good_load.run.command, good_conformance.run.command)
    run = msgspec.structs.replace(good_conformance.run, command="")
    assert (
        verdict_strip(None, conformance_view(msgspec.structs.replace(good_conformance, run=run))).commands
        == ()
    )

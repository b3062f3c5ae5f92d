from collections.abc import Callable

import msgspec
import pytest

from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import GRAVEST_FIRST, Check, ConformanceResult, Verdict
from reports.model.conformance_view import ConformanceView, conformance_view
from reports.model.requirement_views import EVIDENCE, RequirementView

MakeCheck = Callable[..., Check]
MakeConformance = Callable[..., ConformanceResult]
replace = msgspec.structs.replace


def row_of(view: ConformanceView, requirement: str) -> RequirementView:
    return next(row for row in view.rows if row.id == requirement)


def test_every_requirement_of_the_table_has_a_row_with_its_sentence(
    good_conformance: ConformanceResult,
) -> None:
    view = conformance_view(good_conformance)
    assert [(row.id, row.sentence) for row in view.rows] == [
        (requirement.id, requirement.sentence) for requirement in requirements().requirement
    ]


def test_every_verdict_has_a_rank() -> None:
    assert set(GRAVEST_FIRST) == set(Verdict)


@pytest.mark.parametrize(
    ("verdicts", "gravest"),
    [
        ([Verdict.PASS, Verdict.FAIL, Verdict.HARNESS_ERROR], Verdict.FAIL),
        ([Verdict.PASS, Verdict.WARN], Verdict.WARN),
        ([Verdict.PASS, Verdict.NOTE], Verdict.PASS),
        ([Verdict.PASS, Verdict.NOT_APPLICABLE], Verdict.PASS),
        ([Verdict.NOT_APPLICABLE], Verdict.NOT_APPLICABLE),
    ],
)
def test_a_requirements_verdict_is_the_gravest_of_its_checks(
    verdicts: list[Verdict], gravest: Verdict, check: MakeCheck, conformance_of: MakeConformance
) -> None:
    checks = [check("BAD-1", verdict, str(number)) for number, verdict in enumerate(verdicts)]
    assert row_of(conformance_view(conformance_of(*checks)), "BAD-1").verdict is gravest


def test_a_requirement_that_no_check_covered_has_no_verdict(
    check: MakeCheck, good_conformance: ConformanceResult
) -> None:
    view = conformance_view(replace(good_conformance, checks=(check("ROOM-1"),)))
    assert row_of(view, "ROOM-2").verdict is None
    assert view.total.of(None) == view.total.total - 1
    assert (view.total.holds, view.total.judged) == (1, 1)


def test_a_violation_seen_in_passing_counts_for_the_requirement_it_breaks(
    check: MakeCheck, conformance_of: MakeConformance
) -> None:
    seen = replace(check("BCAST-1", Verdict.FAIL), id="ROOM-1")
    view = conformance_view(conformance_of(seen))
    assert row_of(view, "BCAST-1").verdict is Verdict.FAIL
    assert [(each.requirement.id, each.example.id) for each in view.findings] == [("BCAST-1", "ROOM-1")]


def test_counts_by_level_and_by_group_add_up(bad_conformance: ConformanceResult) -> None:
    view = conformance_view(bad_conformance)
    for tallies in (view.levels, view.by_group):
        assert sum(tally.total for tally in tallies) == len(requirements().requirement)
        assert sum(tally.of(Verdict.FAIL) for tally in tallies) == 1
    assert [tally.name for tally in view.levels] == ["MUST", "SHOULD", "MAY"]


def test_findings_leave_out_what_needs_no_word(
    bad_conformance: ConformanceResult,
) -> None:
    assert [finding.verdict for finding in conformance_view(bad_conformance).findings] == [
        Verdict.FAIL,
        Verdict.WARN,
    ]


def test_an_unknown_requirement_has_a_group_of_its_own(
    check: MakeCheck, good_conformance: ConformanceResult
) -> None:
    foreign = replace(check("ROOM-1"), requirement="NEW-1", id="NEW-1")
    view = conformance_view(replace(good_conformance, checks=(foreign,)))
    assert [row.id for row in view.groups[-1].requirements] == ["NEW-1"]
    assert "not in this version" in view.groups[-1].title


def test_a_flood_of_evidence_is_bounded_and_the_gravest_keep_theirs(
    check: MakeCheck, conformance_of: MakeConformance
) -> None:
    warns = [check("NICK-5", Verdict.WARN, str(number), lanes="x" * 5_000) for number in range(1_000)]
    fail = check("BCAST-1", Verdict.FAIL, lanes="y" * 5_000, transcript="transcripts/BCAST-1.jsonl")
    view = conformance_view(conformance_of(*warns, fail))
    assert row_of(view, "BCAST-1").checks[0].lanes == "y" * 5_000
    assert not row_of(view, "BCAST-1").checks[0].left_out
    assert row_of(view, "NICK-5").checks[-1].left_out
    assert sum(len(one.lanes) for row in view.rows for one in row.checks) <= EVIDENCE + 5_000


def test_evidence_of_more_causes_than_there_is_room_for_is_left_to_the_transcripts(
    check: MakeCheck, conformance_of: MakeConformance
) -> None:
    fails = [check("BAD-1", Verdict.FAIL, f"{n}", message="a" * n, lanes="x" * 5_000) for n in range(1, 200)]
    row = row_of(conformance_view(conformance_of(*fails)), "BAD-1")
    assert sum(len(one.lanes) for one in row.checks) <= EVIDENCE + 5_000
    assert (row.checks[0].left_out, row.checks[-1].left_out) == (False, True)


def test_what_the_oracle_saw_in_passing_is_not_counted_as_a_check(
    check: MakeCheck, conformance_of: MakeConformance
) -> None:
    passing = replace(check("FMT-1", Verdict.FAIL), id="FMT-1 (oracle in BCAST-1[2-members])")
    view = conformance_view(conformance_of(check("BCAST-1"), check("FMT-1"), passing, passing))
    assert view.checks == len(requirements().requirement)


def test_texts_are_made_plain_and_lanes_keep_their_lines(
    check: MakeCheck, conformance_of: MakeConformance
) -> None:
    hostile = check("BAD-1", Verdict.FAIL, message="a\nb\x1b", lanes="1\n2\x00", command="x\ny")
    found = row_of(conformance_view(conformance_of(hostile)), "BAD-1").checks[0]
    assert (found.message, found.lanes, found.command) == ("a\nb\\x1b", "1\n2\\x00", "x\\ny")


def test_the_profile_is_told_as_json(good_conformance: ConformanceResult) -> None:
    profile = dict(conformance_view(good_conformance).profile)
    assert profile["limits"] == '{"message": 65536}'

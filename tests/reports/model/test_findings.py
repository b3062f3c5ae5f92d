from collections.abc import Callable

from hubbub.protocol.requirements import requirements
from hubbub.results.conformance_result import Check, ConformanceResult, Verdict
from reports.model.conformance_view import conformance_view
from reports.model.findings import Finding

MakeCheck = Callable[..., Check]
MakeConformance = Callable[..., ConformanceResult]
LANES = "\n".join(["ann -> hello"] * 30)


def found(conformance: ConformanceResult) -> tuple[Finding, ...]:
    return conformance_view(conformance).findings


def test_findings_come_by_level_and_within_a_level_in_the_order_of_the_table(
    check: MakeCheck, conformance_of: MakeConformance
) -> None:
    table = requirements().requirement
    broken = {"M": Verdict.FAIL, "S": Verdict.WARN}
    ids = [each.id for each in table if each.level in broken]
    judged = [check(each.id, broken[each.level]) for each in reversed(table) if each.level in broken]
    names = [finding.requirement.id for finding in found(conformance_of(*judged))]
    levels = [finding.requirement.level for finding in found(conformance_of(*judged))]
    assert sorted(names, key=ids.index) == sorted(ids, key=ids.index)
    assert levels == sorted(levels)
    assert [name for name in names if name in ids] == [
        each.id for level in "MS" for each in table if each.level == level
    ]


def test_equal_warnings_are_one_finding_with_one_example(
    check: MakeCheck, conformance_of: MakeConformance
) -> None:
    many = [
        check("NICK-5", Verdict.WARN, f"{n}", message=f"allowed: a refusal\nseen: name 'n{n}'", lanes=LANES)
        for n in range(444)
    ]
    other = check("NICK-5", Verdict.WARN, "x", message="allowed: a refusal\nseen: a reset", lanes=LANES)
    (finding,) = found(conformance_of(*many, other, check("NICK-5", Verdict.PASS, "good")))
    assert (finding.checks, len(finding.requirement.checks)) == (445, 446)
    assert [len(cause.checks) for cause in finding.causes] == [444, 1]
    assert [sum(bool(each.lanes) for each in cause.checks) for cause in finding.causes] == [1, 1]
    assert finding.example.lanes == LANES


def test_the_first_examples_are_unfolded_as_long_as_there_is_room(
    check: MakeCheck, conformance_of: MakeConformance
) -> None:
    ids = [each.id for each in requirements().requirement if each.level == "M"]
    one = {"message": "allowed: a\nseen: b", "lanes": LANES}
    few = found(conformance_of(*(check(each, Verdict.FAIL, **one) for each in ids[:3])))
    assert [finding.unfolded for finding in few] == [True] * 3
    many = [
        finding.unfolded for finding in found(conformance_of(*(check(e, Verdict.FAIL, **one) for e in ids)))
    ]
    assert many[0]
    assert not many[-1]
    assert many == sorted(many, reverse=True)

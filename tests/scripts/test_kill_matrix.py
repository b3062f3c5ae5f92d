"""What counts as a kill, and that the proof can fail."""

from hubbub.results.conformance_result import Check, Verdict
from scripts.kill_matrix.oracle import promised
from scripts.kill_matrix.outcome import Outcome
from scripts.kill_matrix.proof import Proof


def check(check_id: str, verdict: Verdict, level: str = "M") -> Check:
    requirement = check_id.partition("[")[0].partition(" ")[0]
    return Check(id=check_id, requirement=requirement, level=level, verdict=verdict, seconds=0.0)  # type: ignore[arg-type]  # M, S or Y


def outcome(name: str, *checks: Check) -> Outcome:
    return Outcome(name, checks)


def test_a_server_that_fails_the_check_that_it_names_is_killed() -> None:
    assert outcome("room-folded", check("ROOM-2[case]", Verdict.FAIL)).complaint == ""


def test_a_server_that_dies_is_killed() -> None:
    assert outcome("bad-dies", check("BAD-1[not-JSON]", Verdict.SERVER_DOWN)).complaint == ""


def test_a_server_that_fails_another_check_only_survives() -> None:
    assert outcome("room-folded", check("ROOM-1", Verdict.FAIL)).complaint == "survives ROOM-2"


def test_a_server_has_to_be_killed_by_each_requirement_that_it_names() -> None:
    assert outcome("rsv-unread", check("WS-8[all]", Verdict.FAIL)).complaint == "survives WS-18"


def test_a_warning_kills_by_a_should_and_not_by_a_must() -> None:
    assert outcome("room-last", check("ROOM-3", Verdict.WARN, "S")).complaint == ""
    assert outcome("room-folded", check("ROOM-2", Verdict.WARN)).complaint == "survives ROOM-2"


def test_what_the_oracle_sees_in_passing_is_no_kill() -> None:
    seen = check("ROOM-2 (oracle in ROOM-1)", Verdict.FAIL)
    assert outcome("room-folded", seen).complaint == "survives ROOM-2"


def test_a_fault_of_the_suite_is_no_kill() -> None:
    assert "HARNESS ERROR" in outcome("room-folded", check("ROOM-2", Verdict.HARNESS_ERROR)).complaint


def test_a_legal_server_may_warn_but_not_fail() -> None:
    assert outcome("legal-silent", check("BAD-6", Verdict.WARN, "S")).complaint == ""
    assert "ROOM-2" in outcome("legal-silent", check("ROOM-2", Verdict.FAIL)).complaint


def test_a_check_that_kills_nothing_is_told_case_by_case() -> None:
    legal = outcome("legal-pretty", *(check(f"ROOM-2[{case}]", Verdict.PASS) for case in ("case", "dot")))
    broken = outcome("room-folded", check("ROOM-2[case]", Verdict.FAIL), check("ROOM-2[dot]", Verdict.PASS))
    assert Proof([legal, broken]).idle == ["ROOM-2[dot]"]


def test_a_rule_of_the_oracle_that_no_server_breaks_is_told() -> None:
    fired = frozenset(promised()[1:])
    assert Proof([Outcome("room-folded", fired=fired)]).silent == promised()[:1]


def test_each_rule_of_the_oracle_says_what_it_may_report() -> None:
    assert {rule for rule, _ in promised()} >= {"rooms_do_not_leak", "userlists_show_ones_own_room"}

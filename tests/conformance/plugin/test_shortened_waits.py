"""Waits that were cut short, as a run tells of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from conformance.wire.waits.patience import SHORTENED

Miniature = Callable[[str], Path]

IN_VAIN = """
    @requirement("BCAST-1")
    @cases("number", {f"case-{number}": number for number in range(7)})
    def test_waits_for_what_nobody_says(wire, number):
        ann = wire.join()
        wire.expect(ann, matchers.chat(Message="aGVsbG8="))

    @requirement("BCAST-2")
    def test_echoes(wire):
        wire.expect_chat((ann := wire.join()).say(), ann)
"""


def test_what_waited_less_says_so_and_the_summary_counts_it(
    miniature: Miniature, run_suite: Any, tmp_path: Path
) -> None:
    run = run_suite("--deadline", "0.5", where=miniature(IN_VAIN), GITHUB_STEP_SUMMARY=str(tmp_path / "page"))

    noted = {
        check_id for check_id, check in run.checks.items() if any(SHORTENED in note for note in check.notes)
    }
    assert {"BCAST-1[case-5]", "BCAST-1[case-6]"} <= noted
    # How many cases come first depends on how long each waited, which a busy machine makes longer.
    assert not {"BCAST-1[case-0]", "BCAST-2"} & noted
    assert run.verdicts["BCAST-2"] == "PASS"
    assert f"{len(noted)} checks waited less than usual" in run.out
    assert "waited less than usual" in (tmp_path / "page").read_text(encoding="utf-8")

"""What a benchmark concludes: targets met and missed, the exit code, the file."""

import json
from pathlib import Path

import pytest

from benchmarks.outcome import MISSED, Figure, conclude

FAST = Figure(name="fast", value=12_000.0, unit="messages/s", least=10_000.0)
SLOW = Figure(name="slow", value=12.4, unit="ms", most=10.0, digits=1)
PLAIN = Figure(name="plain", value=3.0, unit="cores")


@pytest.mark.parametrize(
    ("figure", "target", "verdict"),
    [(FAST, "≥ 10,000", "met"), (SLOW, "≤ 10.0", "MISSED"), (PLAIN, "", "")],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_figure_is_held_against_its_target(figure: Figure, target: str, verdict: str) -> None:
    assert (figure.target, figure.verdict) == (target, verdict)


@pytest.mark.parametrize(
    ("figures", "limits", "code"),
    [((FAST, PLAIN), True, 0), ((FAST, SLOW), True, MISSED), ((FAST, SLOW), False, 0)],
)
def test_a_missed_target_fails_where_targets_count(
    figures: tuple[Figure, ...], limits: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conclude(figures, None, limits) == code
    assert ("MISSED" in capsys.readouterr().out) == (SLOW in figures)


def test_the_file_holds_the_figures_and_the_machine(tmp_path: Path) -> None:
    where = tmp_path / "figures.json"
    conclude([FAST], where, True)
    told = json.loads(where.read_text(encoding="utf-8"))
    assert told["figures"] == [
        {
            "name": "fast",
            "value": 12_000.0,
            "unit": "messages/s",
            "least": 10_000.0,
            "most": None,
            "digits": 0,
        }
    ]
    assert told["machine"]["cores"] >= 1

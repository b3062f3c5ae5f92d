"""What verdicts are called and how they are marked: never by colour alone."""

from typing import Literal

from hubbub.results.conformance_result import Verdict

Tone = Literal["good", "bad", "quiet"]
"""How an answer to one of a report's first questions is marked."""

NOT_CHECKED = "NOT CHECKED"
"""A requirement that no check covered."""

SYMBOLS: dict[Verdict | None, str] = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.WARN: "!",
    Verdict.NOTE: "i",
    Verdict.NOT_APPLICABLE: "—",
    Verdict.XFAIL: "≈",
    Verdict.XPASS: "↑",
    Verdict.UNTESTABLE: "?",
    Verdict.SERVER_DOWN: "↓",
    Verdict.HARNESS_ERROR: "‼",
    None: "○",
}

_TONES: dict[Verdict | None, str] = {
    Verdict.PASS: "good",
    Verdict.NOTE: "good",
    Verdict.WARN: "warn",
    Verdict.XFAIL: "warn",
    Verdict.NOT_APPLICABLE: "quiet",
    None: "quiet",
}

TONE_SYMBOLS: dict[Tone, str] = {"good": "✓", "bad": "✗", "quiet": "—"}


def verdict_name(verdict: Verdict | None) -> str:
    """Return what a verdict is called; None is that of a requirement without a check."""
    return verdict.value if verdict else NOT_CHECKED


def tone(verdict: Verdict | None) -> str:
    """Return ``good``, ``warn``, ``bad`` or ``quiet``."""
    return _TONES.get(verdict, "bad")

"""Every requirement of the protocol has its checks."""

import re
import subprocess
import sys
from pathlib import Path

from hubbub.protocol.requirements import requirements

ROOT = Path(__file__).parents[2]


def listed(*options: str) -> str:
    command = [sys.executable, "-m", "pytest", "conformance", "--list", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_every_requirement_has_a_check() -> None:
    text = listed()
    checks = re.findall(r"^    ([A-Z]+-\d+)(?:\[|$)", text, re.MULTILINE)
    assert {each.id for each in requirements().requirement} == set(checks)
    assert "(no check)" not in text


def test_what_cannot_be_seen_from_outside_is_said_beside_the_checks() -> None:
    unseen = {each.id: each.unseen for each in requirements().requirement if each.unseen}
    assert unseen.keys() == {"SEC-3", "SEC-8", "SEC-9", "SEC-11"}
    text = listed("-k", "SEC")
    assert all(f"    unseen from outside: {sentence}\n" in text for sentence in unseen.values())

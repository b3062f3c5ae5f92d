"""Install the project and the packages that it needs for this interpreter, and say which (``make setup``).

``python scripts/install.py EXTRA`` installs that extra of pyproject.toml in place of ``dev``.

It runs pip, names each package as it comes, and shows what pip said only if pip failed. The exit code is
pip's.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIP = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
EXTRA = "dev"
"""What is installed beside what the project itself needs."""
COMES = re.compile(r"Collecting ([\w.-]+)")
LAST_WORDS = 20
"""Lines of pip's that are shown if it failed."""


def main(extra: str) -> int:
    """Run pip; return its exit code."""
    what = ["--constraint", "constraints.txt", "--editable", f".[{extra}]"]
    with subprocess.Popen(
        [sys.executable, *PIP, *what], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        assert pip.stdout
        said = follow(pip.stdout)
    if pip.returncode:
        print("\npip failed:", *said[-LAST_WORDS:], sep="\n", file=sys.stderr)
    return pip.returncode


def follow(lines: Iterable[str]) -> list[str]:
    """Name what comes as it comes; return all lines."""
    said = []
    for line in lines:
        said.append(line.rstrip())
        if found := COMES.match(line):
            print(f"  {found[1]}", flush=True)
        elif line.startswith("Installing collected packages"):
            print(f"Installing them: {line.count(',') + 1} in all ...", flush=True)
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else EXTRA))

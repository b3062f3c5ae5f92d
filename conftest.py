"""Says of a file of checks that is not there just that: without it pytest knows no options of the suite."""

import sys
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let pytest's complaint about such options name the file that is missing, which comes before them."""
    files = [word.partition("::")[0] for word in sys.argv[1:] if not word.startswith("-")]
    missing = [file for file in files if file.startswith("conformance") and not Path(file).exists()]
    if missing:
        parser.extra_info["there is no file"] = f"{missing[0]}; `--list` prints all checks"

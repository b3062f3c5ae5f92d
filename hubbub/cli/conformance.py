"""``hubbub conformance``: pytest, run on the suite that is installed, wherever that lies.

Nothing in the working directory has a say in it: neither a pytest.ini nor a conftest.py. pytest's cache,
which ``--lf`` needs, goes to the results.
"""

from collections.abc import Sequence
from pathlib import Path

from hubbub.cli.addresses import with_option
from hubbub.cli.parts import folder_of, hand_over
from hubbub.results.folder import RESULTS

SETTINGS = Path(__file__).with_name("conformance.ini")


def judge(words: Sequence[str]) -> int:
    """Judge the server whose URL is among ``words``, all others being pytest's; return pytest's exit code."""
    suite = folder_of("conformance")
    hand_over("conformance", words, [*_settings(suite), *with_option(words, "--url"), str(suite)])
    import pytest  # here: the other verbs run without it

    return int(pytest.console_main())


def _settings(suite: Path) -> list[str]:
    """Return the options that let pytest look for nothing outside of the suite.

    Without ``--confcutdir`` it would read the folders above it, too, and pass over all of them where one is a
    virtual environment.
    """
    cache = Path.cwd() / RESULTS / ".pytest_cache"
    words = ["-c", str(SETTINGS), "-o", f"cache_dir={cache}"]
    return [*words, f"--rootdir={suite}", f"--confcutdir={suite}"]

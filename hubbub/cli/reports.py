"""``hubbub report`` and ``hubbub compare``: what ``python -m reports`` makes of results."""

from collections.abc import Sequence
from pathlib import Path

from hubbub.cli.parts import main_of
from hubbub.results.folder import LATEST, RESULTS
from hubbub.text.one_line_parser import OneLineParser


def report(words: Sequence[str]) -> int:
    """Write and show the report of a result folder, or make a summary or a badge; return the exit code."""
    options = _parser().parse_args(words)
    main = main_of("reports")
    for verb in options.verbs or ("render", "show"):
        if code := main([verb, str(options.folder)], prog="hubbub"):
            return code
    return 0


def compare(words: Sequence[str]) -> int:
    """Print conformance results side by side, and write them as a page with ``--html``."""
    return main_of("reports")(["compare", *words], prog="hubbub")


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="hubbub report", description="Write report.html of a result, and print it in the terminal."
    )
    parser.add_argument(
        "folder", metavar="DIR", nargs="?", type=Path, default=RESULTS / LATEST, help="default: %(default)s"
    )
    for verb, says in (
        ("markdown", "only print a summary in Markdown, or add it to $GITHUB_STEP_SUMMARY"),
        ("badge", "only write badge.json: a shields.io endpoint"),
    ):
        parser.add_argument(f"--{verb}", action="append_const", const=verb, dest="verbs", help=says)
    return parser

"""The command line of ``python -m reports``."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from hubbub.results.folder import LATEST, RESULTS
from hubbub.results.records import ResultFileError
from hubbub.text.one_line_parser import OneLineParser

from .model.result_folder import append, open_results, save

SENSELESS = (ArithmeticError, LookupError, ValueError, TypeError, RecursionError, MemoryError)
"""What is raised when a figure cannot be computed or drawn."""

PROG = f"python -m {__package__}"

EXAMPLES = f"""\
examples:
  {PROG} render                       write report.html for the newest result
  {PROG} show results/demo-...        print a shorter report in the terminal
  {PROG} markdown DIR > summary.md    in GitHub Actions it is added to the job summary instead
  {PROG} badge DIR                    write badge.json for shields.io/endpoint
  {PROG} compare A/conformance.json B/conformance.json --html compare.html

exit codes: 0 the report was written, whatever its verdict; 2 a file or an option cannot be used
"""


def render(options: argparse.Namespace) -> None:
    """Write ``report.html``."""
    from .output import html  # here, since drawing takes a second to import and no other verb draws

    path = save(html.render(open_results(options.folder)), options.folder / html.FILE_NAME)
    print(path)


def show(options: argparse.Namespace) -> None:
    """Print the report in the terminal."""
    from .output import terminal

    terminal.show(open_results(options.folder), Console())


def markdown(options: argparse.Namespace) -> None:
    """Print the summary in Markdown, or add it to GitHub's job summary."""
    from .output.markdown import summary

    text = summary(open_results(options.folder))
    if job := os.environ.get("GITHUB_STEP_SUMMARY"):
        print(f"added to {append(text, Path(job))}")
    else:
        print(text, end="")


def badge(options: argparse.Namespace) -> None:
    """Write ``badge.json``."""
    from .output import badge as badges

    print(badges.write(badges.badge(open_results(options.folder)), options.folder))


def compare(options: argparse.Namespace) -> None:
    """Print several conformance results side by side; with ``--html`` also write them as a page."""
    from .output import compare as comparing

    comparison = comparing.compare(options.results)
    comparing.print_comparison(comparison, Console())
    if options.html:
        print(save(comparing.comparison_page(comparison), options.html))


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the parser of the command line of the command ``prog``."""
    made = OneLineParser(
        prog=prog,
        description="Make reports from the result folders of load tests and conformance runs.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = made.add_subparsers(metavar="VERB", required=True)
    for verb, says in (
        (render, "write report.html, one self-contained file"),
        (show, "print the report in the terminal"),
        (markdown, "print a summary in Markdown, or add it to the file $GITHUB_STEP_SUMMARY if that is set"),
        (badge, "write badge.json for a shields.io endpoint badge"),
    ):
        added = verbs.add_parser(verb.__name__, help=says, description=says[0].upper() + says[1:] + ".")
        added.add_argument(
            "folder",
            metavar="DIR",
            nargs="?",
            type=Path,
            default=RESULTS / LATEST,
            help="the result folder (default: %(default)s)",
        )
        added.set_defaults(run=verb)
    _add_compare(verbs)
    return made


def _add_compare(verbs: "argparse._SubParsersAction[OneLineParser]") -> None:
    says = "compare the conformance of several servers"
    added = verbs.add_parser("compare", help=says, description=says[0].upper() + says[1:] + ".")
    added.add_argument(
        "results",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="a conformance.json, or the folder that holds it",
    )
    added.add_argument("--html", metavar="FILE", type=Path, help="also write the comparison as a page")
    added.set_defaults(run=compare)


def main(arguments: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Run a verb; return the exit code. ``prog`` is the command that has the verbs."""
    options = parser(prog).parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except ResultFileError as error:
        print(error, file=sys.stderr)
        return 2
    except SENSELESS as error:
        # A file of the right format may hold values that no run can have.
        print(f"{_named(options)} holds impossible values: {_one_line(error)}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader of the pipe has ended (`show | head`).
        _detach_stdout()
    except OSError as error:
        print(f"the report cannot be printed: {error.strerror}", file=sys.stderr)
        _detach_stdout()
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _named(options: argparse.Namespace) -> str:
    """Return the files that the report was to be made from."""
    named: Sequence[Path] = getattr(options, "results", None) or [options.folder]
    return ", ".join(map(str, named))


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _detach_stdout() -> None:
    """Prevent an error at exit, when the interpreter flushes into a closed pipe or a full disk."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())

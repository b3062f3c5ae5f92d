"""``python -m reports``: the verbs, and nothing else."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from hubbub.results.folder import LATEST, RESULTS
from hubbub.results.records import ResultFileError
from hubbub.text.one_line_parser import OneLineParser

from .folder import append, open_results, save

SENSELESS = (ArithmeticError, LookupError, ValueError, TypeError, RecursionError, MemoryError)
"""What figures raise that cannot be computed or drawn."""

PROG = f"python -m {__package__}"

EXAMPLES = f"""\
examples:
  {PROG} render                       write report.html for the newest result
  {PROG} show results/demo-...        print it in the terminal
  {PROG} markdown DIR > summary.md    in GitHub Actions it goes to the job's summary by itself
  {PROG} badge DIR                    write badge.json for shields.io/endpoint
  {PROG} compare A/conformance.json B/conformance.json --html compare.html

exit codes: 0 the report is made, whatever it says; 2 a file or an option cannot be used
"""


def render(options: argparse.Namespace) -> None:
    """Write ``report.html``."""
    from . import html  # here, since drawing takes a second to import and no other verb draws

    path = save(html.render(open_results(options.folder)), options.folder / html.FILE_NAME)
    print(path)


def show(options: argparse.Namespace) -> None:
    """Print the report in the terminal."""
    from . import terminal

    terminal.show(open_results(options.folder), Console())


def markdown(options: argparse.Namespace) -> None:
    """Print the summary in Markdown, or add it to the job's summary."""
    from .markdown import summary

    text = summary(open_results(options.folder))
    if job := os.environ.get("GITHUB_STEP_SUMMARY"):
        print(f"added to {append(text, Path(job))}")
    else:
        print(text, end="")


def badge(options: argparse.Namespace) -> None:
    """Write ``badge.json``."""
    from . import badge as badges

    print(badges.write(badges.badge(open_results(options.folder)), options.folder))


def compare(options: argparse.Namespace) -> None:
    """Print several conformance results side by side, and write them as a page if asked."""
    from . import compare as comparing

    comparison = comparing.compare(options.results)
    comparing.print_comparison(comparison, Console())
    if options.html:
        print(save(comparing.comparison_page(comparison), options.html))


def parser(prog: str = PROG) -> argparse.ArgumentParser:
    """Return the parser of the command line of the command ``prog``."""
    made = OneLineParser(
        prog=prog,
        description="Make reports of what load and conformance runs left in their result folder.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = made.add_subparsers(metavar="VERB", required=True)
    for verb, says in (
        (render, "write report.html: one self-contained file"),
        (show, "print the report in the terminal"),
        (markdown, "print a summary in Markdown, or add it to $GITHUB_STEP_SUMMARY where that is set"),
        (badge, "write badge.json: a shields.io endpoint"),
    ):
        added = verbs.add_parser(verb.__name__, help=says, description=says[0].upper() + says[1:] + ".")
        added.add_argument(
            "folder",
            metavar="DIR",
            nargs="?",
            type=Path,
            default=RESULTS / LATEST,
            help="default: %(default)s",
        )
        added.set_defaults(run=verb)
    _add_compare(verbs)
    return made


def _add_compare(verbs: "argparse._SubParsersAction[OneLineParser]") -> None:
    says = "put several servers' conformance side by side"
    added = verbs.add_parser("compare", help=says, description=says[0].upper() + says[1:] + ".")
    added.add_argument(
        "results",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="a conformance.json, or the folder that holds it",
    )
    added.add_argument("--html", metavar="FILE", type=Path, help="write the comparison as a page, too")
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
        # A file of the right form may hold what no run measures.
        print(f"{_named(options)} holds what makes no sense: {_one_line(error)}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader has seen enough (`show | head`).
        _let_go_of_stdout()
    except OSError as error:
        print(f"the report cannot be printed: {error.strerror}", file=sys.stderr)
        _let_go_of_stdout()
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _named(options: argparse.Namespace) -> str:
    """Return the files that were to be reported on."""
    named: Sequence[Path] = getattr(options, "results", None) or [options.folder]
    return ", ".join(map(str, named))


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _let_go_of_stdout() -> None:
    """Keep the interpreter from flushing into a closed pipe or a full disk when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())

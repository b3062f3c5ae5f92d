"""``hubbub VERB ...``: one command, whose verbs hand their words on to the part that does the work.

A verb runs in this process, so signals, standard streams and the exit code are those of the part itself. What
a part needs is imported when its verb is asked for: Locust's import patches the standard library, and the
others should not pay for it.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from hubbub.cli import conformance, load, reports, scenarios, server
from hubbub.cli.parts import CommandError
from hubbub.text.spelling import unknown

USAGE_ERROR = 2

VERBS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "serve": server.serve,
    "conformance": conformance.judge,
    "load": load.load,
    "report": reports.report,
    "compare": reports.compare,
    "scenarios": scenarios.scenarios,
}

HELP = """\
usage: hubbub VERB [ARGUMENTS]

Tests WebSocket chat servers: are they right, and how much load do they carry?

  serve                start the reference server, on ws://127.0.0.1:8765/
  conformance [URL]    judge a server; without URL the reference server
  load [URL] [NAME]    load a server for 30 s with 200 users; or scenario NAME
  report [DIR]         write a result's report.html and show it; without DIR the
                       newest result
  compare A B          put the conformance results of servers side by side
  scenarios            list the load scenarios; --copy DIR copies them

Options of pytest (-k, -x, -n 4) work with conformance, those of Locust (-u, -t,
--processes 2) with load. `hubbub VERB --help` lists all options of a verb.

  hubbub conformance ws://127.0.0.1:8765/ -k "BCAST or NICK"
  hubbub load ws://127.0.0.1:8765/ HotRoom -u 500 -t 1m --slo 'p99<200ms'

exit codes  0 passed, or done    2 wrong arguments (conformance: 4)
conformance 1 failed    2 cut short    3 results not written    5 no check run
load        1 did not run    3 failed    4 not to be trusted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the verb that the command line names; return the exit code.

    ``arguments`` are the words behind ``hubbub``, by default the process's own. A wrong verb or argument is
    one line on stderr and exit code 2; where pytest or Locust reads the arguments, their exit codes count.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    verb, *rest = words or ["--help"]
    if verb in ("-h", "--help", "help"):
        print(HELP, end="")
        return 0
    if verb in ("-V", "--version"):
        print(f"hubbub {_version()}")
        return 0
    try:
        if verb not in VERBS:
            raise CommandError(f"there is no verb {unknown(verb, VERBS)}")
        return VERBS[verb](rest)
    except CommandError as error:
        print(f"hubbub: {error}", file=sys.stderr)
        return USAGE_ERROR


def _version() -> str:
    try:
        return version("hubbub")
    except PackageNotFoundError:
        return "unknown"

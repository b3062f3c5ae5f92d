"""``python -m reference_server``: serve until Ctrl-C or SIGTERM.

Once it listens, it says so on stderr, at every log level, in one line that holds
``event=listening url=ws://127.0.0.1:8765/``; with ``--port 0`` this is where to read the port. On stdout
it prints where a browser finds the chat page.
Exit codes: 0, or 2 for an option, an address or a certificate that cannot be used.
"""

import contextlib
import sys
from collections.abc import Sequence

from .config import PROG, parse_arguments
from .server import Server, run


def main(arguments: Sequence[str] | None = None, prog: str = PROG) -> int:
    """Serve as the command line says, that of the command ``prog``; return the exit code."""
    return run(parse_arguments(arguments, prog), started=_print_page)


def _print_page(server: Server) -> None:
    with contextlib.suppress(OSError):  # nobody reads stdout: the chat goes on
        print(f"Chat page: {server.page_url}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

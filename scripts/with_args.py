"""Run a command with the words of make's ARGS behind it: ``python scripts/with_args.py COMMAND [WORD...]``.

ARGS comes in the environment as HUBBUB_ARGS, and is cut into words as a shell cuts them: quotes and
backslashes keep words together. Nothing else in it has a meaning, so ``--slo p99<100ms`` is two words and no
file is opened. The command takes this process's place, and its exit code is the command's.
"""

import os
import shlex
import sys
from pathlib import Path

USAGE_ERROR = 2
NOT_FOUND = 127
"""As shells have it."""


def main(command: list[str], arguments: str) -> int:
    """Become the command; return an exit code if that cannot be."""
    try:
        words = shlex.split(arguments)
    except ValueError as error:
        print(f"ARGS={arguments}: {str(error).lower()}; close the quotation", file=sys.stderr)
        return USAGE_ERROR
    for name in ("ARGS", "HUBBUB_ARGS"):
        os.environ.pop(name, None)  # they are this command's, and not those of a make that it may start
    words = [str(Path(word).expanduser()) if word.startswith("~/") else word for word in words]
    try:
        os.execvp(command[0], [*command, *words])
    except OSError as error:
        print(f"{command[0]}: {error.strerror}; run: make setup", file=sys.stderr)
        return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ.get("HUBBUB_ARGS", "")))

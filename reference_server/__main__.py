"""``python -m reference_server``."""

import sys

from reference_server.config import parse_arguments
from reference_server.server import run


def main() -> int:
    """Serve as the command line says; return the exit code."""
    return run(parse_arguments())


if __name__ == "__main__":
    sys.exit(main())

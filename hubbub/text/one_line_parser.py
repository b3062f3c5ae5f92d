"""An argument parser whose complaint is one line."""

import argparse
from typing import NoReturn


class OneLineParser(argparse.ArgumentParser):
    """Says in one line on stderr what is wrong with a command line, and where the options are listed."""

    def error(self, message: str) -> NoReturn:
        """Print ``message`` and exit with 2."""
        self.exit(2, f"{self.prog}: {message}; --help lists the options\n")

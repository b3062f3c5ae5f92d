"""The page of a run, ``report.html``: drawn from the result folder by ``python -m reports render``.

That is a process of its own, as a user would start it. So the suite does not depend on how reports are made,
nothing that goes wrong there spoils a run, and the memory that drawing takes is not the suite's.
"""

import contextlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FILE_NAME = "report.html"

_LONGEST = 120.0
"""Seconds that drawing may take: many times what it does, on a machine that others keep busy."""


@dataclass(frozen=True)
class Page:
    """What became of the page."""

    path: Path | None
    why: str = ""
    """Why there is none, in one line."""


def draw(folder: Path) -> Page:
    """Draw the page of the results in ``folder``; Ctrl-C gives it up."""
    command = [sys.executable, "-m", "hubbub.reports", "render", str(folder)]
    # In a group of its own: who presses Ctrl-C to end the run still wants to see what it came to.
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        process_group=0,
    )
    try:
        said = process.communicate(timeout=_LONGEST)[1].strip().splitlines()
    except subprocess.TimeoutExpired:
        return Page(None, f"drawing it took over {_LONGEST:g} s")
    except KeyboardInterrupt:
        return Page(None, "it was interrupted")
    finally:
        if process.poll() is None:
            process.kill()
            with contextlib.suppress(KeyboardInterrupt):
                process.communicate()
    if process.returncode != 0:
        return Page(None, said[-1] if said else f"drawing it ended with exit code {process.returncode}")
    return Page(folder / FILE_NAME)

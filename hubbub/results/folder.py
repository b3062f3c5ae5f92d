"""Where a run's result folder lies: the one asked for, or a new one under ``results/``."""

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

from hubbub.results.records import ResultFileError

RESULTS = Path("results")
LATEST = "latest"


def make_result_folder(kind: str, asked: Path | None, now: datetime | None = None) -> Path:
    """Make and return the folder of a run of ``kind`` (``load``, ``conformance``, ``demo``).

    ``asked`` is used as it is, and may exist. Else it is ``results/<kind>-<UTC time>/``, numbered where two
    runs share a second, and ``results/latest`` points at it. Raises ResultFileError where it cannot be made.
    """
    try:
        if asked is not None:
            asked.mkdir(parents=True, exist_ok=True)
            return asked
        folder = _new_folder(kind, now or datetime.now(UTC))
    except OSError as error:
        where = asked or RESULTS
        message = f"{where} cannot be made: {error.strerror}; choose another --result DIR"
        raise ResultFileError(message) from error
    # Some disks have no symbolic links; that must not cost a result.
    with contextlib.suppress(OSError):
        _point_latest_at(folder)
    return folder


def latest() -> Path | None:
    """Return what ``results/latest`` points at, None where it does not exist."""
    try:
        return (RESULTS / LATEST).readlink()
    except OSError:
        return None


def unmake_result_folder(folder: Path, before: Path | None) -> None:
    """Remove a folder that was made for nothing, if it is empty; let ``latest`` point where it did before."""
    try:
        folder.rmdir()
    except OSError:
        return
    link = RESULTS / LATEST
    if latest() == Path(folder.name) and folder.parent == RESULTS:
        link.unlink(missing_ok=True)
        if before is not None:
            link.symlink_to(before)


def _new_folder(kind: str, now: datetime) -> Path:
    stem = f"{kind}-{now:%Y%m%dT%H%M%SZ}"
    RESULTS.mkdir(parents=True, exist_ok=True)
    attempt = 1
    while True:
        folder = RESULTS / (stem if attempt == 1 else f"{stem}-{attempt}")
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            return folder
        attempt += 1


def _point_latest_at(folder: Path) -> None:
    link = RESULTS / LATEST
    fresh = RESULTS / f".{LATEST}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.name)
    try:
        fresh.replace(link)
    except OSError:
        fresh.unlink()
        raise

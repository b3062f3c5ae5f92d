"""A result folder, opened for reading: which results lie in it; and writing what was made of them."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from hubbub.results import conformance_result as verdicts
from hubbub.results import load_result as result
from hubbub.results.conformance_result import ConformanceResult
from hubbub.results.load_result import LoadResult
from hubbub.results.records import ResultFileError


@dataclass(frozen=True, kw_only=True)
class Results:
    """What one result folder holds: a load run, a conformance run, or both."""

    folder: Path
    load: LoadResult | None
    conformance: ConformanceResult | None


def open_results(folder: Path) -> Results:
    """Read the results in ``folder``.

    Raises ResultFileError, in one line, where the folder or both files are missing, or one is damaged.
    """
    if not folder.is_dir():
        kind = "is not a folder" if folder.exists() else "does not exist"
        advice = "name a result folder, or make one with `hubbub conformance` or `hubbub load`"
        raise ResultFileError(f"{folder} {kind}; {advice}")
    load, conformance = folder / result.FILE_NAME, folder / verdicts.FILE_NAME
    if not load.exists() and not conformance.exists():
        raise ResultFileError(
            f"{folder} holds neither {load.name} nor {conformance.name}; name a result folder"
        )
    return Results(
        folder=folder,
        load=result.read(load) if load.exists() else None,
        conformance=verdicts.read(conformance) if conformance.exists() else None,
    )


def save(text: str, path: Path) -> Path:
    """Write ``text`` to ``path``, whole or not at all; return it. Raises ResultFileError in one line."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise ResultFileError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
    return path


def append(text: str, path: Path) -> Path:
    """Add ``text`` to the file ``path``; return ``path``. Raises ResultFileError in one line."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ResultFileError(f"{path} cannot be written: {error.strerror}") from error
    return path

"""Reading and writing the typed JSON files that runs leave behind, whole or not at all."""

import contextlib
import os
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


_NOT_JSON = (msgspec.MsgspecError, UnicodeError, RecursionError)
"""What reading raises where a text is no JSON, or JSON of another type."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of what result files hold: frozen, by keyword, and strict about unknown fields."""


class ResultFileError(Exception):
    """A result file that cannot be read or written; its text is one line that says what to do."""


def write_result(result: msgspec.Struct, path: Path) -> Path:
    """Write ``result`` to ``path`` by way of a temporary file beside it; return ``path``.

    Raises ResultFileError where the folder or the disk does not allow it, or the values do not fit the type.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        data = msgspec.json.encode(result)
        msgspec.json.decode(data, type=type(result))
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(msgspec.json.format(data, indent=1) + b"\n")
        partial.replace(path)
    except msgspec.MsgspecError as error:
        raise ResultFileError(f"{path.name} would not be valid: {error}") from error
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise ResultFileError(
            f"{path} cannot be written: {error.strerror}; choose another --result DIR"
        ) from error
    return path


class _Head(msgspec.Struct):
    """What every version of every result file says of itself."""

    format: str | None = None
    version: int = 0


def _another_version(data: bytes, kind: type[msgspec.Struct]) -> str:
    """Return, where ``data`` says that it is of a later version of the same format, what to do about it."""
    own = {field.name: field.default for field in msgspec.structs.fields(kind)}
    try:
        head = msgspec.json.decode(data, type=_Head)
    except _NOT_JSON:
        return ""
    if "version" not in own or head.format != own["format"] or head.version <= own["version"]:
        return ""
    return (
        f"has version {head.version} of its format, and this hubbub reads version {own['version']}: "
        "read it with the hubbub that wrote it, or a newer one"
    )


def read_result(path: Path, kind: type[T]) -> T:
    """Read ``path`` as a ``kind``.

    Raises ResultFileError for a file that is missing, cut off, or of another kind or version.
    """
    try:
        data = path.read_bytes()
        return msgspec.json.decode(data, type=kind)
    except OSError as error:
        raise ResultFileError(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.ValidationError as error:
        why = _another_version(data, kind) or f"is not a {kind.__name__} of this version: {error}"
        raise ResultFileError(f"{path} {why}") from error
    except _NOT_JSON as error:
        # What is nested too deeply is told in more words than one line has.
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        advice = "run again to get a whole one"
        raise ResultFileError(f"{path} is cut off or not JSON: {why}; {advice}") from error


class ResultFormat(Generic[T]):
    """A kind of result file: its name in a run's folder, and the type that it holds."""

    def __init__(self, file_name: str, kind: type[T]) -> None:
        self.file_name = file_name
        self._kind = kind

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema, as JSON has it: arrays are lists."""
        schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(self._kind)))
        return schema

    def write(self, result: T, directory: Path) -> Path:
        """Validate and write a result into ``directory``, whole or not at all; return its path.

        Raises ResultFileError where it cannot be written.
        """
        return write_result(result, directory / self.file_name)

    def read(self, path: Path) -> T:
        """Read and validate a file of this kind.

        Raises ResultFileError, in one line, for a missing, cut-off or foreign file.
        """
        return read_result(path, self._kind)

"""``hubbub scenarios``: which load scenarios there are, and copies of them to start one's own from."""

import ast
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from hubbub.cli.parts import CommandError, folder_of
from hubbub.text import shell
from hubbub.text.one_line_parser import OneLineParser

_BASE = "ChatUser"


def scenarios(words: Sequence[str]) -> int:
    """List the scenarios, or copy their files; return the exit code."""
    options = _parser().parse_args(words)
    files = sorted(path for path in folder_of("loadtests").glob("*.py") if not path.name.startswith("_"))
    if options.copy:
        _copy(files, options.copy)
        print(f"copied to {options.copy}/; run one: hubbub load URL -f {options.copy / files[0].name}")
        return 0
    for path in files:
        for name, says in described(path):
            print(f"{name:<15} {path.name:<19} {says}")
    print(f"\nin {shell.place(files[0].parent)}/; `hubbub scenarios --copy DIR` copies them")
    return 0


def described(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the scenarios in a file, each with what it is in a line; nothing of the file is run."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    says = (ast.get_docstring(module) or "").partition("\n")[0].partition(": ")[2]
    for node in module.body:
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == _BASE for base in node.bases):
            yield node.name, says


def _copy(files: Sequence[Path], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if there := [path.name for path in files if (folder / path.name).exists()]:
            raise CommandError(f"{folder / there[0]} is there already; choose another folder")
        for path in files:
            shutil.copyfile(path, folder / path.name)
    except OSError as error:
        raise CommandError(f"{folder} cannot be written to: {error.strerror}") from error


def _parser() -> OneLineParser:
    parser = OneLineParser(prog="hubbub scenarios", description="List the load scenarios, or copy them.")
    parser.add_argument("--copy", metavar="DIR", type=Path, help="copy their files into a folder")
    return parser

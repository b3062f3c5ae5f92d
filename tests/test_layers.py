"""Imports only point down the ladder that docs/architecture.md draws."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT = {
    "chat_protocol": set[str](),
    "result_files": set[str](),
    "conformance": {
        "chat_protocol.requirements",
        "chat_protocol.schemas",
        "chat_protocol.spelling",
        "result_files",
    },
    "swarm": {"chat_protocol", "result_files"},
    "reference_server": {"chat_protocol"},
    "mutants": {"reference_server", "chat_protocol"},
    "loadtests": {"swarm"},
    "examples": set[str](),
    "reports": {"conformance.verdicts", "swarm.result", "chat_protocol", "result_files"},
}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides where it points"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def allowed(folder: str, name: str) -> bool:
    own = name.partition(".")[0]
    if own not in MAY_IMPORT or own == folder:
        return True
    return any(name == each or name.startswith(f"{each}.") for each in MAY_IMPORT[folder])


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_stands_below_it(folder: str) -> None:
    files = list((ROOT / folder).rglob("*.py"))
    assert files
    breaches = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in imported(path)
        if not allowed(folder, name)
    ]
    assert not breaches


def test_every_folder_of_code_has_its_place_on_the_ladder() -> None:
    folders = {path.parent.name for path in ROOT.glob("[a-z]*/*.py")}
    assert folders <= {*MAY_IMPORT, "tests", "benchmarks", "scripts"}


def test_the_rule_can_fail() -> None:
    assert not allowed("conformance", "chat_protocol.codec.decode_publish")
    assert not allowed("conformance", "reference_server")
    assert not allowed("reports", "swarm.ledger")
    assert not allowed("chat_protocol", "result_files.records")
    assert allowed("reports", "swarm.result.read")


def test_the_load_scenarios_are_all_that_locust_will_find() -> None:
    stems = {path.stem for path in (ROOT / "loadtests").rglob("*.py") if not path.name.startswith("_")}
    assert stems, "the folder holds at least one scenario"
    assert not stems & set(sys.stdlib_module_names), "Locust would shadow the standard library"

"""Whoever follows the imports of a part comes to an end, and soon: no circles, no long chains."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = 10
"""Imports from the module at the top of a chain down to the last one."""
PARTS = [
    ("hubbub/load", "hubbub/results"),
    ("conformance",),
    ("reports",),
    ("reference_server",),
    ("mutants",),
]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[str]:
    """Yield what a module imports, for types only included: modules, and names that may be modules."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def graph(folders: tuple[str, ...]) -> dict[str, set[str]]:
    """Return what each module in these folders imports of them."""
    paths = {module_of(path): path for folder in folders for path in (ROOT / folder).rglob("*.py")}
    return {name: set(imported(path)) & paths.keys() - {name} for name, path in paths.items()}


@pytest.mark.parametrize("folders", PARTS, ids=lambda folders: folders[0])
def test_no_module_imports_itself_by_way_of_others(folders: tuple[str, ...]) -> None:
    assert list(TopologicalSorter(graph(folders)).static_order())


@pytest.mark.parametrize("folders", PARTS, ids=lambda folders: folders[0])
def test_no_chain_of_imports_is_long(folders: tuple[str, ...]) -> None:
    imports = graph(folders)

    @cache
    def chain(name: str) -> tuple[str, ...]:
        return name, *max((chain(other) for other in imports[name]), key=len, default=())

    longest = max(map(chain, imports), key=len)
    assert len(longest) > 1, "no import was found"
    assert len(longest) - 1 <= LONGEST, " -> ".join(longest)

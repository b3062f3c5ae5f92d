"""Whoever follows the imports of the load engine comes to an end, and soon: no circles, no long chains."""

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST = 10
"""Imports from the module at the top of a chain down to the last one."""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def graph() -> dict[str, set[str]]:
    """What each module of the load engine and the result formats imports of them, for types only included."""
    paths = {
        module_of(path): path
        for part in ("load", "results")
        for path in (ROOT / "hubbub" / part).rglob("*.py")
    }
    found: dict[str, set[str]] = {}
    for name, path in paths.items():
        imports = [
            node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
        ]
        named = {f"{node.module}.{alias.name}" for node in imports for alias in node.names}
        found[name] = (named | {node.module or "" for node in imports}) & paths.keys() - {name}
    return found


def test_no_module_of_the_load_engine_imports_itself_by_way_of_others() -> None:
    assert list(TopologicalSorter(graph()).static_order())


def test_no_chain_of_imports_in_the_load_engine_is_long() -> None:
    imports = graph()

    @cache
    def chain(name: str) -> tuple[str, ...]:
        return name, *max((chain(other) for other in imports[name]), key=len, default=())

    longest = max(map(chain, imports), key=len)
    assert len(longest) - 1 <= LONGEST, " -> ".join(longest)

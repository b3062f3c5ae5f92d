"""Imports only point down the ladders that docs/architecture.md draws: of folders, and of the load engine."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT = {
    "hubbub/text": set[str](),
    "hubbub/protocol": set[str](),
    "hubbub/results": {"hubbub.text", "hubbub.protocol.requirements"},
    "hubbub/load": {"hubbub.text", "hubbub.results", "hubbub.protocol"},
    "hubbub/cli": {"hubbub.text", "hubbub.results"},
    "conformance": {
        "hubbub.protocol.requirements",
        "hubbub.launcher",
        "hubbub.protocol.schemas",
        "hubbub.results",
        "hubbub.text",
    },
    "reference_server": {"hubbub.protocol", "hubbub.text"},
    "mutants": {"reference_server", "hubbub.protocol", "hubbub.text"},
    "loadtests": {"hubbub.ChatUser", "hubbub.settings", "hubbub.load.config.config.LoadConfig"},
    "examples": set[str](),
    "reports": {"hubbub.results", "hubbub.protocol", "hubbub.text"},
}
"""What each folder may import of the project, beside itself."""

PUBLIC = {"__init__.py", "__main__.py", "scenario.py"}
"""The modules at the top of ``hubbub`` that stand above the load engine."""

LOAD_FLOORS = (
    ("locust_plugin",),
    ("master",),
    ("web",),
    ("judging",),
    ("worker",),
    ("users",),
    ("exchange",),
    ("ledger", "preflight"),
    ("config",),
    ("websocket",),
    ("measure",),
    ("workload",),
    ("messages",),
    ("timing",),
)
"""The folders of the load engine, top floor first; what shares a floor stands side by side."""

CHECKS = (
    *("bad_input", "broadcast", "compression", "format", "frames", "greeting", "handshake", "names"),
    *("presence", "rooms", "security", "stateful"),
)
CONFORMANCE_FLOORS = (
    tuple(f"checks.{group}" for group in CHECKS),
    ("plugin",),
    ("scenes", "stateful"),
    ("steps",),
    ("configuration", "oracle", "payloads", "presentation"),
    ("wire",),
    ("wire.compression", "wire.http", "wire.waits"),
    ("wire.framing",),
    ("messages",),
)
"""The folders of the suite. Between ``wire`` and ``messages`` stand ``findings`` and ``requirement``."""

FLOORS = {
    "hubbub.load": LOAD_FLOORS,
    "conformance": CONFORMANCE_FLOORS,
    "reports": (("output",), ("figures",), ("model",), ("text",)),
    "mutants": (
        ("legal",),
        ("broken.handshake", "broken.frames"),
        ("broken.delivery",),
        ("broken.members",),
        ("broken.messages", "faults"),
        ("machinery",),
    ),
    "reference_server": (("wire",),),
}
"""The folders of each part that has floors, likewise."""

FOLDERS = [(part, folder) for part, floors in FLOORS.items() for floor in floors for folder in floor]


def absolute(path: Path, node: ast.ImportFrom) -> str:
    """Return the module that a relative import means."""
    if not node.level:
        return node.module or ""
    package = path.relative_to(ROOT).parent.parts
    return ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{absolute(path, node)}.{alias.name}" for alias in node.names)


def begins(name: str, *modules: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in modules)


def allowed(folder: str, name: str) -> bool:
    own = folder.replace("/", ".")
    tops = {each.partition("/")[0] for each in MAY_IMPORT}
    if name.partition(".")[0] not in tops or begins(name, own):
        return True
    return begins(name, *MAY_IMPORT[folder])


def floor_of(part: str, name: str) -> int | None:
    """Return the floor of one of a part's modules; None for what stands under all of them."""
    inside = name.removeprefix(f"{part}.")
    numbered = [(folder, number) for number, floor in enumerate(FLOORS[part]) for folder in floor]
    # Of a folder and one inside it, the inner.
    found = [(len(folder), number) for folder, number in numbered if begins(inside, folder)]
    return max(found)[1] if found else None


def down(part: str, folder: str, name: str) -> bool:
    """Whether an import by a module in one of a part's folders points down."""
    if not name.startswith(f"{part}.") or begins(name, f"{part}.{folder}"):
        return True
    floor, own = floor_of(part, name), floor_of(part, f"{part}.{folder}")
    assert own is not None
    return floor is None or floor > own


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


@pytest.mark.parametrize(("part", "folder"), FOLDERS)
def test_a_folder_inside_a_part_imports_only_lower_floors(part: str, folder: str) -> None:
    files = list((ROOT / f"{part}.{folder}".replace(".", "/")).rglob("*.py"))
    assert files
    breaches = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in imported(path)
        if not down(part, folder, name)
    ]
    assert not breaches


def test_what_the_mapped_folders_import_of_themselves_is_relative() -> None:
    """Installed they are parts of hubbub, so their absolute names are others."""
    breaches = [
        f"{path.relative_to(ROOT)} imports {node.module}"
        for folder in ("conformance", "reports", "reference_server", "loadtests")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and not node.level and begins(node.module or "", folder)
    ]
    assert not breaches


def test_every_folder_of_code_has_its_place_on_the_ladders() -> None:
    tops = {path.parent.name for path in ROOT.glob("[a-z]*/*.py")}
    assert tops <= {each.partition("/")[0] for each in MAY_IMPORT} | {"tests", "benchmarks", "scripts"}
    parts = {f"hubbub/{path.parent.name}" for path in (ROOT / "hubbub").glob("[a-z]*/*.py")}
    assert parts <= MAY_IMPORT.keys()


@pytest.mark.parametrize("part", FLOORS)
def test_every_folder_inside_a_part_has_its_floor(part: str) -> None:
    top = ROOT / part.replace(".", "/")
    holding = {path.parent for path in top.rglob("*.py") if path.name != "__init__.py"} - {top}
    folders = {".".join(folder.relative_to(top).parts) for folder in holding}
    assert folders == {folder for floor in FLOORS[part] for folder in floor}


@pytest.mark.parametrize(("part", "folder"), FOLDERS)
def test_a_folder_inside_a_part_has_few_enough_modules_to_be_seen_at_once(part: str, folder: str) -> None:
    files = (ROOT / f"{part}.{folder}".replace(".", "/")).glob("[a-z]*.py")
    assert len(list(files)) < 15


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_so_has_each_part_itself(folder: str) -> None:
    assert len(list((ROOT / folder).glob("[a-z]*.py"))) < 15


def test_the_rule_can_fail() -> None:
    assert not allowed("conformance", "hubbub.protocol.codec.decode_publish")
    assert not allowed("conformance", "reference_server")
    assert not allowed("reports", "hubbub.load.ledger.room_ledger")
    assert not allowed("hubbub/protocol", "hubbub.results.records")
    assert allowed("reports", "hubbub.results.load_result.read")
    assert not down("hubbub.load", "ledger", "hubbub.load.users.engine")
    assert not down("hubbub.load", "ledger", "hubbub.load.preflight.forecast")
    assert down("hubbub.load", "users", "hubbub.load.ledger.settlement")
    assert not down("mutants", "machinery", "mutants.broken.frames.closing")


def test_the_load_scenarios_are_all_that_locust_will_find() -> None:
    stems = {path.stem for path in (ROOT / "loadtests").rglob("*.py") if not path.name.startswith("_")}
    assert stems, "the folder holds at least one scenario"
    assert not stems & set(sys.stdlib_module_names), "Locust would shadow the standard library"

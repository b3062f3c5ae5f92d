"""The judge reads with no glasses of the defendant's: neither the server, nor its codec, nor its library."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "conformance").rglob("*.py"))
]
FOREIGN = {"reference_server", "mutants", "hubbub.load", "reports", "websockets", "wsproto"}


def test_with_all_of_the_suite_imported_nothing_of_the_server_is() -> None:
    program = f"""
import importlib, sys
for name in {MODULES!r}:
    importlib.import_module(name)
print(*sorted(sys.modules))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    loaded = set(ended.stdout.split())

    assert {"conformance.oracle.judge", "conformance.wire.client"} <= loaded
    assert not {
        name for name in loaded if any(name == each or name.startswith(f"{each}.") for each in FOREIGN)
    }
    ours = {name for name in loaded if name.startswith("hubbub.protocol.")}
    assert ours == {"hubbub.protocol.requirements", "hubbub.protocol.schemas"}

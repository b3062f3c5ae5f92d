"""hubbub.protocol knows no sockets, clock, event loop or framework."""

import os
import subprocess
import sys
from pathlib import Path

import hubbub.protocol

IMPURE = {"asyncio", "gevent", "locust", "websockets", "socket", "selectors", "uvloop", "jsonschema"}
MODULES = sorted(path.stem for path in Path(hubbub.protocol.__path__[0]).glob("*.py"))


def test_importing_it_brings_in_nothing_impure() -> None:
    imports = "; ".join(f"import hubbub.protocol.{module}" for module in [*MODULES, "schemas"])
    code = f"import sys; {imports}; print(*sys.modules)"
    # Where coverage is measured, that would bring in its own.
    unmeasured = os.environ | {"COVERAGE_PROCESS_CONFIG": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], env=unmeasured, capture_output=True, text=True, check=True
    )
    assert "codec" in MODULES
    assert not IMPURE & set(done.stdout.split())

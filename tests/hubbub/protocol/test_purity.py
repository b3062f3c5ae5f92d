"""hubbub.protocol knows no sockets, clock, event loop or framework."""

import subprocess
import sys
from pathlib import Path

import hubbub.protocol

IMPURE = {"asyncio", "gevent", "locust", "websockets", "socket", "selectors", "uvloop", "jsonschema"}
MODULES = sorted(path.stem for path in Path(hubbub.protocol.__path__[0]).glob("*.py"))


def test_importing_it_brings_in_nothing_impure() -> None:
    imports = "; ".join(f"import hubbub.protocol.{module}" for module in [*MODULES, "schemas"])
    code = f"import sys; {imports}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "codec" in MODULES
    assert not IMPURE & set(done.stdout.split())

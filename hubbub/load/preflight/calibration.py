"""The ceiling of one load-generating process on this machine: ``make calibrate`` measures it.

``results/calibration.json`` holds it, and later runs on the same machine compare themselves with it: a run
that asks for more cannot be a valid measurement, which is better told before it starts.
"""

import platform
from collections.abc import Sequence
from os import cpu_count
from pathlib import Path
from typing import Literal

import msgspec

from hubbub.results.folder import RESULTS
from hubbub.results.load_result import Ceiling, Second
from hubbub.results.records import Record, read_result, write_result

FILE = RESULTS / "calibration.json"
FORMAT: Literal["hubbub-calibration"] = "hubbub-calibration"
VERSION: Literal[1] = 1

_CPUS = Path("/proc/cpuinfo")


class Machine(Record, frozen=True, kw_only=True):
    """What a ceiling depends on."""

    name: str
    cpu: str
    """The processor's model."""
    cores: int
    python: str


class Calibration(Record, frozen=True, kw_only=True):
    """What one process of this machine can generate against a server that is no limit, at most."""

    machine: Machine
    date: str
    """UTC, ISO 8601."""
    deliveries: float
    """Deliveries/s received and verified, in rooms of many members; what they publish included."""
    publishes: float
    """Messages/s published, in rooms of one member; what is delivered of them included."""
    format: Literal["hubbub-calibration"] = FORMAT
    version: Literal[1] = VERSION

    def forecast(self, published: float, delivered: float, processes: int) -> Ceiling:
        """Return what a run with those rates, per second, in so many processes will take of it."""
        ceiling = Ceiling(
            deliveries=self.deliveries, publishes=self.publishes, processes=processes, asked=0.0, reached=0.0
        )
        return msgspec.structs.replace(ceiling, asked=_share(ceiling, published, delivered))


def this_machine() -> Machine:
    """Return the identity of the machine and the Python that this process runs on."""
    return Machine(name=platform.node(), cpu=_cpu(), cores=cpu_count() or 1, python=platform.python_version())


def known(path: Path = FILE) -> Calibration | None:
    """Return this machine's calibration; None where there is none, or only another machine's.

    Raises ResultFileError for a file that is damaged or of another version.
    """
    if not path.exists():
        return None
    calibration = read_result(path, Calibration)
    return calibration if calibration.machine == this_machine() else None


def keep(calibration: Calibration, path: Path = FILE) -> Path:
    """Write a calibration; return its path. Raises ResultFileError where it cannot be written."""
    return write_result(calibration, path)


def reached(ceiling: Ceiling | None, seconds: Sequence[Second]) -> Ceiling | None:
    """Return the ceiling with the share of it that was taken while all users were there."""
    held = [second for second in seconds if second.phase == "hold"]
    if ceiling is None or not held:
        return ceiling
    sent, delivered = (sum(getattr(each, name) for each in held) for name in ("sent", "delivered"))
    return msgspec.structs.replace(ceiling, reached=_share(ceiling, sent / len(held), delivered / len(held)))


def _share(ceiling: Ceiling, published: float, delivered: float) -> float:
    """Return the share of the rate that is nearer to its own ceiling."""
    return max(published / ceiling.publishes, delivered / ceiling.deliveries) / ceiling.processes


def _cpu() -> str:
    try:
        lines = _CPUS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor())

"""The wheel, installed where nothing else of the project is: it does all that a checkout does.

It is built and installed by the commands of the ``Dockerfile``, in an environment of its own. Only the
packages that hubbub needs are lent to it by this one, so that nothing is fetched.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import threading
import tomllib
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
PIP_STEPS = re.findall(r"^RUN pip (.*)$", DOCKERFILE, re.MULTILINE)
ENTRYPOINT: list[str] = json.loads(re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.MULTILINE)[-1])
MAPPED = ("conformance", "loadtests", "reference_server", "reports")
"""The folders that are parts of ``hubbub`` once they are installed."""
FILES = ("pyproject.toml", "README.md", "LICENSE", "constraints.txt")
CONFORMANCE = ("-k", "BCAST-1 or STAT-1")
LOAD = ("-u", "4", "-r", "4", "-t", "3s", "--rooms", "2", "--slo", "none,loss=0")
INSTALL_PAGE = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
SCENARIO = re.findall(r"```python\n(.*?)```", INSTALL_PAGE, re.DOTALL)[0]


@dataclass(frozen=True)
class Installed:
    """An environment that has the wheel, and an empty folder to work in."""

    wheel: Path
    python: Path
    folder: Path

    @property
    def hubbub(self) -> list[str]:
        """What a container of the image runs, with nothing behind it."""
        return [str(self.python.with_name(ENTRYPOINT[0])), *ENTRYPOINT[1:]]

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.python.parent}:{os.environ['PATH']}", "HOME": str(self.folder.parent)}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.execute(*self.hubbub, *words)

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Run ``hubbub serve`` on a free port; yield its URL, and see that SIGTERM ends it with 0."""
        command = [*self.hubbub, "serve", "--port", "0"]
        with subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stderr
                url = re.search(r"url=(ws\S+)", process.stderr.readline())
                assert url, "the first line of its log says where it listens"
                threading.Thread(target=process.stderr.read, daemon=True).start()
                yield url[1]
            finally:
                process.terminate()
        assert process.returncode == 0


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    place = tmp_path_factory.mktemp("wheel")
    for name in ("hubbub", *MAPPED):
        shutil.copytree(ROOT / name, place / "src" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, place / "src")
    shutil.copytree(place / "src", place / "dist", ignore=lambda _, names: {*names} - {"constraints.txt"})
    venv.create(place / "venv", symlinks=True)
    python = place / "venv" / "bin" / "python"
    for step in PIP_STEPS:
        run_pip(step, place, python)
    lend_dependencies(python)
    folder = place / "work"
    folder.mkdir()
    yield Installed(next((place / "dist").glob("*.whl")), python, folder)
    assert {path.name for path in folder.iterdir()} <= {"results"}, "no verb leaves anything but results"


def run_pip(step: str, place: Path, python: Path) -> None:
    """Run a pip command of the Dockerfile, with ``/src`` and ``/dist`` in ``place``, and fetch nothing."""
    verb, *rest = shlex.split(re.sub(r"(?<=\s)/(?=src|dist)", f"{place}/", step))
    words = [str(found) for word in rest for found in (Path("/").glob(word[1:]) if "*" in word else [word])]
    offline = ["--no-build-isolation"] if verb == "wheel" else ["--no-deps"]
    target = [] if verb == "wheel" else ["--python", str(python)]
    command = [sys.executable, "-m", "pip", *target, verb, "--no-index", *offline, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def lend_dependencies(python: Path) -> None:
    """Let ``python`` import what is installed here, but not what a ``.pth`` file here leads to.

    So the checkout, which is installed here by such a file, stays out of sight.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = python.parents[1] / "lib" / version / "site-packages"
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")


@pytest.fixture(scope="module")
def url(installed: Installed) -> Iterator[str]:
    with installed.serving() as url:
        yield url


def saved(installed: Installed, name: str) -> Path:
    return installed.folder / "results" / "latest" / name


def test_every_folder_of_what_is_installed_is_listed_as_a_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = [
        init.parent.relative_to(ROOT)
        for top in ("hubbub", *MAPPED)
        for init in (ROOT / top).rglob("__init__.py")
    ]
    names = {".".join(folder.parts) for folder in folders}
    installed = {name if name.partition(".")[0] == "hubbub" else f"hubbub.{name}" for name in names}
    assert set(project["tool"]["setuptools"]["packages"]) == installed


@pytest.mark.proof
def test_the_wheel_holds_every_file_of_hubbub_and_its_four_parts_and_no_other(installed: Installed) -> None:
    source = installed.wheel.parents[1] / "src"
    files = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    expected = {f"hubbub/{name}" if name.partition("/")[0] in MAPPED else name for name in files - {*FILES}}
    names = {name for name in ZipFile(installed.wheel).namelist() if ".dist-info/" not in name}
    assert {name for name in names if not name.endswith("/")} == {
        name for name in expected if name.startswith("hubbub/") and ".egg-info" not in name
    }
    assert {"hubbub/py.typed", "hubbub/reports/templates/report.css"} <= names


@pytest.mark.proof
def test_nothing_of_the_checkout_is_in_sight(installed: Installed) -> None:
    code = "import hubbub; print(hubbub.__file__); import reports"
    done = installed.execute(str(installed.python), "-c", code)
    assert done.stdout.startswith(str(installed.python.parents[1]))
    assert "No module named 'reports'" in done.stderr
    assert installed.run("--version").stdout.split()[1] == installed.wheel.name.split("-")[1]


@pytest.mark.proof
def test_a_server_is_judged(installed: Installed, url: str) -> None:
    done = installed.run("conformance", url, *CONFORMANCE)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(saved(installed, "conformance.json").read_text(encoding="utf-8"))
    assert shlex.split(result["run"]["command"]) == ["hubbub", "conformance", url, *CONFORMANCE]
    assert saved(installed, "report.html").is_file(), done.stdout
    done = installed.run("compare", "results/latest", "results/latest")
    assert done.returncode == 0, done.stderr


@pytest.mark.proof
def test_without_a_url_its_own_server_is_judged(installed: Installed) -> None:
    done = installed.run("conformance", *CONFORMANCE, "-n", "2", "--result", "own")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (installed.folder / "own" / "server.log").is_file()
    shutil.rmtree(installed.folder / "own")


@pytest.mark.proof
def test_a_server_is_loaded_and_the_run_reported(installed: Installed, url: str) -> None:
    done = installed.run("load", url, *LOAD)
    assert done.returncode in (0, 4), done.stdout + done.stderr  # 4: this machine is busy
    result = json.loads(saved(installed, "load.json").read_text(encoding="utf-8"))
    assert result["ledger"]["delivered"] > 0
    assert shlex.split(result["run"]["command"]) == ["hubbub", "load", url, *LOAD]
    done = installed.run("report")
    assert done.returncode == 0, done.stderr
    assert saved(installed, "report.html").is_file()


@pytest.mark.proof
def test_scenarios_are_copied_and_one_of_ones_own_is_found(installed: Installed) -> None:
    assert installed.run("scenarios", "--copy", "mine").returncode == 0
    (installed.folder / "mine" / "late.py").write_text(SCENARIO, encoding="utf-8")
    done = installed.run("load", "-f", "mine", "--list")
    assert {"LateShift", "Churn"} <= set(done.stdout.split()), done.stderr
    shutil.rmtree(installed.folder / "mine")


@pytest.mark.proof
def test_a_type_checker_sees_the_types_of_a_scenario(installed: Installed) -> None:
    scenario = installed.folder.parent / "late.py"
    scenario.write_text(SCENARIO.replace("self.jittered()", "'late'"), encoding="utf-8")
    check = ("-m", "mypy", "--follow-imports=silent", "--cache-dir", os.devnull, str(scenario))
    done = installed.execute(str(installed.python), *check)
    assert 'incompatible type "str"' in done.stdout, done.stdout + done.stderr
    assert "Found 1 error" in done.stdout

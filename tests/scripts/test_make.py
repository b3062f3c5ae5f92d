"""The Makefile hands on what it is given and what comes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import install

ROOT = Path(__file__).parents[2]
WITH_ARGS = [sys.executable, str(ROOT / "scripts" / "with_args.py")]
ECHO = [sys.executable, "-c", "import sys; print(sys.argv[1:])"]
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("MAKE", "MFLAGS", "ARGS", "HUBBUB"))
}
ENDS = [
    *(("e0", 0), ("e1", 1), ("e2", 2), ("e3", 3), ("e4", 4)),
    *(("both", 4), ("ignored", 0), ("killed", 2), ("none", 2)),
]
WORDS = {
    "": [],
    "--slo 'p99<100ms'": ["--slo", "p99<100ms"],
    '--slo "p99<100ms"': ["--slo", "p99<100ms"],
    "--slo p99<100ms": ["--slo", "p99<100ms"],
    "-k 'a and not b'": ["-k", "a and not b"],
    "--url ws://h/?room=a&b=c;d": ["--url", "ws://h/?room=a&b=c;d"],
    "--tag $HOME `id` $(id)": ["--tag", "$HOME", "`id`", "$(id)"],
    "a\\ b * | > x": ["a b", "*", "|", ">", "x"],
    "--result ~/x": ["--result", str(Path("~/x").expanduser())],
}


def make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )


def with_args(arguments: str) -> subprocess.CompletedProcess[str]:
    environment = ENVIRONMENT | {"HUBBUB_ARGS": arguments}
    command = [*WITH_ARGS, *ECHO, "first"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("arguments", "words"), WORDS.items())
def test_args_is_cut_into_words_and_no_shell_reads_it(arguments: str, words: list[str]) -> None:
    environment = ENVIRONMENT | {"HUBBUB_ARGS": arguments}
    done = subprocess.run(
        [*WITH_ARGS, *ECHO, "first"], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{['first', *words]}\n"


def test_a_quotation_that_is_not_closed_is_one_line_and_exit_2() -> None:
    done = with_args("--slo 'p99")
    assert done.returncode == 2
    assert done.stderr == "ARGS=--slo 'p99: no closing quotation; close the quotation\n"


def test_what_make_is_given_reaches_the_program_as_it_is() -> None:
    done = make("-n", "load", "HOST=ws://h/?room=it's&b=$c", "ARGS=--slo p99<100ms")
    assert "/hubbub load 'ws://h/?room=it'\\''s&b=$c'" in done.stdout
    assert "p99" not in done.stdout  # it goes by the environment
    done = make("conformance", "ARGS=--no-such-option p99<100ms")
    assert "p99<100ms" in done.stderr or "--no-such-option" in done.stderr
    assert "No such file" not in done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder whose Makefile ends as ours does, and has recipes that end with a code."""
    whole = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = "e%:\n\t@exit $*\nboth: e0 e4\nignored:\n\t-@exit 3\nkilled:\n\t@kill -9 $$$$\n"
    (tmp_path / "Makefile").write_text(recipes + whole[whole.index("# make itself ends") :], encoding="utf-8")
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "exit_code.c", tmp_path / "scripts")
    return tmp_path


@pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler: apt-get install gcc libc6-dev")
@pytest.mark.parametrize(("goal", "code"), ENDS)
def test_make_ends_with_the_exit_code_of_what_it_ran(project: Path, goal: str, code: int) -> None:
    for _ in range(2):  # the first time it makes the plugin
        done = make(goal, folder=project)
        assert done.returncode == code, done.stderr


def test_without_a_compiler_make_ends_as_it_always_does(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "bin").mkdir()
    for program in ("make", "sh", "mkdir"):
        (project / "bin" / program).symlink_to(shutil.which(program) or program)
    monkeypatch.setitem(ENVIRONMENT, "PATH", str(project / "bin"))
    for _ in range(2):
        done = make("e3", folder=project)
        assert done.returncode == 2
        assert "cc" not in done.stderr


def test_setup_names_each_package_as_it_comes(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        "Collecting websockets<18,>=15\n",
        "  Using cached x.whl\n",
        "Installing collected packages: a, b\n",
    ]
    assert install.follow(lines) == [line.rstrip() for line in lines]
    assert capsys.readouterr().out == "  websockets\nInstalling them: 2 in all ...\n"


def test_a_setup_that_is_done_says_so() -> None:
    done = make("setup")
    assert done.stdout.startswith("Ready: .venv has Python 3.")
    assert done.stdout.endswith("Next: make demo\n")

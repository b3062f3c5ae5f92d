"""Judge a server as the step of a GitHub workflow asks for it: what ``action.yml`` runs.

The action's inputs come in the environment (``HUBBUB_ACTION_URL``, and ``HUBBUB_ARGS`` for further options),
so that no shell reads them. The verdict and the exit code go to the file that ``$GITHUB_OUTPUT`` names.
"""

import json
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

HUBBUB = Path(sys.executable).with_name("hubbub")
"""The command, as it was installed beside this interpreter."""
USAGE_ERROR = 2
PREFIX = "HUBBUB_ACTION_"
_PORTS = {"ws": 80, "wss": 443}
_PAUSE = 0.2
"""Seconds between two attempts to connect."""


class InputError(ValueError):
    """An input of the action that cannot be; its text is one line that says what to give."""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The action's inputs."""

    url: str
    result: Path
    profile: str = ""
    strict: bool = False
    wait: float = 0
    """For how many seconds to wait until something listens at the URL."""
    fail: bool = True
    """Whether a server that does not conform fails the step."""
    arguments: tuple[str, ...] = ()

    @property
    def command(self) -> list[str]:
        """The words that judge the server."""
        words = [str(HUBBUB), "conformance", self.url, "--result", str(self.result)]
        words += ["--profile", self.profile] if self.profile else []
        words += ["--strict"] if self.strict else []
        return [*words, *self.arguments]


def inputs_of(environment: Mapping[str, str]) -> Inputs:
    """Return the inputs; raises InputError for one that cannot be."""
    given = {
        name.removeprefix(PREFIX): value for name, value in environment.items() if name.startswith(PREFIX)
    }
    url = given.get("URL", "")
    if urlsplit(url).scheme not in _PORTS:
        raise InputError("url is the server's, such as ws://127.0.0.1:9000/chat")
    try:
        arguments = tuple(shlex.split(environment.get("HUBBUB_ARGS", "")))
    except ValueError as error:
        raise InputError(f"arguments: {str(error).lower()}; close the quotation") from error
    return Inputs(
        url=url,
        result=Path(given.get("RESULT") or "hubbub-result"),
        profile=given.get("PROFILE", ""),
        strict=_truth("strict", given.get("STRICT") or "false"),
        wait=_seconds(given.get("WAIT") or "0"),
        fail=_truth("fail", given.get("FAIL") or "true"),
        arguments=arguments,
    )


def _truth(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise InputError(f"{name} is true or false, not {text!r}")
    return text == "true"


def _seconds(text: str) -> float:
    if not text.isdecimal():
        raise InputError(f"wait is a number of seconds, not {text!r}")
    return float(text)


def await_listener(url: str, seconds: float) -> None:
    """Return when something takes a TCP connection at the URL, or after so many seconds all the same.

    What is wrong with a server that never listens, the suite says better.
    """
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or _PORTS[parts.scheme])
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        try:
            socket.create_connection(address, timeout=_PAUSE).close()
        except OSError:
            time.sleep(_PAUSE)
        else:
            return


def verdict_in(folder: Path) -> str:
    """Return the outcome that a run left in its folder; ``error`` where it left none."""
    try:
        return str(json.loads((folder / "conformance.json").read_text(encoding="utf-8"))["run"]["outcome"])
    except (OSError, ValueError, LookupError, TypeError):
        return "error"


def judge(inputs: Inputs, output: Path | None) -> int:
    """Judge the server, tell the outputs, and return the step's exit code."""
    (inputs.result / "conformance.json").unlink(
        missing_ok=True
    )  # an earlier step's is no verdict of this one
    await_listener(inputs.url, inputs.wait)
    code = subprocess.run(inputs.command, check=False).returncode
    verdict = verdict_in(inputs.result)
    if output is not None:
        with output.open("a", encoding="utf-8") as file:
            file.write(f"verdict={verdict}\nexit-code={code}\n")
    return code if inputs.fail or verdict not in ("passed", "failed", "server down") else 0


def main(environment: Mapping[str, str]) -> int:
    """Do as the environment says; return the exit code."""
    try:
        inputs = inputs_of(environment)
    except InputError as error:
        print(f"::error title=hubbub::{error}")
        return USAGE_ERROR
    output = environment.get("GITHUB_OUTPUT")
    return judge(inputs, Path(output) if output else None)


if __name__ == "__main__":
    sys.exit(main(os.environ))

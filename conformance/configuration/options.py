"""The suite's options, as one frozen object."""

import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hubbub.text import shell
from hubbub.text.redaction import Redactor, shown_url
from hubbub.text.spelling import meant

from ..wire.http.handshake import Headers
from .profile import Profile, ProfileError, load_profile

_SUITE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Options:
    """What the command line asks for, with the profile that it names."""

    url: str | None
    """None starts the reference server."""
    profile: Profile
    profile_path: Path | None
    strict: bool
    deadline: float | None
    headers: Headers
    insecure: bool
    ca: Path | None
    result: Path | None
    list_only: bool
    stateful: int = 0
    """How many generated sequences to run; 0 for none."""
    stateful_seed: int = 0
    arguments: tuple[str, ...] = ()
    """The words after ``pytest`` or ``hubbub conformance``, without possible secrets."""
    page: bool = True
    """Whether ``report.html`` is written."""

    @property
    def redact(self) -> Redactor:
        """Removes the secrets of the URL and of headers from what is shown or written."""
        headers = {**self.profile.headers, **dict(self.headers)}
        return Redactor([self.url] if self.url else [], headers.items())

    @property
    def again(self) -> str:
        """The command line that repeats this run, into a new result folder."""
        words = [*shell.tool("pytest"), *shell.without_option(self.arguments, "--result")]
        if self.stateful and "--stateful-seed" not in " ".join(words):
            words += ["--stateful-seed", str(self.stateful_seed)]
        return shell.line(map(self.redact, words))

    def command(self, check_id: str) -> str:
        """Return the command line that runs one check alone with these options."""
        words = shell.tool("pytest")
        words += [] if shell.is_hubbub() else [shell.place(_SUITE)]
        words += ["--url", shown_url(self.url)] if self.url else []
        words += ["--profile", str(self.profile_path)] if self.profile_path else []
        words += ["--deadline", f"{self.deadline:g}"] if self.deadline is not None else []
        for name, _ in self.headers:
            words += ["--header", f"{name}: ..."]  # its value may be a secret
        words += ["--insecure"] if self.insecure else []
        words += ["--ca", str(self.ca)] if self.ca else []
        words += ["--strict"] if self.strict else []
        if self.stateful:
            words += ["--stateful", str(self.stateful), "--stateful-seed", str(self.stateful_seed)]
        return shell.line([*words, "-k", check_id])


def add_options(parser: pytest.Parser) -> None:
    """Add the suite's options to pytest's.

    ``--strict`` is pytest's own option; in this suite it also makes a broken SHOULD (WARN) fail the run.
    """
    group = parser.getgroup(
        "conformance", "conformance of a chat server (--strict: a broken SHOULD fails the run)"
    )
    _add_server_options(group)
    _add_run_options(group)
    own = [name for option in group.options for name in option.names()]
    if near := _misspelt(own, shell.arguments(sys.argv[1:])):
        parser.extra_info["did you mean"] = near  # pytest prints this with its error about an unknown option


def _add_server_options(group: pytest.OptionGroup) -> None:
    """Add what says where the server is, and what it is like."""
    group.addoption(
        "--url", metavar="URL", help="ws:// or wss:// URL of the server (default: start the reference server)"
    )
    group.addoption(
        "--profile", metavar="FILE", type=Path, help="TOML file that declares what the server lacks"
    )
    group.addoption(
        "--deadline",
        metavar="SECONDS",
        type=float,
        help="how long the server may take to send a new userlist; other waits are at least as long",
    )
    group.addoption(
        "--header",
        metavar="'NAME: VALUE'",
        action="append",
        default=[],
        help="additional header of every handshake, such as a token; may be repeated",
    )
    group.addoption("--insecure", action="store_true", help="wss only: accept any certificate")
    group.addoption("--ca", metavar="FILE", type=Path, help="wss only: file of CA certificates to trust")


def _add_run_options(group: pytest.OptionGroup) -> None:
    """Add what says how to run, and what to leave behind."""
    group.addoption(
        "--result",
        metavar="DIR",
        type=Path,
        help="folder for the results (default: results/conformance-<UTC time>/)",
    )
    group.addoption("--no-page", action="store_true", help="do not write report.html")
    group.addoption(
        "--stateful",
        metavar="N",
        type=int,
        default=0,
        help="also run N randomly generated sequences of joins, leaves, messages, renames and pauses",
    )
    group.addoption(
        "--stateful-seed",
        metavar="SEED",
        type=int,
        help="random seed of --stateful: generates the same sequences again (default: new ones each time)",
    )
    group.addoption(
        "--list",
        action="store_true",
        dest="list_checks",
        help="list the requirements and their checks, and run nothing",
    )


def _misspelt(own: Sequence[str], arguments: Sequence[str]) -> str:
    """Return the one of our ``own`` options that a misspelt argument probably means, or nothing."""
    given = [argument.partition("=")[0] for argument in arguments if argument.startswith("--")]
    return next((near for name in given if name not in own and (near := meant(name, own))), "")


def options_of(config: pytest.Config) -> Options:
    """Return the options; raises pytest.UsageError, in one line, for an impossible value."""
    option = config.option
    if option.deadline is not None and not 0 < option.deadline < float("inf"):
        raise pytest.UsageError(f"--deadline must be more than 0 seconds, not {option.deadline:g}")
    if option.stateful < 0:
        raise pytest.UsageError(f"--stateful must be 0 or more sequences, not {option.stateful}")
    try:
        profile = load_profile(option.profile) if option.profile else Profile()
    except ProfileError as error:
        raise pytest.UsageError(str(error)) from error
    return Options(
        url=option.url,
        profile=profile,
        profile_path=option.profile,
        strict=bool(option.strict),
        deadline=option.deadline,
        headers=tuple(_header(line) for line in option.header),
        insecure=option.insecure,
        ca=option.ca,
        result=option.result,
        list_only=option.list_checks,
        stateful=option.stateful,
        page=not option.no_page,
        stateful_seed=secrets.randbits(32) if option.stateful_seed is None else option.stateful_seed,
        arguments=tuple(_without_values(_typed(config), option.header)),
    )


def _typed(config: pytest.Config) -> Iterable[str]:
    return shell.arguments(map(str, config.invocation_params.args))


def _without_values(words: Iterable[str], headers: Iterable[str]) -> Iterator[str]:
    """Yield the words of a command line without the values of headers, which may be secret."""
    for word in words:
        for line in headers:
            word = word.replace(line, f"{line.partition(':')[0]}: ...")
        yield word


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip() or "\n" in line or "\r" in line:
        raise pytest.UsageError(f"--header {line!r} is not a header; write it as 'Name: value'")
    return name.strip(), value.strip()

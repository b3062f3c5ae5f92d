"""The suite's command line, as one frozen object."""

import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hubbub.text import shell
from hubbub.text.redaction import Redactor, shown_url
from hubbub.text.spelling import meant

from ..wire.handshake import Headers
from .profile import Profile, ProfileError, load_profile

_SUITE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Options:
    """What the command line, and the profile it names, ask for."""

    url: str | None
    """None starts the bundled server."""
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
    """How many made-up sequences to run; 0 for none."""
    stateful_seed: int = 0
    arguments: tuple[str, ...] = ()
    """The words after ``pytest`` or ``hubbub conformance``, without what may be a secret."""
    page: bool = True
    """Whether the page of the run is drawn."""

    @property
    def redact(self) -> Redactor:
        """What takes secrets out of all that is shown or written: those of the URL and of headers."""
        headers = {**self.profile.headers, **dict(self.headers)}
        return Redactor([self.url] if self.url else [], headers.items())

    @property
    def again(self) -> str:
        """The one line that does all of it again, into a result folder of its own."""
        words = [*shell.tool("pytest"), *shell.without_option(self.arguments, "--result")]
        if self.stateful and "--stateful-seed" not in " ".join(words):
            words += ["--stateful-seed", str(self.stateful_seed)]
        return shell.line(map(self.redact, words))

    def command(self, check_id: str) -> str:
        """Return the one line that runs one check alone with these options."""
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

    ``--strict`` is pytest's own; here it lets a broken SHOULD (WARN) fail the run, too.
    """
    group = parser.getgroup(
        "conformance", "conformance of a chat server (--strict: a broken SHOULD fails the run)"
    )
    group.addoption(
        "--url", metavar="URL", help="ws:// or wss:// URL of the server (default: start the bundled one)"
    )
    group.addoption("--profile", metavar="FILE", type=Path, help="TOML file of what the server declares")
    group.addoption(
        "--deadline",
        metavar="SECONDS",
        type=float,
        help="the userlist's deadline, and the least of other waits",
    )
    group.addoption(
        "--header",
        metavar="'NAME: VALUE'",
        action="append",
        default=[],
        help="header for every handshake; repeatable",
    )
    group.addoption("--insecure", action="store_true", help="take any certificate (wss)")
    group.addoption("--ca", metavar="FILE", type=Path, help="CA certificates that sign the server's (wss)")
    group.addoption(
        "--result", metavar="DIR", type=Path, help="result folder (default: results/conformance-<UTC time>/)"
    )
    group.addoption("--no-page", action="store_true", help="draw no report.html")
    group.addoption(
        "--stateful",
        metavar="N",
        type=int,
        default=0,
        help="run N made-up sequences of joining, leaving, saying, renaming, pausing, too",
    )
    group.addoption(
        "--stateful-seed",
        metavar="SEED",
        type=int,
        help="make up the same sequences again (default: others each time)",
    )
    group.addoption(
        "--list",
        action="store_true",
        dest="list_checks",
        help="print the requirements and their checks, and stop",
    )
    own = [name for option in group.options for name in option.names()]
    if near := _misspelt(own, shell.arguments(sys.argv[1:])):
        parser.extra_info["did you mean"] = near  # which pytest tells with an option that it does not know


def _misspelt(own: Sequence[str], arguments: Sequence[str]) -> str:
    """Return which of our ``own`` options one of the arguments may mean that is none of them."""
    given = [argument.partition("=")[0] for argument in arguments if argument.startswith("--")]
    return next((near for name in given if name not in own and (near := meant(name, own))), "")


def options_of(config: pytest.Config) -> Options:
    """Return the options; raises pytest.UsageError, in one line, where one of them cannot be."""
    option = config.option
    if option.deadline is not None and not 0 < option.deadline < float("inf"):
        raise pytest.UsageError(f"--deadline {option.deadline:g} is not a time; give seconds above 0")
    if option.stateful < 0:
        raise pytest.UsageError(f"--stateful {option.stateful} is no number of sequences; give 1 or more")
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
    """Yield a command's words without the values of headers, which may be secrets."""
    for word in words:
        for line in headers:
            word = word.replace(line, f"{line.partition(':')[0]}: ...")
        yield word


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip() or "\n" in line or "\r" in line:
        raise pytest.UsageError(f"--header {line!r} is no header; write it as 'Name: value'")
    return name.strip(), value.strip()

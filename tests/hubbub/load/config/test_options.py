"""The options, read in a process of its own, for Locust patches the one that imports it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest

from hubbub.load.config.config import Limits, LoadConfig

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "load.md").read_text(encoding="utf-8")

PROGRAM = """
import json, sys
import hubbub.scenario
from locust.argument_parser import LocustArgumentParser, get_parser
from locust.env import Environment
from hubbub.load.config.options import add_options, load_config
import msgspec

own = LocustArgumentParser(add_help=False)
add_options(own)
helps = {action.option_strings[0]: action.help for action in own._actions if action.option_strings}
variables = {action.option_strings[0]: action.env_var for action in own._actions if action.option_strings}
others = [action for action in get_parser()._actions if not {*action.option_strings} & {*helps}]
locusts = [action.env_var for action in others if action.env_var]
unset = [action.dest for action in own._actions if action.default not in (None, False, "")]
options = get_parser().parse_args(sys.argv[1:])
config = load_config(Environment(parsed_options=options, host=options.host))
told = {"helps": helps, "unset": unset, "variables": variables, "locusts": locusts}
print(json.dumps({**told, "config": msgspec.to_builtins(config)}))
"""


def run(
    *options: str, folder: Path = ROOT, environment: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    """Let a process of its own read ``options``, an environment, and the configuration files of a folder."""
    command = [sys.executable, "-c", PROGRAM, *options]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def read(
    *options: str, folder: Path = ROOT, environment: Mapping[str, str] = MappingProxyType({})
) -> dict[str, dict[str, object]]:
    """Return our options with their defaults, and the configuration that ``options`` make."""
    done = run(*options, folder=folder, environment=environment)
    assert done.returncode == 0, done.stderr
    told: dict[str, dict[str, object]] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def defaults() -> dict[str, dict[str, object]]:
    return read()


def test_without_options_the_configuration_is_the_default(defaults: dict[str, dict[str, object]]) -> None:
    assert defaults["config"] == json.loads(msgspec.json.encode(LoadConfig()))
    assert defaults["config"]["host"] == "ws://127.0.0.1:8765/"


def test_every_option_reaches_the_configuration(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    asked = LoadConfig(
        host="wss://h/chat",
        rooms=3,
        rate=2.5,
        message_size=200,
        repeats=0.25,
        reused_names=0.75,
        seed=4,
        schedule="poisson",
        room_sizes="zipf",
        zipf_exponent=1.5,
        hot_share=0.25,
        interval=8.5,
        share=0.125,
        server_pid=os.getpid(),
        drain=5.5,
        warm_up=6.5,
        connect_timeout=7.5,
        ca=str(ca),
        insecure=True,
        header=("X-One: 1", "Authorization: Basic a, b"),
        subprotocol="chat.v1",
        deflate=True,
        slos=("p50<1.5ms", "connect.p95<1s", "loss=0"),
        limits=Limits(lag=4.5, lateness=5.5, cpu=0.5, rate=0.75),
    )
    options = (
        "--host wss://h/chat --rooms 3 --rate 2.5 --message-size 200 --seed 4 --schedule poisson "
        "--repeats 0.25 --reused-names 0.75 "
        f"--drain 5.5 --warm-up 6.5 --connect-timeout 7.5 --ca {ca} --insecure --room-sizes zipf "
        f"--zipf-exponent 1.5 --hot-share 0.25 --interval 8.5 --share 0.125 --server-pid {os.getpid()} "
        "--slo p50<1.5ms --slo connect.p95<1s,loss=0 "
        "--max-lag 4.5 --max-lateness 5.5 --max-cpu 0.5 --min-rate 0.75 --subprotocol chat.v1 --deflate"
    )
    headers = ("--header", "X-One: 1", "--header", "Authorization: Basic a, b")
    assert read(*options.split(), *headers)["config"] == json.loads(msgspec.json.encode(asked))


def test_sizes_are_one_number_or_a_text() -> None:
    assert read("--message-size", "64..4096")["config"]["message_size"] == "64..4096"
    assert read("--message-size", "0128")["config"]["message_size"] == 128


def test_every_option_stands_in_the_page_with_its_default(defaults: dict[str, dict[str, object]]) -> None:
    rows = dict(re.findall(r"^\| `(--[a-z0-9-]+)` \|.*\| ([^|]*?) ?\|$", PAGE, re.MULTILINE))
    told = {}
    for flag, text in defaults["helps"].items():
        default = re.search(r"\(default: (.*)\)$", str(text))
        told[flag] = default[1] if default else ""
    told["--result"] = "`results/load-<UTC time>`"
    assert rows == told


def test_locust_is_told_no_default_so_that_a_scenarios_can_count(
    defaults: dict[str, dict[str, object]],
) -> None:
    assert not defaults["unset"]


@pytest.mark.parametrize("name", ["ledger", "latency"])
def test_every_count_and_distribution_stands_in_the_page(name: str) -> None:
    schema = json.loads((ROOT / "hubbub" / "results" / "load.schema.json").read_text(encoding="utf-8"))
    names = schema["$defs"][name.capitalize()]["properties"]
    rows = re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE)
    assert len(names) >= 7
    assert set(names) <= set(rows)


def test_every_file_that_the_page_links_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE)
    assert len(links) >= 3
    assert not [link for link in links if not (ROOT / "docs" / link).exists()]


GIVEN = {
    "rooms": "3",
    "room-sizes": "zipf",
    "rate": "2.5",
    "message-size": "64..4096",
    "schedule": "poisson",
    "deflate": "true",
    "insecure": "no",
    "slo": "p50<1.5ms, loss=0",
    "max-lag": "4.5",
    "header": "Authorization: Basic abc",
}
ASKED = LoadConfig(
    rooms=3,
    room_sizes="zipf",
    rate=2.5,
    message_size="64..4096",
    schedule="poisson",
    deflate=True,
    slos=("p50<1.5ms", "loss=0"),
    limits=Limits(lag=4.5),
    header=("Authorization: Basic abc",),
)
AS_TOML = """
[tool.locust]
rooms = 3
room-sizes = "zipf"
rate = 2.5
message-size = "64..4096"
schedule = "poisson"
deflate = true
insecure = false
slo = ["p50<1.5ms", "loss=0"]
max-lag = 4.5
header = ["Authorization: Basic abc"]
"""


def test_options_are_taken_from_the_environment_as_locusts_own_are(tmp_path: Path) -> None:
    environment = {f"LOCUST_{name}".replace("-", "_").upper(): value for name, value in GIVEN.items()}
    assert read(folder=tmp_path, environment=environment)["config"] == json.loads(msgspec.json.encode(ASKED))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("locust.conf", "\n".join(f"{name} = {value}" for name, value in GIVEN.items())),
        ("pyproject.toml", AS_TOML),
    ],
)
def test_options_are_taken_from_configuration_files(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read(folder=tmp_path)["config"] == json.loads(msgspec.json.encode(ASKED))


def test_the_command_line_goes_before_the_environment_and_that_before_files(tmp_path: Path) -> None:
    (tmp_path / "locust.conf").write_text("rooms = 1\nrate = 1.5\nseed = 7", encoding="utf-8")
    config = read("--rooms", "3", folder=tmp_path, environment={"LOCUST_ROOMS": "2", "LOCUST_RATE": "2.5"})[
        "config"
    ]
    assert (config["rooms"], config["rate"], config["seed"]) == (3, 2.5, 7)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("LOCUST_ROOMS", "many", "argument --rooms: invalid int value: 'many'"),
        ("LOCUST_SCHEDULE", "weekly", "argument --schedule: there is no 'weekly'; valid: "),
        ("LOCUST_DEFLATE", "maybe", "Unexpected value for LOCUST_DEFLATE: 'maybe'"),
    ],
)
def test_a_wrong_value_in_the_environment_is_one_line(variable: str, value: str, words: str) -> None:
    done = run(environment={variable: value})
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert words in line


def test_every_option_has_a_variable_of_its_own_that_locust_does_not_use(
    defaults: dict[str, dict[str, object]],
) -> None:
    variables = defaults["variables"]
    assert list(variables) == list(defaults["helps"])
    assert variables["--room-sizes"] == "LOCUST_ROOM_SIZES"
    assert len(set(variables.values())) == len(variables)
    assert not set(variables.values()) & set(defaults["locusts"])

from pathlib import Path

import pytest

from hubbub.load.config.config import Limits, LoadConfig
from hubbub.load.config_error import ConfigError

WRONG = {
    "host": ({"host": "http://h/"}, "--host"),
    "no host": ({"host": "ws://"}, "--host"),
    "port": ({"host": "ws://h:99999/"}, "--host"),
    "fragment": ({"host": "ws://h/#here"}, "--host"),
    "no URL": ({"host": " , "}, "--host"),
    "one of several": ({"host": "ws://a/,http://b/"}, "--host"),
    "header": ({"header": ("Authorization",)}, "--header"),
    "header's name": ({"header": ("X Y: z",)}, "--header"),
    "header's value": ({"header": ("X: a\r\nY: b",)}, "--header"),
    "handshake's header": ({"header": ("Sec-WebSocket-Key: mine",)}, "--header"),
    "subprotocol": ({"subprotocol": "two words"}, "--subprotocol"),
    "rooms": ({"rooms": 0}, "--rooms"),
    "rate": ({"rate": 0.0}, "--rate"),
    "negative rate": ({"rate": -1.0}, "--rate"),
    "no rate": ({"rate": float("nan")}, "--rate"),
    "endless rate": ({"rate": float("inf")}, "--rate"),
    "small message": ({"message_size": 47}, "--message-size"),
    "huge message": ({"message_size": 12_000_001}, "--message-size"),
    "sizes of messages": ({"message_size": "4096..64"}, "--message-size"),
    "repeats": ({"repeats": 1.1}, "--repeats"),
    "reused names": ({"reused_names": -0.1}, "--reused-names"),
    "endless drain": ({"drain": float("inf")}, "--drain"),
    "drain": ({"drain": -1.0}, "--drain"),
    "warm-up": ({"warm_up": -1.0}, "--warm-up"),
    "connect timeout": ({"connect_timeout": 0.0}, "--connect-timeout"),
    "room sizes": ({"zipf_exponent": -1.0}, "--zipf-exponent"),
    "hot room": ({"hot_share": 1.1}, "--hot-share"),
    "interval": ({"interval": 0.0}, "--interval"),
    "users with a share": ({"share": -0.1}, "--share"),
    "no such file": ({"ca": "/no/such/file"}, "--ca"),
    "objective": ({"slos": ("p99<1",)}, "--slo 'p99<1': p99 is measured in ns, us, µs, ms, s; write"),
    "lag": ({"limits": Limits(lag=0)}, "--max-lag"),
    "lateness": ({"limits": Limits(lateness=-1)}, "--max-lateness"),
    "cpu": ({"limits": Limits(cpu=0)}, "--max-cpu"),
    "share": ({"limits": Limits(rate=98)}, "--min-rate"),
}


@pytest.mark.parametrize(("settings", "option"), WRONG.values(), ids=WRONG)
def test_what_makes_no_sense_is_refused_by_the_options_name(settings: dict[str, object], option: str) -> None:
    with pytest.raises(ConfigError, match=f"^{option} "):
        LoadConfig(**settings)  # type: ignore[arg-type]  # that is the point


def test_the_smallest_of_everything_is_taken(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    config = LoadConfig(host="wss://h", rooms=1, rate=0.001, message_size=48, drain=0.0, ca=str(ca))
    assert config.host == "wss://h"


def test_several_urls_are_several_targets() -> None:
    config = LoadConfig(host="ws://a:1/, wss://b/x")
    assert [target.address for target in config.targets] == [("a", 1), ("b", 443)]


def test_what_is_secret_is_not_shown() -> None:
    host = "ws://ann:secret@a/,ws://b/?token=secret&room=lobby"
    config = LoadConfig(host=host, header=("Authorization: Bearer secret",))
    command = f"locust --host {config.host} --header 'Authorization: Bearer secret' -u 5"
    shown = "ws://a/,ws://b/?token=...&room=lobby"
    assert config.redact(command) == f"locust --host {shown} --header 'Authorization: ...' -u 5"


@pytest.mark.parametrize("host", ["http://h/?token=secret", "ws://ann:secret@h:99999/?token=secret"])
def test_what_is_secret_is_not_shown_where_a_url_is_refused(host: str) -> None:
    with pytest.raises(ConfigError) as refused:
        LoadConfig(host=host)
    assert "secret" not in str(refused.value)

"""What a server declares, read from TOML; whatever is wrong with it is one line."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from conformance.configuration.profile import Deviation, Limits, Profile, ProfileError, load_profile

WHOLE = """\
lacks = ["presence"]
has = ["deflate"]
origin = "https://chat.example"
deadline = 3.5
idle = 1
clock_tolerance = 60.0

[limits]
message = 65536

[headers]
Authorization = "Bearer abc"

[[deviation]]
check = "BAD-1[empty-text]"
reason = "ticket 123"
expires = 2027-03-31
"""


def profile_of(text: str, folder: Path) -> Profile:
    path = folder / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path)


def test_every_entry_is_read(tmp_path: Path) -> None:
    assert profile_of(WHOLE, tmp_path) == Profile(
        lacks=("presence",),
        has=("deflate",),
        origin="https://chat.example",
        deadline=3.5,
        idle=1,
        clock_tolerance=60.0,
        limits=Limits(message=65536),
        headers={"Authorization": "Bearer abc"},
        deviation=(Deviation("BAD-1[empty-text]", "ticket 123", date(2027, 3, 31)),),
    )


def test_an_empty_profile_declares_nothing(tmp_path: Path) -> None:
    assert profile_of("", tmp_path) == Profile()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lacks = [", "is not TOML"),
        ("lack = []", "the profile has the key 'lack'; did you mean 'lacks'? valid: lacks, has, origin, "),
        ("lacks = ['chat']", "`lacks` has 'chat'; valid: presence, nick, deflate, origin, limits"),
        (
            "lacks = ['nick', 'presense']",
            "`lacks` has 'presense'; did you mean 'presence'? valid: presence, ",
        ),
        ("has = ['Deflate']", "`has` has 'Deflate'; did you mean 'deflate'?"),
        ("has = [1]", "$.has[0]"),
        ("deviation = 1", "$.deviation"),
        ("limits = 1", "$.limits"),
        ("lacks = 'presence'", "Expected `array`, got `str` - at `$.lacks`"),
        ("deadline = 'soon'", "$.deadline"),
        ("deadline = 0", "$.deadline"),
        ("deadline = -1.5", "$.deadline"),
        ("deadline = inf", "$.deadline"),
        ("idle = nan", "$.idle"),
        ("clock_tolerance = -1", "$.clock_tolerance"),
        ("[limits]\nmessage = 0", "$.limits.message"),
        ("[limits]\nmessages = 1", "[limits] has the key 'messages'; did you mean 'message'? valid: message"),
        ("[headers]\nA = 1", "$.headers"),
        ('[headers]\n"A:" = "1"', "'A:' is no header's name"),
        ('[headers]\nA = "1\\nB: 2"', "the header 'A' has a line break"),
        ("[[deviation]]\ncheck = 'BAD-1'\nreason = 'r'", "missing required field `expires`"),
        ("[[deviation]]\ncheck = 'BAD-1'\nreason = ''\nexpires = 2027-01-01", "$.deviation[0].reason"),
        ("[[deviation]]\ncheck = 'BAD-1'\nreason = 'r'\nexpires = 'soon'", "$.deviation[0].expires"),
        ("[[deviation]]\ncheck = 'BAD-99'\nreason = 'r'\nexpires = 2027-01-01", "no requirement 'BAD-99'"),
        (
            "[[deviation]]\ncheck = 'BAD-1'\nreason = 'r'\nexpire = 2027-01-01",
            "[[deviation]] has the key 'expire'; did you mean 'expires'? valid: check, reason, expires",
        ),
        (
            "[[deviation]]\ncheck = 'BCST-5'\nreason = 'r'\nexpires = 2027-01-01",
            "no requirement 'BCST-5'; did you mean 'BCAST-5'? `--list` prints all",
        ),
        ("lacks = ['nick']\nhas = ['nick']", "nick cannot stand in both lacks and has"),
        ("has = ['origin']", 'give the allowed one as origin = "https://..."'),
        ("lacks = ['origin']\norigin = 'https://a'", "lacks names origin, and one is given"),
    ],
)
def test_a_profile_that_cannot_be_is_one_line_that_says_where(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ProfileError) as caught:
        profile_of(text, tmp_path)
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"the profile {tmp_path / 'profile.toml'} is not ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_profile_that_cannot_be_read_is_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"^the profile .* cannot be read: "):
        load_profile(tmp_path / name)


def test_bytes_that_are_no_text_are_no_profile(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ProfileError, match="is not TOML"):
        load_profile(path)


def test_a_deviation_speaks_of_a_requirement_or_of_one_check() -> None:
    requirement = Deviation("BAD-1", "", date.max)
    case = Deviation("BAD-1[empty-text]", "", date.max)
    assert requirement.covers("BAD-1[empty-text]", "BAD-1")
    assert requirement.covers("BAD-1 (oracle in STAT-1)", "BAD-1")
    assert case.covers("BAD-1[empty-text]", "BAD-1")
    assert not case.covers("BAD-1[not-JSON]", "BAD-1")
    assert not requirement.covers("BAD-10", "BAD-10")


@pytest.mark.parametrize(
    ("profile", "agrees", "lacks"),
    [
        (Profile(), True, ("origin",)),
        (Profile(), False, ("deflate", "origin")),
        (Profile(has=("deflate",)), False, ("origin",)),
        (Profile(lacks=("deflate",)), True, ("deflate", "origin")),
        (Profile(origin="https://a"), True, ()),
        (Profile(lacks=("presence", "nick"), origin="https://a"), True, ("nick", "presence")),
    ],
)
def test_what_is_not_declared_is_not_judged(profile: Profile, agrees: bool, lacks: tuple[str, ...]) -> None:
    assert profile.undeclared(agrees) == lacks


def test_header_values_may_be_secrets_so_only_their_names_are_published() -> None:
    shown: Any = Profile(headers={"Authorization": "Bearer abc"}).published()
    assert shown["headers"] == ["Authorization"]
    assert "abc" not in repr(shown)

"""Every figure of a run: an SVG that names its axes and holds no text of a result file."""

import re
from xml.etree import ElementTree

import msgspec
import pytest

from hubbub.results.load_result import LoadResult
from reports.figures.drawings import draw
from reports.model.load_view import load_view


@pytest.fixture(scope="module")
def drawings(good_page: str) -> dict[str, str]:
    """The page's SVGs by the identifiers of their figures."""
    return dict(re.findall(r'<figure [^>]*id="([^"]+)".*?(<svg.*?</svg>)', good_page, re.DOTALL))


@pytest.mark.parametrize(
    ("figure", "labels"),
    [
        ("percentile-curves", {"latency", "from intended time", "from actual send", "p50", "p99"}),
        (
            "latency-over-time",
            {"latency from intended time", "seconds since the first user's start", "ramp", "hold"},
        ),
        ("throughput-over-time", {"messages/s", "deliveries/s", "asked", "sent", "expected", "delivered"}),
        ("members-over-time", {"members", "seconds since the first user's start"}),
        ("fan-out-by-room", {"time", "last member, median of the room", "first to last member"}),
        ("generator-delays", {"delay", "send lateness", "queueing", "loop lag, worker 0"}),
    ],
)
def test_a_figure_names_its_axes_and_lines(figure: str, labels: set[str], drawings: dict[str, str]) -> None:
    root = ElementTree.fromstring(drawings[figure])
    assert root.tag == "svg"
    assert labels <= {"".join(text.itertext()).strip() for text in root.iter("text")}


def test_no_room_name_is_in_a_figure(drawings: dict[str, str]) -> None:
    assert len(drawings) == 6
    assert not [name for name, svg in drawings.items() if "room-1" in svg]


def test_a_run_that_measured_nothing_has_no_figure(empty_load: LoadResult) -> None:
    assert not any(vars(draw(load_view(empty_load))).values())


def test_errors_stand_below_the_members_where_there_were_any(bad_load: LoadResult) -> None:
    failing = tuple(msgspec.structs.replace(second, errors=2) for second in bad_load.seconds)
    drawn = draw(load_view(msgspec.structs.replace(bad_load, seconds=failing))).members
    labels = {"".join(text.itertext()).strip() for text in ElementTree.fromstring(drawn).iter("text")}
    assert {"members", "errors/s", "errors"} <= labels

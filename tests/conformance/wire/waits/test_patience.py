"""How long is waited where the same was waited for in vain: counted, not timed."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.findings import Broken, ServerDown
from conformance.wire import waiting
from conformance.wire.transcript import Transcript, TranscriptHead
from conformance.wire.waits.deadlines import Deadlines, calibrate
from conformance.wire.waits.patience import LEAVING, SHORTENED, Grade, Patience
from conformance.wire.wire import Wire

FULL, SHORT, BRIEF, LEAST = Grade


def grade_after(*vain: tuple[str, str, float], what: str = "BAD-5", check: str = "BAD-5[next]") -> Grade:
    """Return the grade of a wait after others that were in vain."""
    patience = Patience()
    for requirement, case, seconds in vain:
        patience.record_in_vain(requirement, case, seconds)
    return patience.grade(what, check)


def cases(requirement: str, count: int, seconds: float) -> list[tuple[str, str, float]]:
    return [(requirement, f"{requirement}[{number}]", seconds) for number in range(count)]


@pytest.mark.parametrize(
    ("vain", "grade"),
    [
        ([], FULL),
        (cases("BAD-5", 2, 5.0), FULL),
        (cases("BAD-5", 3, 5.0), SHORT),
        ([("BAD-5", "BAD-5[one]", 1.0)] * 3, FULL),
        ([("BAD-5", "BAD-5[next]", 5.0)], SHORT),
        (cases("BAD-5", 4, 5.0), BRIEF),
        (cases("BCAST-1", 4, 5.0), FULL),
        (cases("BCAST-1", 5, 5.0), SHORT),
        (cases("BCAST-1", 60, 5.0), SHORT),
        ([*cases("BCAST-1", 9, 5.0), ("BAD-5", "BAD-5[one]", 0.1)], BRIEF),
        ([each for number in range(6) for each in cases(f"BCAST-{number}", 1, 4.0)], FULL),
        ([each for number in range(6) for each in cases(f"BCAST-{number}", 1, 5.0)], LEAST),
        (cases(LEAVING, 100, 5.0), FULL),
    ],
)
def test_what_was_in_vain_shortens_what_is_alike(vain: list[tuple[str, str, float]], grade: Grade) -> None:
    assert grade_after(*vain) is grade


def test_connections_that_do_not_end_are_waited_for_but_a_moment_after_three() -> None:
    assert grade_after(*cases(LEAVING, 2, 5.0), what=LEAVING) is FULL
    assert grade_after(*cases(LEAVING, 3, 5.0), what=LEAVING) is BRIEF
    assert grade_after(*cases(LEAVING, 4, 5.0), what=LEAVING) is LEAST


def test_a_check_that_goes_well_says_that_not_all_is_in_vain() -> None:
    patience = Patience()
    for number in range(6):
        patience.record_in_vain(f"BCAST-{number}", f"BCAST-{number}", 5.0)
    patience.record_success()
    assert patience.grade("BAD-5", "BAD-5[one]") is SHORT


def test_known_deviations_say_nothing_of_what_else_is_to_come() -> None:
    patience = Patience({"WS-17[one]", "WS-7"})
    for number in range(20):
        patience.record_in_vain("WS-17", "WS-17[one]", 5.0)
        patience.record_in_vain("WS-7", f"WS-7[{number}]", 5.0)
    assert patience.grade("WS-17", "WS-17[two]") is FULL
    assert patience.grade("BAD", "BAD[one]") is FULL
    assert patience.grade("WS-7", "WS-7[next]") is BRIEF


def test_short_waits_follow_the_echo() -> None:
    assert [grade.seconds(calibrate(0.001)) for grade in Grade] == [5.0, 1.0, 0.05, 0.02]
    assert [grade.seconds(calibrate(1.0)) for grade in Grade] == [20.0, 10.0, 10.0, 10.0]
    assert [grade.seconds(calibrate(0.001, 0.5)) for grade in Grade] == [0.5, 0.5, 0.05, 0.02]


def test_a_slow_handshake_prolongs_a_short_wait() -> None:
    deadlines = Deadlines(handshake_time=0.001)
    assert not deadlines.overloaded(0.04, 1.0)
    assert deadlines.overloaded(0.06, 1.0)
    assert deadlines.second_wait(0.06, 1.0) == pytest.approx(1.0)
    assert deadlines.second_wait(0.2, 1.0) == pytest.approx(2.0)
    assert deadlines.second_wait(2.0, 1.0) == deadlines.wait


def test_handshakes_that_are_always_slow_say_nothing() -> None:
    deadlines = Deadlines(handshake_time=0.03)
    assert not deadlines.overloaded(0.09, 2.0)
    assert deadlines.overloaded(0.16, 2.0)


def test_a_moment_is_longer_where_handshakes_are_slow() -> None:
    deadlines = Deadlines()
    moments = [deadlines.moment(seconds) for seconds in (0.001, 0.02, 5.0)]
    assert moments == pytest.approx([0.05, 0.2, 1.0])


class World:
    """A server in virtual time: it answers handshakes, and whatever ``plan`` says at whatever second."""

    def __init__(self, patience: Patience, deadlines: Deadlines) -> None:
        self.now = 0.0
        self.patience, self.deadlines = patience, deadlines
        self.handshake_time = 0.001

    def wire(self, check: str, moves_until: float = 0.0) -> Wire:
        """Return a wire on which nothing moves behind that second."""
        world = self

        class VirtualWire(Wire):
            def pump(self, seconds: float = 0.0) -> bool:
                moves = world.now < moves_until
                world.now += seconds / 2 if moves else seconds
                return moves

            def _send_canary(self) -> Any:
                return SimpleNamespace(drop=lambda *_, **__: None)

            def canary(self) -> float:
                return world.handshake_time

            def _handshake_time(self, canary: Any, began: float) -> float:
                del canary, began
                return world.handshake_time

        head = TranscriptHead(check=check, url="ws://x/", started="2026-01-01T00:00:00+00:00")
        return VirtualWire(Any, self.deadlines, Transcript(head), self.patience)  # type: ignore[arg-type]

    def vain(self, check: str, **options: Any) -> tuple[float, Wire]:
        """Wait in vain; return how long that took, and the wire."""
        began, wire = self.now, self.wire(check, **options)
        with pytest.raises(Broken):
            wire.until(lambda: False, "something")
        wire.close()
        return self.now - began, wire


@pytest.fixture
def world_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., World]]:
    """Make worlds, each with a clock of its own."""

    def world_of(echo: float = 0.001) -> World:
        world = World(Patience(), calibrate(echo))
        monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: world.now))
        return world

    yield world_of


def test_sixty_cases_of_one_requirement_cost_little_more_than_four_waits(
    world_of: Callable[..., World],
) -> None:
    world = world_of()
    waits = [world.vain(f"BAD[{number}]")[0] for number in range(60)]
    assert waits[:3] == pytest.approx([5.0] * 3)
    assert waits[3:8] == pytest.approx([1.0] * 5, abs=0.1)
    assert waits[9:] == pytest.approx([0.05] * 51, abs=0.1)


def test_a_thousand_checks_of_a_server_that_answers_nothing_end_within_two_minutes(
    world_of: Callable[..., World],
) -> None:
    world = world_of()
    for number in range(1000):
        world.vain(f"REQ-{number // 8}[{number}]")
    assert world.now < 120


def test_a_check_says_that_it_waited_less(world_of: Callable[..., World]) -> None:
    world = world_of()
    wires = [world.vain(f"BAD[{number}]")[1] for number in range(4)]
    assert [wire.notes for wire in wires[:3]] == [[], [], []]
    assert wires[3].notes == [f"{SHORTENED}: 1 s of silence, since 3 cases of BAD had waited in vain"]


def test_a_short_wait_goes_on_while_anything_moves(world_of: Callable[..., World]) -> None:
    world = world_of()
    for number in range(3):
        world.vain(f"BAD[{number}]")
    assert world.vain("BAD[moving]", moves_until=world.now + 2)[0] == pytest.approx(3.0, abs=0.6)
    assert world.vain("BAD[moving-on]", moves_until=world.now + 60)[0] <= 2 * world.deadlines.wait


def test_a_short_wait_on_a_busy_machine_is_longer(world_of: Callable[..., World]) -> None:
    world = world_of()
    for number in range(3):
        world.vain(f"BAD[{number}]")
    world.handshake_time = 0.3
    assert world.vain("BAD[busy]")[0] == pytest.approx(4.0, abs=0.1)


def test_what_the_protocol_sets_a_time_for_may_be_late_on_a_busy_machine(
    world_of: Callable[..., World],
) -> None:
    world = world_of()
    list_comes = world.now + 2.5
    with pytest.raises(Broken):
        world.wire("PRES-1").until(lambda: world.now >= list_comes, "a userlist", within=2.0)
    world.handshake_time, list_comes = 0.1, world.now + 2.5
    world.wire("PRES-1").until(lambda: world.now >= list_comes, "a userlist", within=2.0)
    assert list_comes <= world.now < list_comes + 1.0


def test_an_echo_that_takes_a_second_is_waited_for(world_of: Callable[..., World]) -> None:
    world = world_of(echo=1.0)
    for number in range(200):
        began = world.now
        wire = world.wire(f"BAD[{number}]")
        wire.until(lambda due=began + 1.0: world.now >= due, "an echo")  # type: ignore[misc]
        assert world.now >= began + 1.0
        world.vain(f"BAD[{number}]")


def canary(answered_at: float | None = None, refused: bool = False) -> Any:
    """Return a client whose handshake was answered then, refused, or hung up on."""
    end = SimpleNamespace(without_answer="connection refused" if refused else "it reset the connection")
    return SimpleNamespace(
        response=None if answered_at is None else object(),
        answered_at=answered_at,
        is_over=True,
        was_refused=refused,
        end=None if answered_at is not None else end,
        drop=lambda *_, **__: None,
    )


@pytest.mark.parametrize(
    ("canaries", "knocks", "handshake_time"),
    [
        ([canary(0.5)], 1, 0.5),
        ([canary(), canary(7.0)], 2, 7.0),
        ([canary(), canary()], 2, None),
        ([canary(refused=True), canary(1.0)], 1, None),
    ],
    ids=["answered", "hung-up-on-once", "hung-up-on-twice", "refused"],
)
def test_a_server_is_down_if_it_answers_neither_a_client_nor_another(
    canaries: list[Any], knocks: int, handshake_time: float | None, world_of: Callable[..., World]
) -> None:
    flown: list[Any] = []

    class KnockingWire(Wire):
        def _send_canary(self) -> Any:
            flown.append(canaries[len(flown)])
            return flown[-1]

    head = TranscriptHead(check="BAD[x]", url="ws://x/", started="2026-01-01T00:00:00+00:00")
    wire = KnockingWire(Any, world_of().deadlines, Transcript(head))  # type: ignore[arg-type]
    if handshake_time is None:
        with pytest.raises(ServerDown):
            wire.canary()
    else:
        assert wire.canary() == pytest.approx(handshake_time, abs=0.1)
    assert len(flown) == knocks

"""Shapes are asked ahead only where they cannot notice, and tell their stages and plateaus."""

import math
import random
import time
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import pytest
from locust import LoadTestShape

from hubbub.load.preflight.stages import Plateau, Stage, Stages, ahead, plateaus

CALLS: list[int] = []


class Told(NamedTuple):
    until: int
    users: int


@dataclass(frozen=True)
class Step:
    until: int
    users: int


def staged(seconds: float, stages: Any) -> Any:
    for stage in stages:
        if seconds < stage.until:
            return stage.users, 10
    return None


class Staged(LoadTestShape):
    stages: ClassVar[list[dict[str, int]]] = [
        {"duration": 10, "users": 0, "spawn_rate": 5},
        {"duration": 30, "users": 10, "spawn_rate": 5},
        {"duration": 50, "users": 4, "spawn_rate": 2},
    ]

    def tick(self) -> tuple[int, float] | None:
        seconds = self.get_run_time()
        for stage in self.stages:
            if seconds < stage["duration"]:
                return stage["users"], stage["spawn_rate"]
        return None


class Wave(LoadTestShape):
    least: ClassVar[int] = 10

    def size(self, seconds: float) -> float:
        return self.least + 5 * math.sin(seconds / 10)

    def tick(self) -> tuple[int, float] | None:
        seconds = self.get_run_time()
        return (round(self.size(seconds)), 100) if seconds < 60 else None


class Endless(LoadTestShape):
    def tick(self) -> tuple[int, float] | None:
        return 7, 1


class OfTuples(LoadTestShape):
    def __init__(self) -> None:
        super().__init__()
        self.steps = [Told(20, 5), Told(40, 9)]

    def tick(self) -> tuple[int, float] | None:
        told: tuple[int, float] | None = staged(self.get_run_time(), self.steps)
        return told


class OfDataclasses(LoadTestShape):
    steps = (Step(20, 5), Step(40, 9))

    def tick(self) -> tuple[int, float] | None:
        return next(((step.users, 10) for step in self.steps if self.get_run_time() < step.until), None)


class Popping(LoadTestShape):
    stages: ClassVar[list[int]] = [1, 2, 3]

    def tick(self) -> tuple[int, float] | None:
        return (self.stages.pop(), 1) if self.stages else None


class Counting(LoadTestShape):
    ticks = 0

    def tick(self) -> tuple[int, float] | None:
        self.ticks += 1
        return self.ticks, 1


class Calling(LoadTestShape):
    def tick(self) -> tuple[int, float] | None:
        CALLS.append(1)
        return 1, 1


class Printing(LoadTestShape):
    def tick(self) -> tuple[int, float] | None:
        print("tick")
        return 1, 1


class Drawing(LoadTestShape):
    def tick(self) -> tuple[int, float] | None:
        return random.randint(1, 5), 1


class ByTheClock(LoadTestShape):
    def tick(self) -> tuple[int, float] | None:
        return (1, 1) if time.time() < 0 else None


class ByTheRunner(LoadTestShape):
    def tick(self) -> tuple[int, float] | None:
        return self.get_current_user_count() + 1, 1


class WithADifferentClock(Endless):
    def get_run_time(self) -> float:
        return float(super().get_run_time()) * 2


class Failing(LoadTestShape):
    def tick(self) -> tuple[int, float] | None:
        return 1 // 0, 1


def test_a_shapes_stages_are_known_before_it_runs() -> None:
    assert ahead(Staged()) == Stages((Stage(0, 0, 5), Stage(10, 10, 5), Stage(30, 4, 2)), 50, True)


@pytest.mark.parametrize("shape", [OfTuples, OfDataclasses])
def test_stages_may_be_objects_of_plain_values(shape: type[LoadTestShape]) -> None:
    assert ahead(shape()) == Stages((Stage(0, 5, 10), Stage(20, 9, 10)), 40, True)


def test_a_shape_may_be_arithmetic() -> None:
    found = ahead(Wave())
    assert found is not None
    assert (max(stage.users for stage in found.stages), found.known) == (15, 60)


def test_a_shape_without_an_end_is_known_as_far_as_it_could_be_asked() -> None:
    found = ahead(Endless())
    assert found is not None
    assert (found.stages, found.ends) == ((Stage(0, 7, 1),), False)


@pytest.mark.parametrize(
    "shape",
    [Popping, Counting, Calling, Printing, Drawing, ByTheClock, ByTheRunner, WithADifferentClock, Failing],
)
def test_what_might_notice_is_not_asked_ahead(
    shape: type[LoadTestShape], capsys: pytest.CaptureFixture[str]
) -> None:
    made = shape()
    before = dict(vars(made))
    assert ahead(made) is None
    assert vars(made) == before
    assert (Popping.stages, CALLS, capsys.readouterr().out) == ([1, 2, 3], [], "")


def test_no_shape_has_no_stages() -> None:
    assert ahead(None) is None


def test_a_plateau_begins_when_its_ramp_is_over() -> None:
    known = Stages((Stage(0, 0, 5), Stage(10, 10, 5), Stage(30, 4, 2)), 50, True)
    assert list(plateaus(known)) == [Plateau(0, 10, 0), Plateau(11, 30, 10), Plateau(32, 50, 4)]


def test_what_stands_still_for_less_than_five_seconds_is_no_plateau() -> None:
    known = Stages((Stage(0, 3, 100), Stage(4, 6, 100), Stage(8, 9, 100)), 20, True)
    assert list(plateaus(known)) == [Plateau(8, 20, 9)]


def test_a_stage_that_ends_before_its_ramp_has_no_plateau() -> None:
    known = Stages((Stage(0, 100, 1), Stage(10, 20, 10)), 30, True)
    assert list(plateaus(known)) == [Plateau(10, 30, 20)]

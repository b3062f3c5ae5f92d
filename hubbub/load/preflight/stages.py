"""What a load test shape is going to ask for: its stages, asked ahead.

A shape is asked for moments to come only where that cannot be noticed: where its ``tick`` is made of its run
time, its own plain values and arithmetic. What looks at the runner, the clock or chance, or keeps account of
anything, is not asked ahead; its stages are told as they come.
"""

import builtins
import dataclasses
import dis
import math
from collections.abc import Iterator
from time import monotonic
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from locust import LoadTestShape, User

from hubbub.load.measure.phases import LEAST

_LONGEST = 86_400
"""No shape is asked for more seconds than a day has,"""
_AT_MOST = 0.015
"""nor for longer than this, in s: nothing else goes on meanwhile."""
_LEAST = LEAST / 1e9

_HARMLESS = {
    "abs",
    "bool",
    "divmod",
    "enumerate",
    "float",
    "int",
    "len",
    "list",
    "max",
    "min",
    "pow",
    "range",
}
_HARMLESS |= {"reversed", "round", "sorted", "sum", "tuple", "zip", "any", "all", "next", "iter", "str"}
_LOOKS = {"items", "keys", "values", "get"}
_LOOKS_UP = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER")
_DOES = ("STORE_ATTR", "STORE_SUBSCR", "STORE_GLOBAL", "DELETE_", "IMPORT_", "STORE_SLICE")
_PLAIN = (int, float, str, bytes, bool, type(None))


class Stage(NamedTuple):
    """What a shape asks for from one moment on."""

    begin: float
    """In s after the start."""
    users: int
    spawn_rate: float


class Stages(NamedTuple):
    """All that a shape is going to ask for, as far as that is known."""

    stages: tuple[Stage, ...]
    known: float
    """Until when, in s after the start."""
    ends: bool
    """Whether the shape ends the run then."""


class Plateau(NamedTuple):
    """A time, in s after the start, in which the number of users is to stand still."""

    begin: float
    end: float
    users: int


def ahead(shape: LoadTestShape | None) -> Stages | None:
    """Return the stages of a shape; None where there is none, or where it cannot be asked ahead."""
    if shape is None or not _is_pure(shape):
        return None
    stages: list[Stage] = []
    until = monotonic() + _AT_MOST
    for second in range(_LONGEST):
        try:
            told = _asked(shape, second)
        except Exception:
            # It will say so itself, when its time has come.
            return None
        if told is None:
            return Stages(tuple(stages), second, True)
        stage = Stage(second, int(told[0]), float(told[1]))
        if not stages or stages[-1][1:] != stage[1:]:
            stages.append(stage)
        if monotonic() > until:
            break
    return Stages(tuple(stages), second, False)


def plateaus(stages: Stages) -> Iterator[Plateau]:
    """Yield the times, of five seconds or longer, in which the number of users is to stand still."""
    users = 0
    ends = [stage.begin for stage in stages.stages[1:]] + [stages.known]
    began, still = 0.0, 0
    for stage, end in zip(stages.stages, ends, strict=True):
        step = max(1, math.floor(stage.spawn_rate))
        steps = math.ceil(abs(stage.users - users) / step)
        reached = stage.begin + max(0, steps - 1) * step / stage.spawn_rate
        if steps:
            if stage.begin - began >= _LEAST:
                yield Plateau(began, stage.begin, still)
            began, still = min(reached, end), stage.users
        if reached > end:
            done = step * math.ceil((end - stage.begin) * stage.spawn_rate / step)
            users += done if stage.users > users else -done
        else:
            users = stage.users
    if stages.known - began >= _LEAST:
        yield Plateau(began, stages.known, still)


def _asked(shape: LoadTestShape, second: int) -> Any:
    """Return what a shape will ask for in that second; what is asked is a copy."""
    copy: Any = object.__new__(type(shape))
    vars(copy).update(vars(shape))
    copy.get_run_time = lambda: float(second)
    return copy.tick()


def _is_pure(shape: LoadTestShape) -> bool:
    kind = type(shape)
    if kind.get_run_time is not LoadTestShape.get_run_time or hasattr(kind, "__getattr__"):
        return False
    return isinstance(kind.tick, FunctionType) and _Onlooker(shape).may_call(kind.tick)


class _Onlooker:
    """Knows what may be done to a shape that it will not notice."""

    def __init__(self, shape: LoadTestShape) -> None:
        kind = type(shape)
        # Not of the shape itself: that would run what its properties do.
        self._values = {name: getattr(kind, name, None) for name in dir(kind)} | vars(shape)
        self._fields: set[str] = set()
        """Of the objects of which its plain values are made."""
        self._plain = {name for name, value in self._values.items() if self._is_plain(value)}
        self._kind = type(shape)
        self._seen: set[FunctionType] = set()

    def may_call(self, function: FunctionType) -> bool:
        """Whether a function does nothing but work something out of what it looks at."""
        if function in self._seen:
            return True
        self._seen.add(function)
        if function.__code__.co_freevars:
            return False
        return all(self._is_harmless(code, function) for code in _codes(function.__code__))

    def _is_harmless(self, code: CodeType, function: FunctionType) -> bool:
        for instruction in dis.get_instructions(code):
            if instruction.opname.startswith(_DOES):
                return False
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                if not self._may_name(instruction.argval, function):
                    return False
            elif instruction.opname.startswith(_LOOKS_UP) and not self._may_look_up(instruction.argval):
                return False
        return True

    def _may_name(self, name: str, function: FunctionType) -> bool:
        """Whether a global name stands for a plain value, for arithmetic, or for a function of such."""
        if name not in function.__globals__:
            return name in _HARMLESS and hasattr(builtins, name)
        value = function.__globals__[name]
        if isinstance(value, FunctionType):
            return self.may_call(value)
        return value is math or self._is_plain(value)

    def _may_look_up(self, name: str) -> bool:
        """Whether an attribute is a plain value, a method that only looks, or of mathematics."""
        if name in self._values:
            method = getattr(self._kind, name, None)
            if isinstance(method, FunctionType) and name != "get_run_time":
                return self.may_call(method)
            return name == "get_run_time" or name in self._plain
        return name in _LOOKS or name in self._fields or hasattr(math, name)

    def _is_plain(self, value: Any) -> bool:
        """Whether a value is made of numbers, texts and classes of users; names of fields are noted."""
        if isinstance(value, _PLAIN) or (isinstance(value, type) and issubclass(value, User)):
            return True
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in dataclasses.fields(value)]
            self._fields.update(names)
            return all(self._is_plain(getattr(value, name)) for name in names)
        if isinstance(value, tuple | list | set | frozenset):
            self._fields.update(getattr(value, "_fields", ()))
            return all(self._is_plain(each) for each in value)
        return isinstance(value, dict) and all(
            self._is_plain(part) for pair in value.items() for part in pair
        )


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a function's code, and that of comprehensions in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)

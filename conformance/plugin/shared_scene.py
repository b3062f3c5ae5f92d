"""Scenes that several checks read: played once, whichever of the checks comes first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ..findings import Finding
from ..wire.transcript import Amount
from ..wire.wire import Wire

T = TypeVar("T")

_MOST_KEPT = Amount(10_000, 2 << 20)
"""Many times what a scene comes to that is not flooded."""


class PlayOnce(Protocol[T]):
    """The ``play_once`` fixture: a scene's name and how it is played, to the evidence that it leaves.

    Example, of a scene that the checks of several requirements read::

        @requirement("BAD-2", "no-json")
        def test_the_others_are_undisturbed(play_once: PlayOnce[Evidence]) -> None:
            evidence = play_once("BAD[no-json]", lambda wire: play(wire, "no-json"))
            if evidence.others:
                raise Broken("the others stay connected and are heard", evidence.others)

    The part of the name before the bracket is the group of the requirements that read it: what the oracle
    finds of other groups is reported with the first check that asks, once.
    """

    def __call__(self, name: str, play: Callable[[Wire], T]) -> T:
        """Return the evidence; raises what ended the scene early, for each of the checks that read it."""


@dataclass
class SharedScene(Generic[T]):
    """A scene that was played."""

    wire: Wire
    evidence: T | None = None
    ended: Finding | None = None
    group: str = ""
    """The requirements that have checks of their own on this scene, by their group."""
    reported: bool = False
    """Whether what the oracle found beyond that group has been reported."""

    def reports(self, requirement: str) -> bool:
        """Whether what the oracle found of another requirement is to be reported with the check that asks."""
        return not self.reported and not requirement.startswith(f"{self.group}-")


def perform(wire: Wire, play: Callable[[Wire], T], group: str) -> SharedScene[T]:
    """Play a scene on a fresh wire, and close it."""
    scene = SharedScene[T](wire, group=group)
    try:
        scene.evidence = play(wire)
    except Finding as finding:
        scene.ended = finding
    wire.close()
    # A session keeps its scenes to the end, so those of a server that floods them are cut.
    wire.truncate(_MOST_KEPT)
    return scene

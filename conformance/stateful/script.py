"""A sequence as a plain test body: connect, say, expect. What is printed is what was run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import singledispatchmethod
from types import TracebackType

from ..findings import Broken
from ..wire.connections import name_of
from ..wire.wire import Wire
from .model import Listing, Member, Model, Owed, Settlement, Shared, Words
from .operations import (
    MEMBERS,
    Abort,
    Join,
    Leave,
    Operation,
    Pause,
    Rename,
    Resume,
    Return,
    Say,
    Sequence,
    Settle,
)

_FILE = "<stateful sequence>"
_TEST = "test_a_sequence"
_SUITE = __name__.removesuffix(".stateful.script")
"""The suite's name: ``conformance``, or ``hubbub.conformance`` where it is installed."""
_HEAD = f"""\
from {_SUITE}.messages.matchers import userlist_of, userlist_with
from {_SUITE}.requirement import requirement
from {_SUITE}.stateful.expectations import expect_all_or_end, expect_all_or_none, expect_latest
from {_SUITE}.wire.wire import Wire


@requirement("BCAST-1", "a-sequence")
def {_TEST}(wire: Wire) -> None:
"""


@dataclass(frozen=True)
class Script:
    """A test body, and which requirement each of its lines is about."""

    lines: tuple[str, ...]
    requirements: tuple[str, ...]
    """For each line what is broken if it fails; empty where a line cannot fail by itself."""

    @property
    def text(self) -> str:
        """A whole test, to be put into a file of the suite."""
        body = self.lines or ("pass",)
        return _HEAD + "".join(f"    {line}\n" for line in body)

    def run(self, wire: Wire) -> None:
        """Do it; raises Broken under the requirement that the failing line is about, and other findings."""
        namespace: dict[str, Callable[[Wire], None]] = {}
        exec(compile(self.text, _FILE, "exec"), namespace)
        try:
            namespace[_TEST](wire)
        except Broken as broken:
            place = _line_of(broken.__traceback__) - _HEAD.count("\n") - 1
            raise broken.for_requirement(self.requirements[place]) from None


def script_of(sequence: Sequence, lacks: tuple[str, ...] = ()) -> Script:
    """Return the script of a sequence, for a server that declares it ``lacks`` some capabilities."""
    writer = _Writer(listed="presence" not in lacks)
    for operation in sequence:
        writer.add(operation)
    return writer.finish()


@dataclass
class _Writer:
    """Writes lines, operation by operation, as the model goes along."""

    listed: bool
    """Whether userlists can be expected."""
    model: Model = field(default_factory=Model)
    lines: list[tuple[str, str]] = field(default_factory=list)
    joined: int = 0
    known: dict[str, str] = field(default_factory=dict)
    """From the label of a room or name to the call that makes it."""

    def write(self, line: str, requirement: str = "") -> None:
        """Add one line."""
        self.lines.append((line, requirement))

    def finish(self) -> Script:
        """Let somebody in each room have the last word, settle, and return the script."""
        for room in dict.fromkeys(member.room for member in self.model.speakers):
            speaker = next(each for each in self.model.speakers if each.room == room)
            self.say(speaker)
        self.settle(self.model.settle())
        known = [(f"{label} = wire.{maker}()", "") for label, maker in sorted(self.known.items())]
        lines = [*known, *self.lines]
        return Script(tuple(line for line, _ in lines), tuple(requirement for _, requirement in lines))

    # What happens

    @singledispatchmethod
    def add(self, operation: Operation) -> None:
        """Write what one operation does; nothing where there is nobody to do it."""
        raise NotImplementedError(operation)

    @add.register
    def _(self, join: Join) -> None:
        if len(self.model.members) >= MEMBERS:
            return
        label, room = self.next_label(), self.named(f"room_{join.room + 1}", "new_room")
        speaker = next((each for each in self.model.speakers if each.room == room), None)
        if join.amid and speaker is not None:
            self.write(f"{label} = wire.begin({room})")
            self.say(speaker, join.amid)
            self.write(f"wire.expect_greeted({label})", "STAT-1")
        else:
            self.write(f"{label} = wire.join({room})", "STAT-1")
        self.model.join(label, room)

    @add.register
    def _(self, back: Return) -> None:
        earlier = _chosen(back.who, self.model.gone)
        if earlier is None or len(self.model.members) >= MEMBERS:
            return
        label = self.next_label()
        self.write(f"{label} = wire.join({earlier.room})", "STAT-1")
        self.say(self.model.join(label, earlier.room), name=earlier.name)

    @add.register
    def _(self, say: Say) -> None:
        speaker = _chosen(say.who, self.model.speakers)
        if speaker is not None:
            name = None if say.name is None else self.named(f"name_{say.name + 1}", "new_name")
            self.say(speaker, say.times, name, say.same)

    @add.register
    def _(self, rename: Rename) -> None:
        member = _chosen(rename.who, self.model.speakers)
        if member is not None:
            name = self.named(f"name_{rename.name + 1}", "new_name")
            self.model.rename(member, name)
            self.write(f"{member.label}.rename({name})")

    @add.register
    def _(self, leave: Leave) -> None:
        member = _chosen(leave.who, self.model.members)
        if member is not None:
            self.model.leave(member)
            self.write(f"wire.leave({member.label})")

    @add.register
    def _(self, abort: Abort) -> None:
        member = _chosen(abort.who, self.model.members)
        if member is not None:
            self.model.abort(member)
            if abort.mid_frame:
                self.write(f"{member.label}.break_off()")
            self.write(f"{member.label}.{'finish' if abort.how == 'FIN' else 'reset'}()")

    @add.register
    def _(self, pause: Pause) -> None:
        member = _chosen(pause.who, [each for each in self.model.members if each.reads])
        if member is not None:
            self.model.pause(member)
            self.write(f"{member.label}.pause()")

    @add.register
    def _(self, resume: Resume) -> None:
        member = _chosen(resume.who, [each for each in self.model.members if not each.reads])
        if member is not None:
            self.model.resume(member)
            self.write(f"{member.label}.resume()")

    @add.register
    def _(self, settle: Settle) -> None:
        del settle
        self.settle(self.model.settle())

    def next_label(self) -> str:
        """Return the label of one more member."""
        self.joined += 1
        return name_of(self.joined - 1)

    def say(self, speaker: Member, times: int = 1, name: str | None = None, same: bool = False) -> None:
        """Write that a member says something; what is the same each time has been said by nobody before."""
        words = self.model.say(speaker, times, name)
        arguments = [f'"{words.label}"'] * same + [f"Author={name}"] * (name is not None)
        call = f"{speaker.label}.say({', '.join(arguments)})"
        self.write(f"{words.label} = {call if times == 1 else f'[{call} for _ in range({times})]'}")

    def named(self, label: str, maker: str) -> str:
        """Return the variable of a room or name, which is made at the start."""
        self.known[label] = maker
        return label

    # What must be true then

    def settle(self, settlement: Settlement) -> None:
        """Write what is expected."""
        for owed in settlement.owed:
            self._expect_owed(owed)
        for shared in settlement.shared:
            self._expect_shared(shared)
        for listing in settlement.listings if self.listed else ():
            self._expect_listing(listing)

    def _expect_owed(self, owed: Owed) -> None:
        words = ", ".join(map(_unpacked, owed.words))
        if owed.may_end:
            self.write(f"expect_all_or_end(wire, {owed.member}, {words})", owed.requirement)
        else:
            self.write(f"wire.expect_all({owed.member}, {words})", owed.requirement)

    def _expect_shared(self, shared: Shared) -> None:
        members = ", ".join(shared.members)
        call = "expect_all_or_none(wire, {}, {})"
        if shared.words.times == 1:
            self.write(call.format(shared.words.label, members), shared.requirement)
        else:
            self.write(f"for each in {shared.words.label}:", shared.requirement)
            self.write(f"    {call.format('each', members)}", shared.requirement)

    def _expect_listing(self, listing: Listing) -> None:
        pattern = "userlist_of" if listing.exactly else "userlist_with"
        names = ", ".join('"unknown"' if name is None else name for name in listing.names)
        call = f"expect_latest(wire, {pattern}({names}), {', '.join(listing.members)})"
        self.write(call, listing.requirement)


def _chosen(number: int, among: list[Member]) -> Member | None:
    return among[number % len(among)] if among else None


def _unpacked(words: Words) -> str:
    return words.label if words.times == 1 else f"*{words.label}"


def _line_of(trace: TracebackType | None) -> int:
    """Return the line of the script at which an exception passed through it."""
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line

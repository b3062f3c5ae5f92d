"""Servers that take a frame's word for how long it is (SEC-3)."""

import os
import time

from mutants.machinery.incoming_frames import BINARY, CONTINUATION, TEXT, TranslatingProtocol
from mutants.machinery.registration import Registry

MUTANTS = Registry()

STALL = 0.6
"""Seconds for which everybody waits, for each frame."""


class Stalling(TranslatingProtocol):
    """The base of servers in which others wait while room is made for what a frame announces."""

    length = 0

    @property
    def opcode(self) -> int:
        """The frame's."""
        return self._buffer[0] & 0x0F

    def on_length(self, length: int) -> None:
        self.length = length
        if length >= 1 << 20 and self.is_slow():
            time.sleep(STALL)

    def is_slow(self) -> bool:
        """Return whether the frame stalls others."""
        raise NotImplementedError


@MUTANTS.broken("length-stalls", "SEC-3")
class StallingLength(Stalling):
    """A frame that announces a huge length is read in one blocking call, while everybody else waits."""

    def is_slow(self) -> bool:
        return True


@MUTANTS.broken("length-stalls-signed", "SEC-3")
class StallingSigned(Stalling):
    """A length over 31 bits is counted down to in vain, while everybody else waits."""

    def is_slow(self) -> bool:
        return self.length >= 1 << 31


@MUTANTS.broken("length-stalls-middling", "SEC-3")
class StallingMiddling(Stalling):
    """Room is made for lengths of up to 256 MiB, while everybody else waits; longer ones are refused."""

    def is_slow(self) -> bool:
        return self.length <= 1 << 28


@MUTANTS.broken("length-stalls-continuation", "SEC-3")
class StallingContinuation(Stalling):
    """Room is made for what a continuation announces, while everybody else waits."""

    def is_slow(self) -> bool:
        return self.opcode == CONTINUATION


@MUTANTS.broken("length-stalls-binary", "SEC-3")
class StallingBinary(Stalling):
    """Room is made for what a binary frame announces, while everybody else waits."""

    def is_slow(self) -> bool:
        return self.opcode == BINARY


@MUTANTS.broken("length-stalls-control", "SEC-3")
class StallingControl(Stalling):
    """Room is made for what a control frame announces, while everybody else waits."""

    def is_slow(self) -> bool:
        return self.opcode & 0x8 != 0


@MUTANTS.broken("length-stalls-fragment", "SEC-3")
class StallingFragment(Stalling):
    """Room is made for what the first of several fragments announces, while everybody else waits."""

    def is_slow(self) -> bool:
        return self.opcode == TEXT and not self._buffer[0] & 0x80


@MUTANTS.broken("length-stalls-second-frame", "SEC-3")
class StallingSecond(Stalling):
    """Room is made for what a later frame announces, while everybody else waits; the first has a limit."""

    frames = 0

    def on_length(self, length: int) -> None:
        self.frames += 1
        super().on_length(length)

    def is_slow(self) -> bool:
        return self.frames > 1


@MUTANTS.broken("length-kills", "SEC-3")
class KillingLength(TranslatingProtocol):
    """Room is made for what a frame announces; where there is not so much memory, the server ends."""

    def on_length(self, length: int) -> None:
        if length > 1 << 45:
            os._exit(1)

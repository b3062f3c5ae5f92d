"""Servers that read compressed messages of the usual kind alone (WS-19)."""

import zlib
from typing import Any

import msgspec
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import CTRL_OPCODES, Frame, Opcode

from hubbub.protocol.inflating import MessageInflater, TooLongError
from mutants.machinery.recompression import TAIL, OwnExtension, as_agreed
from mutants.machinery.registration import Registry
from reference_server.wire.compression import LastingDeflate

MUTANTS = Registry()


class OwnReading(OwnExtension):
    """The base of servers that agree as they should, and read compressed messages in another way."""

    kind: type[PerMessageDeflate]

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, self.kind)


class OwnInflating(OwnExtension):
    """The base of servers that inflate in another way."""

    inflater: type[MessageInflater]

    def used(self, agreed: PerMessageDeflate) -> PerMessageDeflate:
        return as_agreed(agreed, type("OwnDeflate", (LastingDeflate,), {"inflater": self.inflater}))


# Blocks.


@MUTANTS.broken("deflate-last-block-ends-all", "WS-19")
class LastBlockEndsAll(OwnReading):
    """A block that says it is the last ends all: no later message of the connection is inflated."""

    kind = PerMessageDeflate


class _EndingAtLast(MessageInflater):
    _is_over = False

    def begin(self) -> None:
        super().begin()
        self._is_over = False

    def _read(self, piece: bytes, limit: int | None, size: int) -> bytes:
        ahead = self._stream.copy()
        ahead.decompress(piece)
        piece = b"" if self._is_over else piece[: len(piece) - len(ahead.unused_data)]
        self._is_over |= ahead.eof
        return super()._read(piece, limit, size)


@MUTANTS.broken("deflate-last-block-ends-message", "WS-19")
class LastBlockEndsMessage(OwnInflating):
    """A block that says it is the last ends the message: what stands behind it there is lost."""

    inflater = _EndingAtLast


class _WithoutPast(MessageInflater):
    def inflate(self, data: bytes, fin: bool, limit: int | None = None) -> bytes:
        try:
            return super().inflate(data, fin, limit)
        except zlib.error as error:
            if "too far back" not in str(error):
                raise
            self._stream = self._new_stream()
            return b""

    def _new_stream(self) -> Any:
        return zlib.decompressobj(wbits=-self._bits)


@MUTANTS.broken("deflate-last-block-ends-window", "WS-19")
class LastBlockEndsWindow(OwnInflating):
    """Behind a block that says it is the last, a message that refers to what was before is lost."""

    inflater = _WithoutPast


class _WithoutStored(MessageInflater):
    _is_begun = False

    def begin(self) -> None:
        super().begin()
        self._is_begun = False

    def inflate(self, data: bytes, fin: bool, limit: int | None = None) -> bytes:
        if len(data) > 1 and not self._is_begun and not data[0] & 0x06:
            raise zlib.error("a stored block")
        self._is_begun |= bool(data)
        return super().inflate(data, fin, limit)


@MUTANTS.broken("deflate-stored-unread", "WS-19")
class StoredUnread(OwnInflating):
    """A message that begins with a stored block fails the connection."""

    inflater = _WithoutStored


class _UpToFlush(MessageInflater):
    _is_over = False

    def begin(self) -> None:
        super().begin()
        self._is_over = False

    def inflate(self, data: bytes, fin: bool, limit: int | None = None) -> bytes:
        head, marker, _ = (b"" if self._is_over else data).partition(TAIL)
        self._is_over |= bool(marker)
        return super().inflate(head, fin, limit)


@MUTANTS.broken("deflate-first-flush", "WS-19")
class FirstFlush(OwnInflating):
    """A message is read up to its first flush."""

    inflater = _UpToFlush


# The window.


class _Narrow(MessageInflater):
    def __init__(self, bits: int, takes_over: bool) -> None:
        super().__init__(min(bits, 12), takes_over)


@MUTANTS.broken("deflate-window-narrow", "WS-19")
class WindowNarrow(OwnInflating):
    """A client's messages may refer 4 KiB back, whatever window was agreed on."""

    inflater = _Narrow


class _Forgetting(LastingDeflate):
    """The base of those that forget the window at times."""

    def forget(self) -> None:
        """Begin with an empty window."""
        self._inflater = self.inflater(self.remote_max_window_bits, not self.remote_no_context_takeover)


class _ForgettingAtPlain(_Forgetting):
    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        if frame.opcode is Opcode.TEXT and not frame.rsv1:
            self.forget()
        return super().decode(frame, max_size=max_size)


@MUTANTS.broken("deflate-window-ends-at-plain", "WS-19")
class WindowEndsAtPlain(OwnReading):
    """A message that is not compressed empties the window for the next that is."""

    kind = _ForgettingAtPlain


class _ForgettingAtControl(_Forgetting):
    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        if frame.opcode in CTRL_OPCODES and not self.decode_cont_data:
            self.forget()
        return super().decode(frame, max_size=max_size)


@MUTANTS.broken("deflate-window-ends-at-ping", "WS-19")
class WindowEndsAtPing(OwnReading):
    """A control frame empties the window for the next compressed message."""

    kind = _ForgettingAtControl


class _ForgettingAtBad(_Forgetting):
    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        decoded = super().decode(frame, max_size=max_size)
        try:
            msgspec.json.decode(decoded.data if frame.fin and frame.rsv1 else b"0")
        except (msgspec.DecodeError, UnicodeError):
            self.forget()
        return decoded


@MUTANTS.broken("deflate-window-ends-at-bad", "WS-19")
class WindowEndsAtBad(OwnReading):
    """A bad message empties the window for the next compressed one."""

    kind = _ForgettingAtBad


_SHARED = MessageInflater(15, takes_over=True)


class _Sharing(LastingDeflate):
    def __init__(self, *parameters: Any, **named: Any) -> None:
        super().__init__(*parameters, **named)
        if not self.remote_no_context_takeover:
            self._inflater = _SHARED


@MUTANTS.broken("deflate-window-shared", "WS-19")
class WindowShared(OwnReading):
    """All connections that take a context over have one together."""

    kind = _Sharing


# Sizes.


class _Doubting(MessageInflater):
    def inflate(self, data: bytes, fin: bool, limit: int | None = None) -> bytes:
        text = super().inflate(data, fin, limit)
        if len(text) > 100 * (len(data) + len(TAIL)):
            raise TooLongError
        return text


@MUTANTS.broken("deflate-ratio", "WS-19")
class Ratio(OwnInflating):
    """A message that inflates to more than a hundred times its size is refused with 1009, however short."""

    inflater = _Doubting


class _Buffered(MessageInflater):
    def inflate(self, data: bytes, fin: bool, limit: int | None = None) -> bytes:
        return super().inflate(data, fin, limit)[: 16 * 1024]


@MUTANTS.broken("deflate-buffer", "WS-19")
class Buffer(OwnInflating):
    """A message is inflated into a buffer of 16 KiB, and what does not fit is lost."""

    inflater = _Buffered


# Fragments.


class _ForgettingInside(LastingDeflate):
    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        if frame.opcode in CTRL_OPCODES:
            self.decode_cont_data = False
        return super().decode(frame, max_size=max_size)


@MUTANTS.broken("deflate-ping-ends-message", "WS-19")
class PingEndsMessage(OwnReading):
    """Behind a control frame the other fragments of a compressed message are taken for plain text."""

    kind = _ForgettingInside


class _Whole(MessageInflater):
    def inflate(self, data: bytes, fin: bool, limit: int | None = None) -> bytes:
        del fin
        return super().inflate(data, True, limit)


@MUTANTS.broken("deflate-fragments-apart", "WS-19")
class FragmentsApart(OwnInflating):
    """Each fragment of a compressed message is inflated as if it ended there."""

    inflater = _Whole


class _TailWithData(MessageInflater):
    def inflate(self, data: bytes, fin: bool, limit: int | None = None) -> bytes:
        return super().inflate(data, fin and bool(data), limit)


@MUTANTS.broken("deflate-last-empty", "WS-19")
class LastEmpty(OwnInflating):
    """A last fragment without payload is passed over, so the message's end is not read."""

    inflater = _TailWithData


class _Lax(LastingDeflate):
    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        decoded = super().decode(frame, max_size=max_size)
        if not (frame.rsv1 and frame.fin):
            return decoded
        return Frame(decoded.opcode, bytes(decoded.data).decode(errors="replace").encode(), decoded.fin)


@MUTANTS.broken("deflate-text-unchecked", "WS-16")
class TextUnchecked(OwnReading):
    """Text that was compressed is not held against UTF-8."""

    kind = _Lax


# Nothing.


class _Failing(LastingDeflate):
    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        decoded = super().decode(frame, max_size=max_size)
        if frame.fin and frame.opcode not in CTRL_OPCODES and not decoded.data:
            raise RuntimeError("nothing was inflated")
        return decoded


@MUTANTS.broken("deflate-empty-fails", "WS-19")
class EmptyFails(OwnReading):
    """A compressed message of nothing ends the connection, for an internal error."""

    kind = _Failing


class _Stale(LastingDeflate):
    _last = b""

    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        decoded = super().decode(frame, max_size=max_size)
        if not frame.fin or frame.opcode in CTRL_OPCODES:
            return decoded
        self._last = bytes(decoded.data) or self._last
        return Frame(decoded.opcode, self._last, decoded.fin)


@MUTANTS.broken("deflate-empty-repeats", "WS-19")
class EmptyRepeats(OwnReading):
    """A compressed message of nothing leaves what the buffer holds: the one before goes out once more."""

    kind = _Stale

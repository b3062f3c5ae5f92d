"""permessage-deflate (RFC 7692) for websockets, with messages of any blocks: its own ends at a last block."""

import zlib
from collections.abc import Sequence
from typing import Any

from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import CTRL_OPCODES, Frame, Opcode
from websockets.typing import ExtensionParameter

from hubbub.protocol.inflating import MessageInflater, TooLongError

PARAMETERS = (
    "remote_no_context_takeover",
    "local_no_context_takeover",
    "remote_max_window_bits",
    "local_max_window_bits",
)
"""What is agreed on."""


class LastingDeflate(PerMessageDeflate):
    """An extension for which a block that says it is the last ends neither message nor connection."""

    inflater = MessageInflater
    """What inflates."""

    def __init__(self, *parameters: Any, **named: Any) -> None:
        super().__init__(*parameters, **named)
        self._inflater = self.inflater(self.remote_max_window_bits, not self.remote_no_context_takeover)

    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        """Inflate a frame of a compressed message, to ``max_size`` bytes at most; leave all others."""
        if frame.opcode in CTRL_OPCODES:
            return frame
        if frame.opcode is Opcode.CONT:
            if not self.decode_cont_data:
                return frame
            if frame.rsv1:
                raise ProtocolError("RSV1 bit set in continuation frame")
        elif frame.rsv1:
            self._inflater.begin()
        else:
            return frame
        self.decode_cont_data = not frame.fin
        try:
            data = self._inflater.inflate(bytes(frame.data), frame.fin, max_size)
        except zlib.error as error:
            raise ProtocolError("decompression failed") from error
        except TooLongError as error:
            raise PayloadTooBig(None, max_size) from error
        return Frame(frame.opcode, data, frame.fin, rsv2=frame.rsv2, rsv3=frame.rsv3)


class LastingDeflateFactory(ServerPerMessageDeflateFactory):
    """Agrees on permessage-deflate as websockets does, and inflates by ``LastingDeflate``."""

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        """Return the answer to an offer, and the extension; raises NegotiationError."""
        answer, agreed = super().process_request_params(params, accepted_extensions)
        return answer, LastingDeflate(**{name: getattr(agreed, name) for name in PARAMETERS})

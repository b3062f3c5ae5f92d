"""permessage-deflate (RFC 7692) for a user that inflates by itself, with messages of any blocks.

websockets' own extension is deaf behind a block that says it is the last.
"""

import zlib
from collections.abc import Sequence
from typing import Any

from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate
from websockets.frames import CTRL_OPCODES, Frame, Opcode
from websockets.typing import ExtensionParameter

from hubbub.protocol.inflating import MessageInflater, TooLongError


class LastingDeflate(PerMessageDeflate):
    """An extension for which a block that says it is the last ends neither message nor connection."""

    def __init__(self, **agreed: Any) -> None:
        super().__init__(**agreed)
        self._inflater = MessageInflater(self.remote_max_window_bits, not self.remote_no_context_takeover)

    def decode(self, frame: Frame, *, max_size: int | None = None) -> Frame:
        """Inflate a frame of a compressed message, to ``max_size`` bytes at most; leave all others."""
        is_continued = frame.opcode is Opcode.CONT and self.decode_cont_data
        if frame.opcode in CTRL_OPCODES or not (frame.rsv1 or is_continued):
            return frame
        if frame.opcode is Opcode.CONT and frame.rsv1:
            raise ProtocolError("RSV1 bit set in continuation frame")
        if not is_continued:
            self._inflater.begin()
        self.decode_cont_data = not frame.fin
        try:
            data = self._inflater.inflate(bytes(frame.data), frame.fin, max_size)
        except zlib.error as error:
            raise ProtocolError("decompression failed") from error
        except TooLongError as error:
            raise PayloadTooBig(None, max_size) from error
        return Frame(frame.opcode, data, frame.fin, rsv2=frame.rsv2, rsv3=frame.rsv3)


class LastingDeflateFactory(ClientPerMessageDeflateFactory):
    """Offers permessage-deflate as websockets does, and inflates by ``LastingDeflate``."""

    def process_response_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> PerMessageDeflate:
        """Return the extension that the server's answer makes; raises NegotiationError."""
        agreed = super().process_response_params(params, accepted_extensions)
        return LastingDeflate(
            remote_no_context_takeover=agreed.remote_no_context_takeover,
            local_no_context_takeover=agreed.local_no_context_takeover,
            remote_max_window_bits=agreed.remote_max_window_bits,
            local_max_window_bits=agreed.local_max_window_bits,
        )

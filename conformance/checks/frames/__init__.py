"""Checks of WS-6 to WS-16 and WS-20 to WS-22: frames, fragments, the closing handshake (RFC 6455)."""

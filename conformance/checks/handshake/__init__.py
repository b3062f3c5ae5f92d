"""Checks of WS-1 to WS-5 and WS-23 to WS-29: the opening handshake and its HTTP (RFC 6455 §4, RFC 9112)."""

"""Checks of WS-17 to WS-19: permessage-deflate (RFC 7692)."""

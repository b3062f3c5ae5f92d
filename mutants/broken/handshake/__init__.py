"""Servers that get the opening handshake wrong."""

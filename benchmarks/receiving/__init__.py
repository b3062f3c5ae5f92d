"""Receiving and verifying, against other WebSocket clients that verify the same."""

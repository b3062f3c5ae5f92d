"""Checks of ROOM: joining rooms, and rooms that come and go."""

"""Checks of SEC: sizes, floods, slow clients, and foreign pages."""

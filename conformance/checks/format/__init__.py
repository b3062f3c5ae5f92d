"""Checks of FMT: the fields of every message, both ways."""

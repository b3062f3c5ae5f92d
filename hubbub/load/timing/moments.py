"""Moments of a run: whole ns since a fixed point, on the run's clock."""

NEVER = 1 << 62
"""A moment after every run."""

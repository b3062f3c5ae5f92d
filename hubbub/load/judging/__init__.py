"""The verdict of a run, and what grows over it."""

"""Checks of BAD: what is no good message, and what must not come of it."""

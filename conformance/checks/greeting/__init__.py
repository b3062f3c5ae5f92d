"""Checks of STAT: the greeting of a new member."""

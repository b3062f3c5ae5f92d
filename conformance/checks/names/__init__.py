"""Checks of NICK: the names of members."""

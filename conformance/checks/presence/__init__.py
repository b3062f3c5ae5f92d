"""Checks of PRES: what userlists show, and when."""

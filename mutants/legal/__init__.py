"""Odd but legal servers, which the suite must pass whole.

One that is the twin of a broken server stands beside it, in ``mutants.broken``.
"""

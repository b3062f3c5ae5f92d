"""Whole scenes: who is there and what happens, for several checks that judge what came of it."""

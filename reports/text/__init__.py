"""Texts of results made safe to print, and the names and marks of verdicts."""
